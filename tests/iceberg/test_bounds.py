"""Bounds of time columns come from manifests, also when commits merge, delete or add nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyiceberg.expressions import EqualTo
from pyiceberg.table import Table

from iceberg.bounds import cut, earliest, first_added, latest, parts_beyond
from streams.breakdowns import Layer
from streams.panes import Grain
from tests.definitions import HEALTH
from tests.iceberg.lakes import (
    NOON,
    commit,
    day_row,
    ledger_row,
    make_tables,
    noon,
    open_local,
    pane_place,
    pane_row,
)


@pytest.fixture(params=["appended manifests", "merged manifests"])
def ledger(tmp_path: Path, request: pytest.FixtureRequest) -> Table:
    merge = {"commit.manifest-merge.enabled": "true", "commit.manifest.min-count-to-merge": "2"}
    properties = merge if request.param == "merged manifests" else {}
    return make_tables(open_local(tmp_path), HEALTH, **properties)["ledger"]


def test_empty_tables_have_no_bounds(ledger: Table) -> None:
    assert latest(ledger, "arrived_until") is None
    assert earliest(ledger, "arrived_from") is None


def test_latest_is_over_all_commits(ledger: Table) -> None:
    commit(ledger, [ledger_row(20), ledger_row(40)])
    commit(ledger, [ledger_row(0)])
    assert latest(ledger, "arrived_until") == noon(50)
    assert latest(ledger, "arrived_from") == noon(40)
    assert earliest(ledger, "arrived_from") == noon(0)


def test_latest_keeps_to_its_snapshot(ledger: Table) -> None:
    commit(ledger, [ledger_row(0)])
    first = ledger.current_snapshot()
    commit(ledger, [ledger_row(10)])
    assert latest(ledger, "arrived_until", first) == noon(10)
    assert latest(ledger, "arrived_until") == noon(20)


def test_latest_forgets_deleted_rows(ledger: Table) -> None:
    commit(ledger, [ledger_row(0)])
    commit(ledger, [ledger_row(10, partition=1)])
    assert latest(ledger, "arrived_until") == noon(20)
    ledger.delete(EqualTo(term="partition", value=1))
    assert latest(ledger, "arrived_until") == noon(10)


def test_first_added_is_of_one_commit(ledger: Table) -> None:
    for second in (0, 30, 10):
        commit(ledger, [ledger_row(second), ledger_row(second + 10)])
        snapshot = ledger.current_snapshot()
        assert snapshot is not None
        assert first_added(ledger, "arrived_from", snapshot) == noon(second)


def test_empty_commits_add_nothing(ledger: Table) -> None:
    commit(ledger, [ledger_row(0)])
    commit(ledger, [])
    snapshot = ledger.current_snapshot()
    assert snapshot is not None
    assert first_added(ledger, "arrived_from", snapshot) is None
    assert latest(ledger, "arrived_until") == noon(10)


def test_keeps_what_is_before_the_epoch(ledger: Table) -> None:
    old = ledger_row(0) | {"arrived_from": noon(0).replace(year=1969), "arrived_until": noon(0).replace(year=1969)}
    commit(ledger, [old])
    assert latest(ledger, "arrived_until") == noon(0).replace(year=1969)


def test_bounds_of_panes_are_of_a_grain(tmp_path: Path) -> None:
    panes = make_tables(open_local(tmp_path), HEALTH)["panes"]
    assert (latest(panes, "arrived_until", layer=Layer.DAY), cut(panes, Layer.DAY)) == (None, None)
    commit(panes, [pane_row(1200), day_row(600)])
    commit(panes, [pane_row(610), day_row(0)])
    assert [earliest(panes, "arrived_from", layer) for layer in (None, *Layer)] == [noon(0), noon(610), None, noon(0)]
    assert [cut(panes, layer) for layer in Layer] == [noon(1210), None, noon(1200)]


def test_parts_that_reach_beyond_a_moment_are_found(tmp_path: Path) -> None:
    panes = make_tables(open_local(tmp_path), HEALTH)["panes"]
    assert parts_beyond(panes, "arrived_until", noon(0), Layer.FINEST) == ()
    for day, second in ((1, 0), (2, 20), (1, 40)):
        at = NOON.replace(day=day)
        commit(panes, [pane_row(second) | pane_place(Grain.MINUTE, at, hourly=False), day_row(second)])
    parts = [parts_beyond(panes, "arrived_until", noon(at), Layer.FINEST) for at in (9, 10, 30, 50)]
    both = ("service/minute/2026-03-01", "service/minute/2026-03-02")
    assert parts == [both, both, both[:1], ()]
    assert parts_beyond(panes, "arrived_until", noon(0), Layer.DAY) == ("service/day/2026-03",)
