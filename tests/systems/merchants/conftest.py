"""Sites beside users and grants on a PostgreSQL of these tests' own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from access.records import Records, access_engine
from access.store import AccessStore
from access.tables import ACCESS
from database.migrations import migrate
from systems.merchants.store import SiteStore
from systems.merchants.tables import SITE_TABLES
from tests.access.conftest import Clock
from tests.database.postgres import own_postgres


@pytest.fixture(scope="session")
def made() -> Iterator[sa.Engine]:
    """A database with the tables."""
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as socket, own_postgres(Path(socket)) as uri:
        engine = access_engine(uri)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def engine(made: sa.Engine) -> sa.Engine:
    """A database without users and sites."""
    with made.begin() as connection:
        connection.execute(
            sa.text(f"truncate {', '.join([*ACCESS.tables, *SITE_TABLES.tables])} restart identity cascade")
        )
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(engine: sa.Engine, clock: Clock) -> AccessStore:
    return AccessStore(engine, clock=clock)


@pytest.fixture
def store(engine: sa.Engine, clock: Clock) -> SiteStore:
    return SiteStore(Records(engine, clock))
