"""Packed files hold the same rows, sorted; what arrives meanwhile stays, and nothing that is read of bounds changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.packing import FileGroup, Packed, pack, pack_all, plan_packing
from streams.panes import Grain
from tests.iceberg.interleaved import DEFINITION, content, data_files, rows_of
from tests.iceberg.lakes import (
    NOON,
    commit,
    event_row,
    ledger_row,
    make_tables,
    noon,
    open_local,
    pane_place,
    rejected_row,
)

BIG = 64 * 1024 * 1024


def pane(second: int, who: str = "somebody", at: int = 0) -> dict[str, Any]:
    """A minute pane whose window starts so many seconds after noon."""
    return {
        "who": who,
        **pane_place(Grain.MINUTE, noon(at), hourly=True),
        "arrived_from": noon(second),
        "arrived_until": noon(second + 10),
        "messages": 1,
        "value_sum": second,
    }


ROWS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "panes": pane,
    "ledger": ledger_row,
    "rejected": lambda second: rejected_row(second, 0, second),
    "events": lambda second: event_row(second, 0, second),
}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = open_local(tmp_path)
    make_tables(catalog, DEFINITION.model_copy(update={"events": True}))
    yield catalog
    catalog.close()


@pytest.fixture
def minutes(catalog: Catalog) -> Table:
    return catalog.load_table(("made", "panes"))


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
    assert list(pack(table, plan_packing(table, noon(60), BIG, 2))) == [Packed(3, 3, 1)]
    assert files_of(table.refresh()) == 1
    assert content(rows_of(table, table.metadata.current_snapshot_id)) == content(before)
    assert plan_packing(table, noon(60), BIG, 2) == []


def test_packed_files_are_sorted_parts(minutes: Table) -> None:
    """A file's columns stay what they are."""
    for second, hour, who in [(0, 1, "d"), (10, 0, "b"), (20, 1, "c"), (30, 1, "a"), (40, 0, "a")]:
        commit(minutes, [pane(second, who, 3600 * hour)])
    [done] = pack(minutes, plan_packing(minutes, noon(60), BIG, 2))
    assert done == Packed(files=5, rows=5, made=2)
    files = []
    for file in data_files(minutes, minutes.refresh().metadata.current_snapshot_id):
        assert file.split_offsets is None
        read = pq.read_table(file.file_path.removeprefix("file://"), partitioning=None)
        assert read.column_names == minutes.schema().column_names
        files.append(read["who"].to_pylist())
    assert sorted(files) == [["a", "b"], ["a", "c", "d"]]


def test_parts_of_days_are_cut_by_hour(minutes: Table) -> None:
    """Of a stream that begins to have hour panes, however few files there are."""
    rows = [pane(0, at=3600 * hour) | {"part": "service/minute/2026-03-01"} for hour in (0, 1, 1)]
    commit(minutes, [*rows, pane(0) | pane_place(Grain.HOUR, NOON, hourly=True)])
    assert plan_packing(minutes, noon(60), BIG, 8) == []
    before = content(rows_of(minutes, minutes.metadata.current_snapshot_id))
    assert list(pack(minutes, plan_packing(minutes, noon(60), BIG, 8, hourly={"service"}))) == [Packed(1, 3, 2)]
    after = rows_of(minutes, minutes.refresh().metadata.current_snapshot_id)
    hours = ["service/minute/2026-03-01T12", *2 * ["service/minute/2026-03-01T13"]]
    assert sorted(row["part"] for row in after if row["grain"] == "minute") == hours
    assert content([row | {"part": ""} for row in after]) == Counter(
        {tuple(sorted((dict(row) | {"part": ""}).items())): count for row, count in before.items()}
    )
    assert plan_packing(minutes, noon(60), BIG, 8, hourly={"service"}) == []


def test_manifests_are_of_a_grain_and_near_periods(minutes: Table) -> None:
    """One commit packs parts of two days and grains; those of the commits before are gone."""
    for second in range(0, 40, 10):
        rows = [pane(second, at=at) for at in (0, 3600, 86_400)]
        day = pane(second) | pane_place(Grain.DAY, NOON, hourly=True)
        commit(minutes, [*rows, day])
    groups = plan_packing(minutes, noon(60), BIG, 2)
    assert [done.files for done in pack(minutes, groups)] == [16]
    snapshot = minutes.refresh().current_snapshot()
    assert snapshot is not None
    files = [
        [entry.data_file.partition[0] for entry in manifest.fetch_manifest_entry(minutes.io)]
        for manifest in snapshot.manifests(minutes.io)
        if manifest.has_added_files() or manifest.has_existing_files()
    ]
    assert sorted(map(sorted, files)) == [
        ["service/day/2026-03"],
        ["service/minute/2026-03-01T12", "service/minute/2026-03-01T13"],
        ["service/minute/2026-03-02T12"],
    ]


@pytest.mark.parametrize(
    ("name", "limit", "packed"),
    [("panes", 30, 3), ("panes", 39, 3), ("rejected", 30, 3), ("events", 31, 4)],
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
    commit(minutes, [pane(40, at=-86_400)])
    assert sorted(len(group.files) for group in plan_packing(minutes, noon(60), BIG, 1)) == [1, 4]


def test_files_at_spared_locations_are_left_alone(minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    assert plan_packing(minutes, noon(60), BIG, 2, [minutes.location()]) == []
    assert len(plan_packing(minutes, noon(60), BIG, 2, [minutes.location()[:-1]])) == 1


def test_what_comes_meanwhile_stays(catalog: Catalog, minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    groups = plan_packing(minutes, noon(60), BIG, 2)
    other = catalog.load_table(("made", "panes"))
    filled(other, range(40, 60, 10))
    before = rows_of(other, other.metadata.current_snapshot_id)
    assert list(pack(minutes, groups)) == [Packed(4, 4, 1)]
    assert files_of(minutes.refresh()) == 3
    assert content(rows_of(minutes, minutes.metadata.current_snapshot_id)) == content(before)


def test_what_was_replaced_meanwhile_is_not_packed(catalog: Catalog, minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    groups = plan_packing(minutes, noon(60), BIG, 2)
    other = catalog.load_table(("made", "panes"))
    other.delete(f"arrived_from = '{noon(10).isoformat()}'")
    before = rows_of(other, other.metadata.current_snapshot_id)
    assert list(pack(minutes, groups)) == [Packed(0, 0, 0)]
    assert content(rows_of(minutes, minutes.refresh().metadata.current_snapshot_id)) == content(before)


def test_half_a_group_is_never_swapped(minutes: Table) -> None:
    filled(minutes, range(0, 40, 10))
    [group] = plan_packing(minutes, noon(60), BIG, 2)
    assert list(pack(minutes, [group])) == [Packed(4, 4, 1)]
    half = FileGroup(group.snapshot_id, group.tasks[:2])
    filled(minutes, range(100, 120, 10))
    [other] = plan_packing(minutes, noon(200), BIG, 2)
    assert list(pack(minutes, [half, other])) == [Packed(3, 6, 1)]
    assert len(rows_of(minutes, minutes.refresh().metadata.current_snapshot_id)) == 6


@pytest.mark.parametrize("name", ROWS)
def test_everything_is_packed_of_a_table_that_nobody_adds_to(catalog: Catalog, name: str) -> None:
    table = catalog.load_table(("made", name))
    filled(table, range(100, 106))
    before = content(rows_of(table, table.metadata.current_snapshot_id))
    pack_all(table, BIG)
    packed = table.metadata.current_snapshot_id
    assert len(data_files(table, packed)) == 1
    assert content(rows_of(table, packed)) == before
