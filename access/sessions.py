"""Sessions of those who logged in at the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from access.errors import RefusedLoginError, UnknownSubjectError
from access.key_text import SecretKind, is_secret, new_id, new_secret, secret_hash
from access.records import Records
from access.settings import AccessSettings
from access.tables import SESSIONS, USERS
from access.throttle import Throttle
from access.users import Users

MOST_SESSIONS = 50
"""Most sessions of a user; beyond them the one that was used longest ago ends."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session without its token. `address`, `agent`: of the browser that logged in. `used_at`: to a few minutes."""

    id: str
    user: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime
    address: str
    agent: str


class Sessions:
    """Reads and writes sessions. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records, users: Users, settings: AccessSettings) -> None:
        self._records, self._users, self._settings = records, users, settings
        self._throttle = Throttle(records)

    def log_in(self, name: str, password: str, *, address: str, agent: str) -> tuple[Session, str]:
        """A session and its token, which is not stored. Raises RefusedLoginError, ThrottledError."""
        self.confirm(name, password, address=address)
        try:
            return self.open_for(name, address=address, agent=agent)
        except UnknownSubjectError:
            raise RefusedLoginError from None

    def confirm(self, name: str, password: str, *, address: str) -> None:
        """Check a password as often as the throttle allows, also of one who is logged in and would change it.

        Raises RefusedLoginError, ThrottledError.
        """
        address = _shown(address, 64)
        self._throttle.begin(name, address)
        if not self._users.check_password(name, password):
            raise RefusedLoginError
        self._throttle.succeed(name, address)

    def open_for(self, user: str, *, address: str, agent: str) -> tuple[Session, str]:
        """A session of a user whose right to it was shown in another way. Raises UnknownSubjectError."""
        now, text = self._records.now(), new_secret(SecretKind.SESSION)
        values = {"id": new_id(), "user": user, "address": _shown(address, 64), "agent": _shown(agent, 200)}
        times = {"made_at": now, "used_at": now, "expires_at": now + self._settings.session_lifetime}
        with self._records.changing() as connection:
            able = sa.select(USERS.c.name).where(USERS.c.name == user, ~USERS.c.disabled).with_for_update()
            if connection.execute(able).one_or_none() is None:
                raise UnknownSubjectError("user", user)
            _make_room(connection, user)
            insert = SESSIONS.insert().values(hash=secret_hash(text), **values, **times).returning(SESSIONS)
            return _session(connection.execute(insert).mappings().one()), text

    def of(self, user: str) -> list[Session]:
        """The sessions of a user that have not ended; the last used first."""
        now = self._records.now()
        query = sa.select(SESSIONS).where(
            SESSIONS.c.user == user,
            SESSIONS.c.expires_at > now,
            SESSIONS.c.used_at > now - self._settings.session_idle,
        )
        with self._records.reading() as connection:
            rows = connection.execute(query.order_by(SESSIONS.c.used_at.desc(), SESSIONS.c.id)).mappings()
            return [_session(row) for row in rows]

    def end(self, user: str, session_id: str) -> None:
        """Raises UnknownSubjectError when the user has no such session."""
        with self._records.changing() as connection:
            mine = (SESSIONS.c.id == session_id) & (SESSIONS.c.user == user)
            if not connection.execute(SESSIONS.delete().where(mine)).rowcount:
                raise UnknownSubjectError("session", session_id)

    def end_token(self, token: str) -> None:
        """End a session, if it is one."""
        if is_secret(SecretKind.SESSION, token):
            with self._records.changing() as connection:
                connection.execute(SESSIONS.delete().where(SESSIONS.c.hash == secret_hash(token)))


def _make_room(connection: sa.Connection, user: str) -> None:
    newest = sa.select(SESSIONS.c.id).where(SESSIONS.c.user == user).order_by(SESSIONS.c.used_at.desc())
    past = newest.offset(MOST_SESSIONS - 1)
    connection.execute(SESSIONS.delete().where(SESSIONS.c.id.in_(past)))


def _session(row: Mapping[Any, Any]) -> Session:
    names = ("id", "user", "made_at", "expires_at", "used_at", "address", "agent")
    return Session(**{name: row[name] for name in names})


def _shown(text: str, longest: int) -> str:
    """What a client said of itself, in a bounded length, without what cannot be printed."""
    return "".join(char for char in text[:longest] if char.isprintable())
