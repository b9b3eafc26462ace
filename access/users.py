"""Users and their groups. At least one administrator who is not disabled stays, once there is one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from access.errors import InvalidAccessError, UnknownSubjectError
from access.grants import SubjectKind, checked_name, is_name
from access.leftovers import remove_grants_of_no_one
from access.passwords import is_outdated, is_password, password_hash
from access.records import Records
from access.tables import GRANTS, LINKS, MEMBERS, SESSIONS, USERS

LONGEST_TITLE = 200
MOST_GROUPS = 100

RESERVED = frozenset({"anybody", "nobody", "operator", "unknown"})
"""Names that no user has: the access log has them for whoever is none."""

_ALONE = sa.text("lock table windowpane.users in share row exclusive mode")
"""Whoever decides by all users does so alone: of two who remove the last two administrators, one is refused."""

_WRITING = sa.text("lock table windowpane.users in row exclusive mode")


@dataclass(frozen=True, slots=True)
class User:
    """A user. `title`: as people read it. `made_by`: a user, or who was at the command line."""

    name: str
    title: str
    administrator: bool
    disabled: bool
    groups: tuple[str, ...]
    has_password: bool
    made_at: datetime
    made_by: str


class Users:
    """Reads and writes users. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(
        self,
        name: str,
        *,
        by: str,
        title: str = "",
        administrator: bool = False,
        groups: Collection[str] = (),
        password: str | None = None,
        first: bool = False,
    ) -> User:
        """A new user. `first`: only while there is none. Raises InvalidAccessError."""
        hashed = None if password is None else password_hash(password, checked_name("user", name))
        with self._records.changing() as connection:
            connection.execute(_ALONE)
            if first and _any(connection):
                raise InvalidAccessError("user", "there are users already")
            new = {"name": checked_name("user", name), "title": _title(title), "administrator": administrator}
            made = {"password": hashed, "made_at": self._records.now(), "made_by": by}
            insert_user(connection, {**new, **made})
            _set_groups(connection, name, groups)
            return _found(connection, name)

    def get(self, name: str) -> User:
        """Raises UnknownSubjectError."""
        with self._records.reading() as connection:
            return _found(connection, name)

    def known(self, name: str) -> bool:
        """Whether there is a user of this name."""
        with self._records.reading() as connection:
            return bool(connection.execute(sa.select(sa.exists().where(USERS.c.name == name))).scalar_one())

    def page(self, search: str = "", after: str = "", limit: int = 100) -> list[User]:
        """Users in order of their names, after a name; `search`: a part of name or title."""
        query = _USER.where(USERS.c.name > after).order_by(USERS.c.name).limit(limit)
        if search:
            part = search.lower()
            named = USERS.c.name.contains(part, autoescape=True)
            query = query.where(named | sa.func.lower(USERS.c.title).contains(part, autoescape=True))
        with self._records.reading() as connection:
            return [_user(row) for row in connection.execute(query).mappings()]

    def any(self) -> bool:
        """Whether there is a user at all; if not, the service may be open."""
        with self._records.reading() as connection:
            return _any(connection)

    def change(
        self,
        name: str,
        *,
        title: str | None = None,
        administrator: bool | None = None,
        disabled: bool | None = None,
        groups: Collection[str] | None = None,
    ) -> User:
        """Change what is given. Who is disabled is logged out, and has no one-time link.

        Raises UnknownSubjectError, InvalidAccessError.
        """
        given = {
            "title": None if title is None else _title(title),
            "administrator": administrator,
            "disabled": disabled,
        }
        values = {field: value for field, value in given.items() if value is not None}
        with self._records.changing() as connection:
            connection.execute(_ALONE)
            _found(connection, name)
            if administrator is False or disabled:
                _check_not_last(connection, name)
            if values:
                connection.execute(USERS.update().where(USERS.c.name == name).values(values))
            if disabled:
                connection.execute(SESSIONS.delete().where(SESSIONS.c.user == name))
                connection.execute(LINKS.delete().where(LINKS.c.user == name))
            if groups is not None:
                _set_groups(connection, name, groups)
            return _found(connection, name)

    def set_password(self, name: str, password: str, *, keep_session: str | None = None) -> None:
        """Ends the sessions of the user but for one, by its id, and one-time links.

        Raises UnknownSubjectError, InvalidAccessError.
        """
        hashed = password_hash(password, name)
        with self._records.changing() as connection:
            replace_password(connection, name, hashed, keep_session)

    def check_password(self, name: str, password: str) -> bool:
        """Whether it is the password of a user who is not disabled; takes as long where there is no such user."""
        with self._records.reading() as connection:
            query = sa.select(USERS.c.password, USERS.c.disabled).where(USERS.c.name == (name if is_name(name) else ""))
            row = connection.execute(query).one_or_none()
        stored: str | None = row.password if row else None
        right = is_password(password, stored)
        if row is None or stored is None or not right or row.disabled:
            return False
        if is_outdated(stored):
            self._renew(name, stored, password)
        return True

    def remove(self, name: str, *, even_last: bool = False) -> None:
        """Remove a user with all that is theirs. Raises UnknownSubjectError; InvalidAccessError for the last
        administrator, unless `even_last`."""
        with self._records.changing() as connection:
            connection.execute(_ALONE)
            _found(connection, name)
            if not even_last:
                _check_not_last(connection, name)
            connection.execute(USERS.delete().where(USERS.c.name == name))
            mine = (GRANTS.c.kind == SubjectKind.USER) & (GRANTS.c.name == name)
            connection.execute(GRANTS.delete().where(mine))
            remove_grants_of_no_one(connection)

    def _renew(self, name: str, stored: str, password: str) -> None:
        """Hash a right password with the parameters of now, unless it was changed meanwhile."""
        try:
            hashed = password_hash(password, name)
        except InvalidAccessError:
            return  # It was set when the rules were others.
        same = (USERS.c.name == name) & (USERS.c.password == stored)
        with self._records.changing() as connection:
            connection.execute(USERS.update().where(same).values(password=hashed))


def insert_user(connection: sa.Connection, values: Mapping[str, object]) -> None:
    """Raises InvalidAccessError when the name is taken, or no user's."""
    if values["name"] in RESERVED:
        raise InvalidAccessError("user", f"{values['name']!r} is the name of whoever is no user; take another")
    try:
        with connection.begin_nested():
            connection.execute(USERS.insert().values(**values))
    except sa.exc.IntegrityError:
        raise InvalidAccessError("user", f"there is a user {values['name']!r} already") from None


def replace_password(connection: sa.Connection, name: str, hashed: str, keep_session: str | None = None) -> None:
    """Set a password and end the sessions but for one, and all one-time links. Raises UnknownSubjectError."""
    done = connection.execute(USERS.update().where(USERS.c.name == name).values(password=hashed))
    if not done.rowcount:
        raise UnknownSubjectError("user", name)
    others = (SESSIONS.c.user == name) & (SESSIONS.c.id != (keep_session or ""))
    connection.execute(SESSIONS.delete().where(others))
    connection.execute(LINKS.delete().where(LINKS.c.user == name))


def lock_able(connection: sa.Connection, name: str) -> bool:
    """Until the transaction ends nobody else changes this user; whether it is one who is not disabled."""
    # First the table: whoever decides by all users has it, and waits for the row.
    connection.execute(_WRITING)
    able = sa.select(USERS.c.name).where(USERS.c.name == name, ~USERS.c.disabled).with_for_update()
    return connection.execute(able).one_or_none() is not None


def lock_users(connection: sa.Connection) -> bool:
    """Until the transaction ends nobody else changes users; whether there are any."""
    connection.execute(_ALONE)
    return _any(connection)


_GROUPS = sa.select(sa.func.array_agg(sa.dialects.postgresql.aggregate_order_by(MEMBERS.c.group, MEMBERS.c.group)))
_USER = sa.select(USERS, _GROUPS.where(MEMBERS.c.user == USERS.c.name).scalar_subquery().label("groups"))


def _any(connection: sa.Connection) -> bool:
    return bool(connection.execute(sa.select(sa.exists(sa.select(USERS.c.name)))).scalar_one())


def _found(connection: sa.Connection, name: str) -> User:
    row = connection.execute(_USER.where(USERS.c.name == name)).mappings().one_or_none()
    if row is None:
        raise UnknownSubjectError("user", name)
    return _user(row)


def _user(row: Mapping[Any, Any]) -> User:
    return User(
        name=row["name"],
        title=row["title"],
        administrator=row["administrator"],
        disabled=row["disabled"],
        groups=tuple(row["groups"] or ()),
        has_password=row["password"] is not None,
        made_at=row["made_at"],
        made_by=row["made_by"],
    )


def _check_not_last(connection: sa.Connection, name: str) -> None:
    """Raise InvalidAccessError if this is the one administrator who is not disabled."""
    able = sa.select(USERS.c.name).where(USERS.c.administrator, ~USERS.c.disabled)
    if [*connection.execute(able).scalars()] == [name]:
        raise InvalidAccessError("user", f"{name} is the last administrator; make another one first")


def _set_groups(connection: sa.Connection, name: str, groups: Collection[str]) -> None:
    wanted = sorted({checked_name("groups", group) for group in groups})
    if len(wanted) > MOST_GROUPS:
        raise InvalidAccessError("groups", f"are at most {MOST_GROUPS}")
    connection.execute(MEMBERS.delete().where(MEMBERS.c.user == name))
    if wanted:
        connection.execute(MEMBERS.insert(), [{"group": group, "user": name} for group in wanted])


def _title(title: str) -> str:
    if len(title) > LONGEST_TITLE or not (title.isprintable()):
        raise InvalidAccessError("title", f"has at most {LONGEST_TITLE} characters, all of which can be printed")
    return title.strip()
