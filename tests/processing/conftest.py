"""A PostgreSQL of these tests' own, emptied for each, and a catalog on local disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from access.records import access_engine
from iceberg.catalog import Catalog
from processing.store import ProcessStore
from processing.tables import PROCESS_TABLES
from tests.database.postgres import empty, own_tables
from tests.iceberg.lakes import open_local


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    with own_tables(access_engine) as engine:
        yield engine


@pytest.fixture
def store(engine: sa.Engine) -> ProcessStore:
    empty(engine, PROCESS_TABLES)
    return ProcessStore(engine)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_local(tmp_path)
