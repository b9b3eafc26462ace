"""Locks of the lake: who changes what is published, removes files or copies all of them does so alone.

They are PostgreSQL's advisory locks, held by a connection of their own, so a holder that is killed frees them. Live
jobs take none: they only add rows and files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa

from database.engine import plain_uri
from database.errors import LakeLockedError, translated

EVERY_STREAM = "*"
_LAKE = "lake"

SHORT_SECONDS = 5.0
"""Longer than whoever removes a few objects shares the lake: one that needs it alone waits so long."""

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class LakeLock:
    """A lock that is held."""

    _connection: Connection

    def check(self) -> None:
        """Before a step that needs the lock: raises LakeLockedError if its connection, and so the lock, was lost."""
        try:
            self._connection.execute("select 1")
        except psycopg.Error as error:
            raise LakeLockedError("the lock of the lake was lost, for PostgreSQL restarted; run it again") from error


@contextmanager
def lake_lock(uri: str, purpose: str, stream: str = EVERY_STREAM, wait_seconds: float = 0.0) -> Iterator[LakeLock]:
    """Hold the lock of one stream, or of every stream, while the block runs. Not to be nested.

    `uri`: of the catalog, postgresql://…. `purpose`: one or two words, shown to those who must wait.

    Raises:
        LakeLockedError: somebody else held it for `wait_seconds`; the message says who.
        LakeAwayError: PostgreSQL does not answer.
    """
    name = f"windowpane {purpose}" if stream == EVERY_STREAM else f"windowpane {purpose} {stream}"
    with translated():
        connection = psycopg.connect(uri, autocommit=True, connect_timeout=10, application_name=name[:63])
    with closing(connection):
        try:
            with translated():
                _take(connection, stream, wait_seconds)
            yield LakeLock(connection)
        finally:
            # A session that is only closed frees its locks some time later.
            with suppress(psycopg.Error):
                connection.execute("select pg_advisory_unlock_all()")


def stream_lock(
    engine: sa.Engine, stream: str, purpose: str, wait_seconds: float = 0.0
) -> AbstractContextManager[LakeLock]:
    """The lock of one stream, on the PostgreSQL of an engine. Raises as `lake_lock` does."""
    return lake_lock(plain_uri(engine), purpose, stream, wait_seconds)


@contextmanager
def held_if_free(engine: sa.Engine, name: str, *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock of this name while the block runs, if nobody else does; whether it is held. It is on a pooled
    connection, which is not shared meanwhile, so it costs two statements. `shared`: others may share it.

    Raises LakeAwayError when PostgreSQL does not answer.
    """
    key = lock_key(name)
    take, free = (
        (sa.func.pg_try_advisory_lock_shared, sa.func.pg_advisory_unlock_shared)
        if shared
        else (sa.func.pg_try_advisory_lock, sa.func.pg_advisory_unlock)
    )
    with translated():
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        with translated():
            held = bool(connection.execute(sa.select(take(key))).scalar_one())
        try:
            yield held
        finally:
            if held:
                # A session that is only closed frees its locks some time later; a lock that was lost is free.
                with suppress(sa.exc.SQLAlchemyError):
                    connection.execute(sa.select(free(key)))
    except BaseException:
        connection.invalidate()  # whatever it holds ends with its session
        raise
    finally:
        connection.close()


def removing_objects(engine: sa.Engine) -> AbstractContextManager[bool]:
    """Share the lake while objects are removed that no table of the lake refers to; False while somebody copies all of
    them, or brings them back: nothing may be removed then. Raises LakeAwayError."""
    return held_if_free(engine, _LAKE, shared=True)


def lock_key(name: str) -> int:
    """The number by which PostgreSQL knows a lock: 64 bits, signed, the same in every process and version."""
    return int.from_bytes(hashlib.sha256(f"windowpane {name}".encode()).digest()[:8], "big", signed=True)


def _take(connection: Connection, stream: str, wait_seconds: float) -> None:
    """Every stream: the lake alone. One stream: the lake shared with other streams, then the stream alone."""
    lake = lock_key(_LAKE)
    steps = [("select pg_advisory_lock(%s)", lake, "the lake")]
    if stream != EVERY_STREAM:
        alone = ("select pg_advisory_lock(%s)", lock_key(f"stream {stream}"), f"stream {stream}")
        steps = [("select pg_advisory_lock_shared(%s)", lake, "the lake"), alone]
    # No waiting at all cannot be said: zero would mean for ever.
    connection.execute("select set_config('lock_timeout', %s, false)", (f"{max(1, round(wait_seconds * 1000))}ms",))
    for statement, key, what in steps:
        try:
            connection.execute(statement.encode(), (key,))
        except psycopg.errors.LockNotAvailable:
            holder = _holder(connection, key)
            raise LakeLockedError(f"{what} is in use by {holder}; run this again when it is done") from None


def _holder(connection: Connection, key: int) -> str:
    row = connection.execute(
        "select application_name, to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), pid"
        " from pg_locks join pg_stat_activity using (pid)"
        " where locktype = 'advisory' and granted and objsubid = 1 and database = datid"
        " and classid = %s::int8::oid and objid = %s::int8::oid and pid <> pg_backend_pid()",
        ((key >> 32) & 0xFFFFFFFF, key & 0xFFFFFFFF),
    ).fetchone()
    return (
        f"{row[0]!r} since {row[1]} UTC (session {row[2]} of PostgreSQL)" if row else "somebody who has just finished"
    )
