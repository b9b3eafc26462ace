"""A PostgreSQL of these tests' own, a store on an empty database of it, and a clock that tests set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from access.records import access_engine
from access.settings import AccessSettings
from access.store import AccessStore
from access.tables import ACCESS
from database.migrations import migrate
from tests.database.postgres import empty, own_postgres


class Clock:
    """A time that goes on when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def go_on(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL, as its administrator."""
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as socket, own_postgres(Path(socket)) as uri:
        yield uri


@pytest.fixture(scope="session")
def made(server: str) -> Iterator[sa.Engine]:
    """A database with the tables."""
    engine = access_engine(server)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(made: sa.Engine) -> sa.Engine:
    """A database without users."""
    empty(made, ACCESS)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: sa.Engine, clock: Clock) -> AccessStore:
    return AccessStore(engine, AccessSettings(), clock)
