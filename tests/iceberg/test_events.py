"""Every message as it came: the table is optional, continues where it ended, and tells what it holds of a range."""

from __future__ import annotations

import pytest
from pyiceberg.table import Table

from iceberg.apply import applied_definition, plan_tables
from iceberg.catalog import Catalog
from iceberg.events import counted_events, events_table
from iceberg.handover import close_at
from iceberg.resume import resume_point
from streams.arrivals import Arrivals
from tests.definitions import HEALTH, changed
from tests.iceberg.lakes import commit, event_row, ledger_row, make_tables, noon

KEPT = changed("events", True)


@pytest.fixture
def tables(catalog: Catalog) -> dict[str, Table]:
    return make_tables(catalog, KEPT)


def test_table_is_made_before_the_definition_is_noted(catalog: Catalog) -> None:
    """The keeper runs what is noted, and its job needs the table."""
    for change in plan_tables(catalog, HEALTH):
        change.run()
    assert events_table(catalog, "health") is None
    first, *notes = plan_tables(catalog, KEPT)
    assert first.description == "create table health.events"
    assert all(note.description.startswith("note the definition") for note in notes)
    for change in (first, *notes):
        change.run()
    assert plan_tables(catalog, KEPT) == []
    assert applied_definition(catalog, "health") == KEPT


def test_table_is_as_documented(catalog: Catalog) -> None:
    for change in plan_tables(catalog, KEPT):
        change.run()
    table = catalog.load_table("health.events")
    assert table.schema().column_names == ["partition", "offset", "arrived", "event_time", "payload"]
    assert {field.name for field in table.schema().fields if field.required} == {"partition", "offset", "arrived"}
    assert [str(field.transform) for field in table.spec().fields] == ["day"]


def test_new_tables_begin_with_all_there_is(catalog: Catalog, tables: dict[str, Table]) -> None:
    commit(tables["ledger"], [ledger_row(600)], "a", 1)
    commit(tables["events"], [event_row(601, 0, 5), event_row(602, 1, 3), event_row(601.5, 0, 6)], "a", 1)
    point = resume_point(catalog, "health")
    assert (point.cuts["events"], point.held["events"]) == (None, {0: 6, 1: 3})


def test_only_what_is_not_settled_is_looked_at(catalog: Catalog, tables: dict[str, Table]) -> None:
    for checkpoint, at in ((1, 590), (2, 650)):
        commit(tables["ledger"], [ledger_row(at)], "a", checkpoint)
    commit(tables["events"], [event_row(649.999, 0, 5), event_row(650, 1, 17), event_row(655, 1, 18)], "a", 2)
    point = resume_point(catalog, "health")
    assert (point.start, point.cuts["events"], point.held["events"]) == (noon(600), noon(650), {1: 18})
    assert point.held["rejected"] == {}


def test_begins_where_a_definition_took_over(catalog: Catalog, tables: dict[str, Table]) -> None:
    for checkpoint, at in ((1, 0), (2, 10)):
        commit(tables["ledger"], [ledger_row(at)], "a", checkpoint)
    commit(tables["events"], [event_row(19.999, 0, 5), event_row(20, 0, 6), event_row(21, 0, 7)], "a", 2)
    for _ in "ab":
        close_at(catalog, "health", noon(20))
        point = resume_point(catalog, "health")
        assert (point.cuts["events"], point.held["events"]) == (noon(20), {})
    assert catalog.load_table("health.events").scan().to_arrow()["offset"].to_pylist() == [5]


def test_counts_what_it_holds_of_a_range(catalog: Catalog, tables: dict[str, Table]) -> None:
    """Files that reach over an end of the range are read; the others are counted by their metadata."""
    commit(tables["events"], [event_row(at, 0, at) for at in range(10)])
    commit(tables["events"], [event_row(at, 0, at) for at in range(10, 20)])
    counted = {(0, 20): 20, (5, 20): 15, (10, 20): 10, (0, 10): 10, (3, 13): 10, (20, 30): 0, (-9, 1): 1}
    for (start, end), expected in counted.items():
        assert counted_events(catalog, "health", Arrivals(noon(start), noon(end))) == expected


def test_counts_nothing_where_there_is_no_table(catalog: Catalog) -> None:
    make_tables(catalog, HEALTH)
    assert counted_events(catalog, "health", Arrivals(noon(0), noon(9))) is None
