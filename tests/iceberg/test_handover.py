"""A new definition takes over where every table is complete, and finds nothing of the old one beyond."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.handover import close_at, note_running, running_definition
from iceberg.resume import resume_point
from tests.definitions import HEALTH, changed
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local, pane_row, rejected_row


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return open_local(tmp_path)


@pytest.fixture
def tables(catalog: Catalog) -> dict[str, Table]:
    return make_tables(catalog, HEALTH)


@pytest.mark.usefixtures("tables")
def test_running_definition_is_noted(catalog: Catalog) -> None:
    assert running_definition(catalog, "health") is None
    other = changed("title", "Another")
    for definition in (HEALTH, other, other):
        note_running(catalog, definition)
        assert running_definition(catalog, "health") == definition


def test_every_table_begins_again_at_the_same_cut(catalog: Catalog, tables: dict[str, Table]) -> None:
    """Also those that hold no row near it, and `rejected`, of which newer rows of the old definition are discarded."""
    commit(tables["minute_panes"], [pane_row(0)], "a", 1)
    commit(tables["ledger"], [ledger_row(0), ledger_row(10, accepted=0)], "a", 1)
    commit(tables["rejected"], [rejected_row(5, 0, 1), rejected_row(19.999, 0, 2), rejected_row(20, 0, 3)])
    commit(tables["rejected"], [rejected_row(25, 1, 1)])
    for _ in "ab":
        close_at(catalog, "health", noon(20))
        point = resume_point(catalog, "health")
        assert point.cuts == dict.fromkeys(tables, noon(20))
        assert point.held == {"rejected": {0: 2}}
