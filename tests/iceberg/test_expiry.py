"""Old snapshots may go, but none that proves what is settled, that is new, or that is tagged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.expiry import expired_at, expiry
from iceberg.lake_view import pin
from iceberg.ledger import complete_until, settled_until
from iceberg.packing import pack, plan_packing
from iceberg.past_states import keep_state
from iceberg.resume import resume_point
from tests.iceberg.interleaved import DEFINITION
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local
from tests.iceberg.test_packing import pane

LATER = datetime.now(UTC) + timedelta(days=2)
DAY = timedelta(days=1)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = open_local(tmp_path)
    make_tables(catalog, DEFINITION)
    yield catalog
    catalog.close()


@pytest.fixture
def tables(catalog: Catalog) -> dict[str, Table]:
    return {name: catalog.load_table(("made", name)) for name in ("panes", "ledger", "rejected")}


def expire(table: Table, newest: int) -> None:
    """As Trino does, but for the files."""
    gone = expired_at(table, expiry(table, LATER, DAY, newest))
    if gone:
        table.maintenance.expire_snapshots().by_ids(gone).commit()


def test_young_and_newest_snapshots_are_kept(tables: dict[str, Table]) -> None:
    table = tables["panes"]
    for second in range(0, 50, 10):
        commit(table, [pane(second)])
    assert expired_at(table, expiry(table, datetime.now(UTC), DAY, 1)) == []
    for newest, expired in ((1, 4), (3, 2), (5, 0), (9, 0)):
        assert len(expired_at(table, expiry(table, LATER, DAY, newest))) == expired


def test_tagged_snapshots_are_kept(tables: dict[str, Table]) -> None:
    table = tables["panes"]
    for second in range(0, 30, 10):
        commit(table, [pane(second)])
        if second == 10:
            keep_state({"panes": table}, 0, noon(0))
    tagged = next(ref.snapshot_id for name, ref in table.metadata.refs.items() if name.startswith("generation-0-"))
    expire(table, 1)
    assert {snapshot.snapshot_id for snapshot in table.metadata.snapshots} == {
        tagged,
        table.metadata.current_snapshot_id,
    }


def test_what_jobs_read_is_known_after_packing_and_expiry(catalog: Catalog, tables: dict[str, Table]) -> None:
    """Cut, resume point, complete and settled times and the generation are what they were."""
    for number in range(4):
        commit(tables["ledger"], [ledger_row(600 * number)], "a", number)
        commit(tables["panes"], [pane(600 * number)], "a", number)
    commit(tables["ledger"], [ledger_row(2400)], "b", 1)
    commit(tables["panes"], [pane(2400)], "b", 1)
    keep_state(tables, 0, noon(9999))

    def state() -> object:
        view = pin(catalog, "made")
        ledger, panes = (catalog.load_table(("made", name)) for name in ("ledger", "panes"))
        times = (settled_until(ledger), complete_until(ledger, panes), view.complete_until, view.day_cut, view.began)
        return times, view.generation, resume_point(catalog, "made"), view.late_parts, view.past

    before = state()
    for _ in range(2):
        for table in tables.values():
            assert all(done.made for done in pack(table, plan_packing(table, noon(1800), 1 << 26, 2)))
            expire(table, 1)
    assert state() == before
    assert len(tables["ledger"].metadata.snapshots) < 6
    assert len(tables["panes"].metadata.snapshots) <= 3


def test_a_tagged_state_tells_its_checkpoint_by_itself(tables: dict[str, Table]) -> None:
    """The commit of the job that it holds has expired."""
    ledger, panes = tables["ledger"], tables["panes"]
    for number in range(3):
        commit(ledger, [ledger_row(600 * number)], "a", number)
        commit(panes, [pane(600 * number)], "a", number)
    [done] = pack(panes, plan_packing(panes, noon(1800), 1 << 26, 2))
    assert (done.files, done.made) == (3, 1)
    until = complete_until(ledger, panes)
    assert until == noon(1210)
    own = panes.metadata.current_snapshot_id
    gone = [snapshot.snapshot_id for snapshot in panes.metadata.snapshots if snapshot.snapshot_id != own]
    panes.maintenance.expire_snapshots().by_ids(gone).commit()
    assert complete_until(ledger, panes.refresh()) == until
