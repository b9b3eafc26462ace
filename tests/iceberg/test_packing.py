"""Packed files hold the same rows, sorted; what arrives meanwhile stays, and nothing that is read of bounds changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyiceberg.table import Table

from iceberg.apply import plan_tables
from iceberg.catalog import Catalog
from iceberg.data_files import portion
from iceberg.packing import FileGroup, pack, pack_all, plan_packing
from tests.iceberg.interleaved import DEFINITION, content, data_files, rows_of
from tests.iceberg.lakes import NOON, commit, event_row, ledger_row, noon, open_local, rejected_row

BIG = 64 * 1024 * 1024


def pane(second: int, who: str = "somebody", *, length: int = 10) -> dict[str, Any]:
    return {
        "who": who,
        "window_start": NOON,
        "arrived_from": noon(second),
        "arrived_until": noon(second + length),
        "messages": 1,
        "value_sum": second,
    }


ROWS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "minute_panes": pane,
    "hour_panes": pane,
    "day_panes": pane,
    "ledger": ledger_row,
    "rejected": lambda second: rejected_row(second, 0, second),
    "events": lambda second: event_row(second, 0, second),
}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = open_local(tmp_path)
    for change in plan_tables(catalog, DEFINITION.model_copy(update={"events": True})):
        change.run()
    yield catalog
    catalog.close()


@pytest.fixture
def minutes(catalog: Catalog) -> Table:
    return catalog.load_table(("made", "minute_panes"))


def filled(table: Table, seconds: range) -> None:
    for second in seconds:
        commit(table, [ROWS[table.name()[-1]](second)])


def files_of(table: Table) -> int:
    return len(data_files(table, table.metadata.current_snapshot_id))


@pytest.mark.parametrize("name", ROWS)
def test_every_table_is_packed(catalog: Catalog, name: str) -> None:
    table = catalog.load_table(("made", name))
    filled(table, range(0, 30, 10))
    before = rows_of(table, table.metadata.current_snapshot_id)
    [group] = plan_packing(table, noon(60), BIG, 2)
    assert (len(group.files), group.rows) == (3, 3)
    assert pack(table, group) == 1
    assert files_of(table.refresh()) == 1
    assert content(rows_of(table, table.metadata.current_snapshot_id)) == content(before)
    assert plan_packing(table, noon(60), BIG, 2) == []


def test_packed_files_are_of_an_hour_each(minutes: Table) -> None:
    """Of a stream with hour panes. They are sorted; a file's columns stay what they are."""
    rows = [(1, "d"), (0, "b"), (1, "c"), (1, "a"), (0, "a")]
    commit(minutes, [pane(10, who) | {"window_start": noon(3600 * hour)} for hour, who in rows])
    [group] = plan_packing(minutes, noon(60), BIG, 2)
    assert pack(minutes, group) == 2
    found = []
    for file in data_files(minutes, minutes.refresh().metadata.current_snapshot_id):
        assert file.split_offsets is None
        read = pq.read_table(file.file_path.removeprefix("file://"), partitioning=None)
        assert read.column_names == minutes.schema().column_names
        found.append(read["who"].to_pylist())
    assert sorted(found) == [["a", "b"], ["a", "c", "d"]]


def test_files_are_packed_by_hour(minutes: Table) -> None:
    """Those that reach over several are cut, however large or few they are."""
    for second, hours in enumerate([(0,), (1,), (0,), (1,), (0, 1)]):
        commit(minutes, [pane(10 * second, "a") | {"window_start": noon(3600 * hour)} for hour in hours])
    groups = plan_packing(minutes, noon(60), BIG, 2)
    assert sorted(len(group.files) for group in groups) == [1, 2, 2]
    assert all(len({portion(minutes, file) for file in group.files}) == 1 for group in groups)
    [group] = plan_packing(minutes, noon(60), 1, 8)
    assert pack(minutes, group) == 2
    assert plan_packing(minutes, noon(60), 1, 8) == []


@pytest.mark.parametrize(
    ("name", "limit", "packed"),
    [("minute_panes", 30, 3), ("minute_panes", 39, 3), ("rejected", 30, 3), ("events", 31, 4)],
)
def test_what_may_still_arrive_is_left_alone(catalog: Catalog, name: str, limit: int, packed: int) -> None:
    table = catalog.load_table(("made", name))
    filled(table, range(0, 50, 10))
    assert [len(group.files) for group in plan_packing(table, noon(limit), BIG, 2)] == [packed]


def test_few_files_and_big_ones_are_left_alone(minutes: Table) -> None:
    filled(minutes, range(0, 60, 10))
    assert plan_packing(minutes, noon(60), BIG, 7) == []
    assert plan_packing(minutes, noon(60), 100, 2) == []
    size = data_files(minutes, minutes.metadata.current_snapshot_id)[0].file_size_in_bytes
    assert [len(group.files) for group in plan_packing(minutes, noon(60), 2 * size + 100, 2)] == [2, 2, 2]


def test_partitions_are_packed_apart(minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    commit(minutes, [pane(40) | {"window_start": noon(-86_400)}])
    assert sorted(len(group.files) for group in plan_packing(minutes, noon(60), BIG, 1)) == [1, 4]


def test_files_at_spared_locations_are_left_alone(minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    assert plan_packing(minutes, noon(60), BIG, 2, [minutes.location()]) == []
    assert len(plan_packing(minutes, noon(60), BIG, 2, [minutes.location()[:-1]])) == 1


def test_what_comes_meanwhile_stays(catalog: Catalog, minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    [group] = plan_packing(minutes, noon(60), BIG, 2)
    other = catalog.load_table(("made", "minute_panes"))
    filled(other, range(40, 60, 10))
    before = rows_of(other, other.metadata.current_snapshot_id)
    assert pack(minutes, group) == 1
    assert files_of(minutes.refresh()) == 3
    assert content(rows_of(minutes, minutes.metadata.current_snapshot_id)) == content(before)


def test_what_was_replaced_meanwhile_is_not_packed(catalog: Catalog, minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    [group] = plan_packing(minutes, noon(60), BIG, 2)
    other = catalog.load_table(("made", "minute_panes"))
    other.delete(f"arrived_from = '{noon(10).isoformat()}'")
    before = rows_of(other, other.metadata.current_snapshot_id)
    assert pack(minutes, group) is None
    assert content(rows_of(minutes, minutes.refresh().metadata.current_snapshot_id)) == content(before)


def test_half_a_group_is_never_swapped(minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    [group] = plan_packing(minutes, noon(60), BIG, 2)
    assert pack(minutes, group) == 1
    assert pack(minutes, FileGroup(group.snapshot_id, group.tasks[:2])) is None
    assert len(rows_of(minutes, minutes.refresh().metadata.current_snapshot_id)) == 4


@pytest.mark.parametrize("name", ROWS)
def test_everything_is_packed_of_a_table_that_nobody_adds_to(catalog: Catalog, name: str) -> None:
    table = catalog.load_table(("made", name))
    filled(table, range(100, 106))
    before = content(rows_of(table, table.metadata.current_snapshot_id))
    pack_all(table, BIG)
    packed = table.metadata.current_snapshot_id
    assert len(data_files(table, packed)) == 1
    assert content(rows_of(table, packed)) == before
