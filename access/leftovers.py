"""What is left when something ends: grants of keys that are no more, and rows that are past their time."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from access.grants import SubjectKind
from access.tables import FAILED_LOGINS, GRANTS, KEYS, LINKS, SESSIONS

EXPIRED_KEYS_SHOWN = timedelta(days=30)
"""How long a key that has expired can be seen in lists."""

FAILURES_KEPT = timedelta(hours=1)
"""How long a failed login counts after the last one."""


def remove_grants_of_no_one(connection: sa.Connection) -> None:
    """Grants of keys that are not there."""
    missing = ~sa.exists().where(KEYS.c.id == GRANTS.c.name)
    connection.execute(GRANTS.delete().where(GRANTS.c.kind == SubjectKind.KEY, missing))


def remove_past(connection: sa.Connection, now: datetime) -> None:
    """Sessions, links, keys and failed logins that are past their time."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at <= now))
    connection.execute(LINKS.delete().where(LINKS.c.expires_at <= now))
    connection.execute(FAILED_LOGINS.delete().where(FAILED_LOGINS.c.last_at <= now - FAILURES_KEPT))
    connection.execute(KEYS.delete().where(KEYS.c.expires_at <= now - EXPIRED_KEYS_SHOWN))
    remove_grants_of_no_one(connection)
