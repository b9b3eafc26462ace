"""A lake of a test's own, and the tables of `health` in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from tests.definitions import HEALTH
from tests.iceberg.lakes import make_tables, open_local


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Without tables."""
    return open_local(tmp_path)


@pytest.fixture
def tables(catalog: Catalog) -> dict[str, Table]:
    """Those of `health`, empty."""
    return make_tables(catalog, HEALTH)
