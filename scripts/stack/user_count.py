"""How many users there are, and whether the service is open: asked of PostgreSQL alone, with nothing else loaded."""

from __future__ import annotations

import psycopg

from services.settings import ServiceSettings

_THERE = "select to_regclass('windowpane.users') is not null"
_COUNT = "select count(*) from windowpane.users"
_SECONDS = 3


def user_count(uri: str) -> int | None:
    """How many there are; None while PostgreSQL does not answer."""
    try:
        with psycopg.connect(uri, connect_timeout=_SECONDS) as connection:
            [(there,)] = connection.execute(_THERE).fetchall()
            [(count,)] = connection.execute(_COUNT).fetchall() if there else [(0,)]
    except psycopg.Error:
        return None
    return int(count)


def access_line(users: int | None, settings: ServiceSettings) -> str:
    """What `status` says of it."""
    if users is None:
        return "access: closed, for it is not known who the users are while postgres is away"
    if users:
        return f"access: {users:,} {'user' if users == 1 else 'users'}"
    if settings.may_be_open:
        return "access: open: no users yet; ./windowpane users add NAME --administrator closes it"
    return "access: closed: no users yet; ./windowpane up prints a link for the first administrator"
