"""One-time links: with one a user sets a password, or the first administrator is made."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from access.errors import InvalidAccessError, UnknownSubjectError
from access.grants import checked_name
from access.key_text import SecretKind, is_secret, new_secret, secret_hash
from access.passwords import checked_password, password_hash
from access.records import Records
from access.tables import LINKS, USERS
from access.users import User, Users, insert_user, lock_able, lock_users, replace_password

LONGEST_LIFETIME = timedelta(days=30)
INVITATION = timedelta(days=3)
"""How long a link may be used that invites a user, whoever made it and where."""


class Links:
    """Makes links and uses them up. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records, users: Users) -> None:
        self._records, self._users = records, users

    def make(self, user: str | None, *, by: str, lifetime: timedelta) -> str:
        """The token of a new link, in place of the user's older ones; None: it makes the first administrator.

        Raises UnknownSubjectError, and InvalidAccessError for the first administrator where there are users.
        """
        if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
            raise InvalidAccessError("lifetime", f"is at most {LONGEST_LIFETIME.days} days")
        now, text = self._records.now(), new_secret(SecretKind.LINK)
        with self._records.changing() as connection:
            if user is None and lock_users(connection):
                raise InvalidAccessError("user", "is missing; there are users already")
            if user is not None:
                there = sa.select(USERS.c.name).where(USERS.c.name == user).with_for_update()
                if connection.execute(there).one_or_none() is None:
                    raise UnknownSubjectError("user", user)
            connection.execute(LINKS.delete().where(LINKS.c.user.is_not_distinct_from(user)))
            times = {"made_at": now, "expires_at": now + lifetime}
            connection.execute(LINKS.insert().values(hash=secret_hash(text), user=user, made_by=by, **times))
        return text

    def look(self, token: str) -> str | None:
        """Whose link it is; None: of the first administrator. Raises UnknownSubjectError when it is used or too old."""
        able = sa.select(USERS.c.name).where(~USERS.c.disabled)
        with self._records.reading() as connection:
            link = connection.execute(sa.select(LINKS.c.user).where(self._is(token))).one_or_none()
            if link is None:
                raise _unknown()
            user: str | None = link.user
            # The first administrator's is no link where there is a user; another one's where its user is disabled.
            useful = sa.exists(able.where(USERS.c.name == user)) if user else ~sa.exists(sa.select(USERS.c.name))
            if not connection.execute(sa.select(useful)).scalar_one():
                raise _unknown()
            return user

    def use(self, token: str, password: str, *, name: str | None = None) -> User:
        """Set the password of the link's user, or make the first administrator by a name; a link serves once.

        Raises UnknownSubjectError; InvalidAccessError, after which the link can be used still.
        """
        user = self.look(token)
        who = checked_name("user", name or "") if user is None else user
        hashed = password_hash(checked_password(password, who), who)
        with self._records.changing() as connection:
            may_not = lock_users(connection) if user is None else not lock_able(connection, user)
            if may_not:
                raise _unknown()
            gone = connection.execute(LINKS.delete().where(self._is(token)).returning(LINKS.c.made_by)).one_or_none()
            if gone is None:
                raise _unknown()
            if user is None:
                made = {"made_at": self._records.now(), "made_by": gone.made_by}
                insert_user(connection, {"name": who, "administrator": True, "password": hashed, **made})
            else:
                replace_password(connection, who, hashed)
        return self._users.get(who)

    def _is(self, token: str) -> sa.ColumnElement[bool]:
        """Raises UnknownSubjectError when it cannot be a token."""
        if not is_secret(SecretKind.LINK, token):
            raise _unknown()
        return (LINKS.c.hash == secret_hash(token)) & (LINKS.c.expires_at > self._records.now())


def _unknown() -> UnknownSubjectError:
    # The token is a secret.
    return UnknownSubjectError("link", "of this token, or no more")
