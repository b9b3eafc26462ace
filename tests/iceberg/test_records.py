"""The table of records: how it is divided, packed, replaced, resumed, and since when it is whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.table import Table

from iceberg.apply import plan_tables
from iceberg.divided import divide, fields_of, is_divided, packed_spec
from iceberg.errors import IncompatibleChangeError
from iceberg.handover import close_at, note_running
from iceberg.kinds import RECORDS
from iceberg.packing import pack_all
from iceberg.records import kept_since, with_replay, without_replay
from iceberg.replacement import Source, replace
from iceberg.resume import resume_point
from iceberg.staging import check_definition
from streams.arrivals import Arrivals
from streams.definition import Definition
from streams.definition_files import parse_definition
from tests.definitions import HEALTH, changed, edited, raw
from tests.iceberg.lakes import commit, make_tables, noon, open_local

RECORDED = changed("records", {"bucket": "serviceName", "buckets": 4})
SERVICES = ("cart", "checkout", "search", "login", "mail")


def record(offset: int, *, arrived: float = 0, ago: timedelta = timedelta(0), partition: int = 0) -> dict[str, Any]:
    return {
        "partition": partition,
        "offset": offset,
        "arrived": noon(arrived),
        "event_time": noon(arrived) - ago,
        "servicename": SERVICES[offset % len(SERVICES)],
        "cpu": offset / 1000,
    }


def rows(table: Table) -> list[tuple[int, int]]:
    read = table.refresh().scan(selected_fields=("partition", "offset")).to_arrow().to_pylist()
    return sorted((row["partition"], row["offset"]) for row in read)


def specs(table: Table) -> set[int]:
    return {task.file.spec_id for task in table.refresh().scan().plan_files()}


def test_jobs_write_by_arrival_and_packing_divides(tmp_path: Path) -> None:
    table = make_tables(open_local(tmp_path), RECORDED)[RECORDS.name]
    assert [each.name for each in table.spec().fields] == ["arrived_day"]
    assert [each.name for each in packed_spec(table).fields] == ["event_time_day", "servicename_bucket"]
    for n in range(10):
        commit(table, [record(n * 10 + i, arrived=n, ago=timedelta(days=i % 2)) for i in range(10)])
    before = rows(table)
    assert specs(table) == {table.spec().spec_id}
    pack_all(table, 1 << 20)
    assert rows(table) == before
    assert specs(table) == {packed_spec(table).spec_id}
    files = [task.file for task in table.refresh().scan().plan_files()]
    assert len(files) == len({tuple(file.partition[i] for i in range(2)) for file in files})
    [found] = table.scan("servicename == 'mail' and event_time >= '2026-03-01T00:00:00+00:00'").plan_files()
    assert found.file.record_count < len(before) / 2
    pack_all(table, 1 << 20)
    assert rows(table) == before


def test_packed_files_and_new_ones_are_replaced_alike(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    table = make_tables(catalog, RECORDED)[RECORDS.name]
    for n in range(4):
        commit(table, [record(n * 2, arrived=n * 10), record(n * 2 + 1, arrived=n * 10 + 5)])
    staged = _staging(catalog, table)
    commit(staged, [record(100, arrived=12), record(101, arrived=17, ago=timedelta(days=3))])
    pack_all(staged, 1 << 20)
    pack_all(table, 1 << 20)
    commit(table, [record(8, arrived=40)])
    done = replace(
        table, {None: Arrivals(noon(10), noon(20))}, Source(staged, staged.refresh().metadata.current_snapshot_id), 1
    )
    assert (done.removed, done.added) == (2, 2)
    assert rows(table) == [(0, n) for n in (0, 1, 4, 5, 6, 7, 8, 100, 101)]


def _staging(catalog: Any, live: Table) -> Table:
    catalog.create_namespace_if_not_exists("health-replay-1")
    made: Table = catalog.create_table(
        ("health-replay-1", RECORDS.name), schema=live.schema(), partition_spec=live.spec()
    )
    divide(made, fields_of(live, packed_spec(live)))
    assert made.specs() == live.specs()
    return made


def test_a_stream_resumes_behind_its_records(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    table = make_tables(catalog, RECORDED)[RECORDS.name]
    commit(table, [record(7), record(3, partition=1)])
    point = resume_point(catalog, "health")
    assert point.held[RECORDS.name] == {0: 7, 1: 3}
    assert RECORDS.name not in resume_point(_other(tmp_path), "health").held


def _other(folder: Path) -> Any:
    (folder / "other").mkdir()
    catalog = open_local(folder / "other")
    make_tables(catalog, HEALTH)
    return catalog


def test_records_begin_where_the_stream_begins_to_keep_them(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    make_tables(catalog, HEALTH)
    note_running(catalog, HEALTH)
    table = make_tables(catalog, RECORDED)[RECORDS.name]
    assert is_divided(table)
    close_at(catalog, "health", noon(60))
    assert kept_since(table.refresh()) == noon(60)
    note_running(catalog, RECORDED)
    commit(table, [record(1, arrived=70), record(2, arrived=130)])
    close_at(catalog, "health", noon(120))
    assert kept_since(table.refresh()) == noon(60)
    assert rows(table) == [(0, 1)]


def test_records_of_a_new_stream_are_whole(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    table = make_tables(catalog, RECORDED)[RECORDS.name]
    close_at(catalog, "health", noon(60))
    assert kept_since(table.refresh()) is None


def test_replays_reach_further_back_until_rolled_back(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    table = make_tables(catalog, RECORDED)[RECORDS.name]
    with table.transaction() as change:
        change.set_properties({"windowpane.records-since": noon(60).isoformat()})
    assert with_replay(table, 3, Arrivals(noon(0), noon(30)))["windowpane.records-since"] == noon(60).isoformat()
    with table.transaction() as change:
        change.set_properties(dict(with_replay(table, 4, Arrivals(noon(0), noon(60)))))
    assert kept_since(table) == noon(0)
    assert without_replay(table, 4) == {"windowpane.records-since": noon(60).isoformat()}


def test_a_new_field_adds_a_column(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    make_tables(catalog, RECORDED)
    grown = _with("fields/Load.Mean", {"type": "number", "required": False})
    changes = [change.description for change in plan_tables(catalog, grown)]
    assert "add column health.accepted.load_mean" in changes


def test_a_column_never_changes_its_type(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    make_tables(catalog, _with("fields/Load", {"type": "number", "required": False}))
    make_tables(catalog, RECORDED)
    with pytest.raises(IncompatibleChangeError, match="holds load as double"):
        plan_tables(catalog, _with("fields/load", {"type": "string", "required": False}))


def test_replays_keep_records_as_the_stream_does(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    make_tables(catalog, RECORDED)
    check_definition(catalog, RECORDED)
    with pytest.raises(Exception, match="records"):
        check_definition(catalog, HEALTH)


def _with(key: str, value: object) -> Definition:
    tree = edited(raw(), "records", {"bucket": "serviceName", "buckets": 4})
    return parse_definition(edited(tree, key, value), "health.toml")
