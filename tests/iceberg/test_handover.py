"""A new definition takes over where every table is complete, and finds nothing of the old one beyond."""

from __future__ import annotations

import pytest
from pyiceberg.table import Table

from iceberg.bounds import cut
from iceberg.catalog import Catalog
from iceberg.handover import close_at, note_running
from iceberg.pending import pending_arrivals, trusted_cut
from iceberg.resume import resume_point
from iceberg.rollups import begin_rollup, finish_rollup
from iceberg.stored_stream import stored_stream
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from streams.definition import Definition
from tests.definitions import HEALTH, changed
from tests.iceberg.lakes import commit, day_row, ledger_row, make_tables, noon, pane_row, rejected_row


@pytest.mark.usefixtures("tables")
def test_running_definition_is_noted(catalog: Catalog) -> None:
    assert _running(catalog) is None
    other = changed("title", "Another")
    for definition in (HEALTH, other, other):
        note_running(catalog, definition)
        assert _running(catalog) == definition


def _running(catalog: Catalog) -> Definition | None:
    stored = stored_stream(catalog, "health")
    assert stored is not None
    return stored.running


def test_every_table_begins_again_at_the_same_cut(catalog: Catalog, tables: dict[str, Table]) -> None:
    """Also those that hold no row near it, and `rejected`, of which newer rows of the old definition are discarded."""
    commit(tables["panes"], [pane_row(0)], "a", 1)
    commit(tables["ledger"], [ledger_row(0), ledger_row(10, accepted=0)], "a", 1)
    commit(tables["rejected"], [rejected_row(5, 0, 1), rejected_row(19.999, 0, 2), rejected_row(20, 0, 3)])
    commit(tables["rejected"], [rejected_row(25, 1, 1)])
    for _ in "ab":
        close_at(catalog, "health", noon(20))
        point = resume_point(catalog, "health")
        assert point.cuts == dict.fromkeys(("finest panes", "day panes", "ledger", "rejected"), noon(20))
        assert point.held == {"rejected": {}}


def test_hours_begin_where_the_new_definition_takes_over(catalog: Catalog) -> None:
    """What came before is pending, of that grain alone, and made a day of arrival at a time."""
    tables = make_tables(catalog, changed("hours", True))
    commit(tables["panes"], [pane_row(5), pane_row(86_400)], "a", 1)
    commit(tables["panes"], [day_row(0), day_row(86_400)], "a", 1)
    ledger = [[ledger_row(0)], [ledger_row(86_400)], [ledger_row(90_000)], [ledger_row(90_600)]]
    for checkpoint, rows in enumerate(ledger):
        commit(tables["ledger"], rows, "a", checkpoint)
    for _ in "ab":
        close_at(catalog, "health", noon(86_410))
    panes = tables["panes"].refresh()
    assert pending_arrivals(panes, Layer.HOUR) == Arrivals(noon(0), noon(86_410))
    assert (cut(panes, Layer.HOUR), trusted_cut(panes, Layer.HOUR)) == (noon(86_410), noon(0))
    assert pending_arrivals(panes, Layer.DAY) is None
    made = []
    while (task := begin_rollup(catalog, "health")) is not None:
        made.append((task.layer, task.arrivals))
        finish_rollup(catalog, task)
    assert made == [
        (Layer.HOUR, Arrivals(noon(0), noon(43_200))),
        (Layer.HOUR, Arrivals(noon(43_200), noon(86_410))),
    ]
    assert trusted_cut(panes.refresh(), Layer.HOUR) == noon(86_410)


def test_a_new_stream_has_nothing_pending(catalog: Catalog) -> None:
    tables = make_tables(catalog, changed("hours", True))
    close_at(catalog, "health", noon(20))
    assert pending_arrivals(tables["panes"].refresh(), Layer.HOUR) is None
