"""Sources on a PostgreSQL of these tests' own, with a clock that tests set."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from sources.store import SourceStore, source_engine
from sources.tables import SOURCE_TABLES
from tests.access.conftest import Clock
from tests.database.postgres import empty, own_tables

KEY = SecretStr(base64.b64encode(b"k" * 32).decode())


@pytest.fixture(scope="session")
def made() -> Iterator[sa.Engine]:
    """A database with the tables."""
    with own_tables(source_engine) as engine:
        yield engine


@pytest.fixture
def engine(made: sa.Engine) -> sa.Engine:
    """A database without sources."""
    empty(made, SOURCE_TABLES)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: sa.Engine, clock: Clock) -> SourceStore:
    return SourceStore(engine, KEY, clock)
