"""Exports that read data files: the rows, and the order, of the statements for Trino."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.errors import UnreadableFilesError
from iceberg.packing import pack_all
from iceberg.record_files import RecordFiles, Wanted, record_files
from query.errors import EngineAwayError, GivenUpError, QueryError
from query.limits import Limits
from query.parameters import read_records
from query.record_export import Export
from query.record_reading import FilesExport
from query.visible import Visible
from tests.iceberg.lakes import make_tables, open_local
from tests.query.lake_views import at
from tests.query.recorded import DuckTable, record_view, recorded
from tests.query.scopes import of, seen

SHOP = recorded(
    fields={
        "site": {"type": "string"},
        "page.path": {"type": "string"},
        "visitor": {"type": "string", "required": False},
        "views": {"type": "integer"},
        "engaging": {"type": "boolean", "required": False},
        "Revenue": {"type": "number", "required": False},
        "seen": {"type": "time", "required": False},
    }
)
NEWER = recorded()
"""With a field more, which no snapshot has."""

ROWS = 600


def made_rows(seed: int = 5) -> list[dict[str, Any]]:
    """Of some days, many of them in one minute, some at the same moment."""
    rng = random.Random(seed)

    def moment(number: int) -> datetime:
        if number % 3 == 0:
            return at("4 10:00") + timedelta(milliseconds=rng.randrange(60_000))
        return at("3 00:00") + timedelta(microseconds=rng.randrange(3 * 86_400_000_000))

    return [
        {
            "partition": number % 3,
            "offset": number,
            "arrived": at("7 00:00") + timedelta(milliseconds=number),
            "event_time": at("5 05:05") if number % 10 == 0 else moment(number),
            "site": rng.choice(["a.example", "b.example", "c.example"]),
            "page_path": rng.choice(["/", "/ä\n", "=1"]),
            "visitor": rng.choice([None, "v1", "v2"]),
            "views": rng.choice([-(2**53), 0, 3, 3, 7]),
            "engaging": rng.choice([None, True, False]),
            "revenue": rng.choice([None, 0.1, -1e300]),
            "seen": rng.choice([None, moment(number)]),
        }
        for number in range(ROWS)
    ]


class Lake:
    """The same records as data files, and where statements for Trino find them."""

    def __init__(self, folder: Path) -> None:
        self.catalog: Catalog = open_local(folder)
        self.table: Table = make_tables(self.catalog, SHOP)["accepted"]
        self.trino = DuckTable(SHOP)
        rows = pa.Table.from_pylist(made_rows(), schema=schema_to_pyarrow(self.table.schema(), include_field_ids=False))
        for first in range(0, ROWS, ROWS // 6):
            self.table.append(rows.slice(first, ROWS // 6))
        self.trino.insert("shop.accepted", rows)

    @property
    def snapshot(self) -> int:
        snapshot = self.table.refresh().current_snapshot()
        assert snapshot is not None
        return snapshot.snapshot_id

    def export(
        self,
        visible: Visible,
        *asked: tuple[str, str],
        missing: frozenset[str] = frozenset(),
        span: tuple[str, str] = ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
    ) -> FilesExport:
        definition, view = visible.definition, record_view(self.snapshot, missing)
        request = read_records(visible, [("start", span[0]), ("end", span[1]), *asked])
        by_trino = Export(self.trino, definition, view, request, lambda: Limits(60))  # type: ignore[arg-type]
        return FilesExport(lambda: self.catalog, definition, view, request, by_trino)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake(tmp_path_factory.mktemp("lake"))


def rows_of(batches: Iterator[pa.RecordBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.to_pylist()]


QUESTIONS: list[tuple[Visible, list[tuple[str, str]]]] = [
    (Visible(SHOP), []),
    (Visible(SHOP), [("site", "a.example"), ("site", "b.example"), ("views", "3")]),
    (Visible(SHOP), [("engaging", "true"), ("fields", "views,Revenue")]),
    (Visible(SHOP), [("views", "-9007199254740992"), ("visitor", "v1")]),
    (seen(SHOP, of("site", "a.example")), []),
    (seen(SHOP, of("site", "a.example") + of("path", "/"), of("site", "c.example")), [("views", "3")]),
    (seen(SHOP, of("site", "a.example"), hide=["visitor"]), []),
]
OF_NOTHING: list[tuple[Visible, list[tuple[str, str]]]] = [
    (Visible(SHOP), [("site", "nobody's")]),
    (seen(SHOP, of("site", "a.example")), [("site", "b.example")]),
    (seen(SHOP, of("gone", "a.example")), []),
]


@pytest.mark.parametrize(("visible", "asked"), QUESTIONS)
@pytest.mark.parametrize("most", [40, 250_000])
def test_both_ways_give_the_same_rows(
    lake: Lake, visible: Visible, asked: list[tuple[str, str]], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query.record_reading._MOST_ROWS", most)
    export = lake.export(visible, *asked)
    expected = rows_of(export._instead.slices())
    assert rows_of(export.slices()) == expected
    assert (len(expected) == ROWS) == (visible.scope.whole and not asked)
    assert expected


@pytest.mark.parametrize(("visible", "asked"), OF_NOTHING)
def test_nothing_is_found_where_nothing_may_be(lake: Lake, visible: Visible, asked: list[tuple[str, str]]) -> None:
    export = lake.export(visible, *asked)
    assert rows_of(export.slices()) == rows_of(export._instead.slices()) == []


def test_times_need_not_be_whole_minutes(lake: Lake) -> None:
    export = lake.export(Visible(SHOP), span=("2026-03-04T10:00:00.5Z", "2026-03-04T10:00:30.25Z"))
    expected = rows_of(export._instead.slices())
    assert rows_of(export.slices()) == expected
    assert 0 < len(expected) < ROWS / 3


def test_packed_files_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path)
    pack_all(lake.table, 1 << 20)
    monkeypatch.setattr("query.record_reading._MOST_ROWS", 50)
    export = lake.export(seen(SHOP, of("site", "a.example", "b.example")), ("views", "3"))
    expected = rows_of(export._instead.slices())
    assert rows_of(export.slices()) == expected != []


def test_a_column_that_came_later_is_null(lake: Lake) -> None:
    missing = frozenset({"limit"})
    found = rows_of(lake.export(Visible(NEWER), missing=missing).slices())
    assert len(found) == ROWS
    assert {row["limit"] for row in found} == {None}


def test_parts_are_small_and_follow_each_other(lake: Lake) -> None:
    files = record_files(lake.catalog, "shop", lake.snapshot, Wanted(("offset",)), at("1 00:00"), at("30 00:00"))
    parts = [*files.parts(at("1 00:00"), at("30 00:00"), 50)]
    assert all(newer.start >= older.end for newer, older in pairwise(parts))
    assert all(part.about <= 50 or part.end - part.start <= timedelta(seconds=1) for part in parts)
    assert sum(len(batch) for part in parts for batch in files.batches(part)) == ROWS


def test_what_only_trino_reads_is_left_to_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> RecordFiles:
        raise UnreadableFilesError("shop")

    export = lake.export(Visible(SHOP), ("site", "a.example"))
    expected = rows_of(export.slices())
    monkeypatch.setattr("query.record_reading.record_files", refuse)
    asked = len(lake.trino.asked)
    assert rows_of(export.slices()) == expected
    assert len(lake.trino.asked) > asked


def test_a_closed_export_reads_nothing_more(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("query.record_reading._MOST_ROWS", 40)
    export = lake.export(Visible(SHOP))
    slices = export.slices()
    assert len(next(slices)) > 0
    export.close()
    with pytest.raises(GivenUpError):
        rows_of(slices)
    with pytest.raises(GivenUpError):
        next(export.slices())


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    export, narrow = lake.export(Visible(SHOP)), lake.export(seen(SHOP, of("site", "a.example")))
    for path in tmp_path.rglob("*.parquet"):
        path.unlink()
    with pytest.raises(EngineAwayError, match="object store"):
        rows_of(export.slices())
    with pytest.raises(EngineAwayError) as told:
        rows_of(narrow.slices())
    assert str(told.value) == "lake does not answer; try again soon", "whoever sees a part is told no more"


def test_a_snapshot_that_has_expired_is_told(lake: Lake) -> None:
    whole = lake.export(Visible(SHOP))
    export = FilesExport(lambda: lake.catalog, SHOP, record_view(7), whole._request, whole)
    with pytest.raises(QueryError, match="no longer kept"):
        next(export.slices())
