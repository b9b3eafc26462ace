"""PostgreSQL as access uses it: pooled connections, tables made on first use, errors of our own, and the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache

import sqlalchemy as sa

from access.errors import InvalidAccessError
from database.engine import engine_uri
from database.errors import translated
from database.migrations import migrate

_OPTIONS = {
    "statement_timeout": "5s",  # whoever waits for an answer about access is let in nowhere meanwhile
    "idle_in_transaction_session_timeout": "10s",
    "plan_cache_mode": "force_generic_plan",  # statements look for a few rows by their keys: planned once suffices
}

Clock = Callable[[], datetime]


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def access_engine(uri: str) -> sa.Engine:
    """Connections to `postgresql://…`, which need not answer yet."""
    options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
    return sa.create_engine(
        engine_uri(uri),
        pool_size=5,
        max_overflow=7,
        pool_timeout=2,
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args={"connect_timeout": 2, "options": options, "application_name": "windowpane access"},
    )


@lru_cache
def _make_tables(engine: sa.Engine) -> None:
    """Bring the tables to what this version needs; once in a process."""
    # Another process may be making them, for longer than a statement may take.
    patient = sa.create_engine(engine.url, poolclass=sa.NullPool, connect_args={"connect_timeout": 2})
    migrate(patient)


class Records:
    """The tables of access.

    Every block raises LakeError when PostgreSQL does not answer, InvalidAccessError for a text that it cannot hold.
    """

    def __init__(self, engine: sa.Engine, clock: Clock = now) -> None:
        self.now = clock
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection on which each statement stands alone."""
        with translated(), _held():
            _make_tables(self._engine)
            with self._reading.connect() as connection:
                yield connection

    @contextmanager
    def changing(self) -> Iterator[sa.Connection]:
        """A connection whose changes are made when the block ends, all or none."""
        with translated(), _held():
            _make_tables(self._engine)
            with self._engine.begin() as connection:
                yield connection

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()


@contextmanager
def _held() -> Iterator[None]:
    """Refuse NUL, and halves of characters, which no text in PostgreSQL has."""
    try:
        yield
    except (sa.exc.DataError, UnicodeEncodeError):
        raise InvalidAccessError("text", "has characters that cannot be kept") from None
