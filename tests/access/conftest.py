"""A PostgreSQL of these tests' own, a store on an empty database of it, and a clock that tests set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from access.records import access_engine
from access.settings import AccessSettings
from access.store import AccessStore
from tests.database.postgres import own_postgres

_numbers = count()


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


@pytest.fixture
def engine(server: str) -> Iterator[sa.Engine]:
    """An empty database."""
    name = f"access_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    engine = access_engine(server.replace("/postgres?", f"/{name}?"))
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: sa.Engine, clock: Clock) -> AccessStore:
    return AccessStore(engine, AccessSettings(), clock)
