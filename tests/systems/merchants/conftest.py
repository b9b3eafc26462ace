"""Sites beside users and grants on a PostgreSQL of these tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from access.records import Records, access_engine
from access.store import AccessStore
from access.tables import ACCESS
from systems.merchants.store import SiteStore
from systems.merchants.tables import SITE_TABLES
from tests.access.conftest import Clock
from tests.database.postgres import empty, own_tables


@pytest.fixture(scope="session")
def made() -> Iterator[sa.Engine]:
    """A database with the tables."""
    with own_tables(access_engine) as engine:
        yield engine


@pytest.fixture
def engine(made: sa.Engine) -> sa.Engine:
    """A database without users and sites."""
    empty(made, ACCESS, SITE_TABLES)
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
