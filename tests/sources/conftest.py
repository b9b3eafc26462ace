"""Sources on a PostgreSQL of these tests' own, with a clock that tests set."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from database.migrations import migrate
from sources.store import SourceStore, source_engine
from sources.tables import SOURCE_TABLES
from tests.access.conftest import Clock
from tests.database.postgres import own_postgres

KEY = SecretStr(base64.b64encode(b"k" * 32).decode())


@pytest.fixture(scope="session")
def made() -> Iterator[sa.Engine]:
    """A database with the tables."""
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as socket, own_postgres(Path(socket)) as uri:
        engine = source_engine(uri)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def engine(made: sa.Engine) -> sa.Engine:
    """A database without sources."""
    with made.begin() as connection:
        connection.execute(sa.text(f"truncate {', '.join(SOURCE_TABLES.tables)} restart identity cascade"))
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: sa.Engine, clock: Clock) -> SourceStore:
    return SourceStore(engine, KEY, clock)
