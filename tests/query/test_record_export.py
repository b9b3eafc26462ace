"""Exports: slices that hold every record once, newest first; files that say what pages say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from query import spreadsheets
from query.answer_json import answer_json
from query.answers import Source
from query.errors import GivenUpError
from query.limits import Limits
from query.parameters import read_records
from query.record_answers import RecordsAnswer, read_page, time_text
from query.record_batches import batch_of
from query.record_export import Count, Export, grouped
from query.record_formats import FORMATS, CsvWriter, LinesWriter, ParquetWriter
from query.spreadsheets import XlsxWriter
from query.visible import Visible
from tests.query.lake_views import at
from tests.query.recorded import DuckTable, record_view, recorded

SHOP = recorded()
REQUEST = read_records(Visible(SHOP), [("start", "2026-03-01T00:00:00Z"), ("end", "2026-04-01T00:00:00Z")])
NOON = round(at("2 12:00").timestamp() * 1000)

ROWS: list[tuple[Any, ...]] = [
    (NOON + 999, 0, 7, NOON + 1500, "a.example", "/", None, 3, True, 0.1, NOON - 1, None),
    (NOON, 1, 2, NOON + 40, '=cmd|"x"', "/ä\n", "v", -(2**53), False, -1e300, None, 5),
]
FIRST, SECOND = batch_of(REQUEST, ROWS[:1]), batch_of(REQUEST, ROWS[1:])


def page() -> list[dict[str, Any]]:
    answer = RecordsAnswer(REQUEST, Source("view", "", 44, None), tuple(ROWS))
    records: list[dict[str, Any]] = answer_json(answer)["records"]
    return records


def test_lines_are_the_records_of_a_page() -> None:
    writer = LinesWriter(REQUEST)
    assert [json.loads(line) for line in (writer.batch(batch_of(REQUEST, ROWS)) + writer.end()).splitlines()] == page()


def test_csv_has_the_values_of_a_page() -> None:
    writer = CsvWriter(REQUEST)
    text = (writer.batch(FIRST) + writer.batch(SECOND) + writer.end()).decode()
    first, second = csv.DictReader(io.StringIO(text))
    for found, expected in ((first, page()[0]), (second, {**page()[1], "site": "'" + page()[1]["site"]})):
        shown = {key: "" if value is None else str(value) for key, value in expected.items()}
        assert found == {**shown, "engaging": shown["engaging"].lower()}


def test_parquet_has_types() -> None:
    writer = ParquetWriter(REQUEST)
    table = pq.read_table(io.BytesIO(writer.batch(FIRST) + writer.batch(SECOND) + writer.end()))
    assert str(table.schema.field("event_time").type) == "timestamp[ms, tz=UTC]"
    moments = [
        {**row, **{name: _text(row[name]) for name in ("event_time", "arrived", "seen")}} for row in table.to_pylist()
    ]
    assert moments == page()


def test_a_spreadsheet_has_types_and_no_formulas() -> None:
    writer = XlsxWriter(REQUEST)
    first = writer.batch(FIRST)
    assert first
    book = openpyxl.load_workbook(io.BytesIO(first + writer.batch(SECOND) + writer.end()))
    head, *rows = book["Records 1"].iter_rows()
    names = [cell.value for cell in head]
    found = [dict(zip(names, [cell.value for cell in row], strict=True)) for row in rows]
    for each in found:
        for name in ("event_time", "arrived", "seen"):
            each[name] = _text(each[name] and each[name].replace(tzinfo=UTC))
    assert found == page()
    formula = rows[1][names.index("site")]
    assert (formula.data_type, formula.quotePrefix, formula.value) == ("s", True, '=cmd|"x"')
    assert not any(cell.data_type == "f" for row in rows for cell in row)


def test_what_a_sheet_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows go on on the next sheet, a longer text is cut and says so, characters that XML lacks are escaped."""
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)
    hard = ["x" * 40_000, "\x00\x1b_x0041_\r\n]]>", "+1\t", " \u202e😀 ", "-"]
    rows = [(*ROWS[0][:4], text, *ROWS[0][5:]) for text in hard]
    writer = XlsxWriter(REQUEST)
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(writer.batch(batch_of(REQUEST, rows)) + writer.end())
    )
    assert book.sheet_names == ["Records 1", "Records 2", "Records 3"]
    place, found = 4, [sheet for name in book.sheet_names for sheet in book.get_sheet_by_name(name).to_python()]
    texts = [str(row[place]) for row in found if row[place] != "site"]
    assert (len(texts[0]), texts[0][-5:]) == (spreadsheets.MOST_CHARACTERS, "(cut)")
    assert texts[1:] == hard[1:]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(round(moment.timestamp() * 1000))


@pytest.mark.parametrize("media", FORMATS)
def test_a_file_of_nothing_is_one(media: str) -> None:
    writer = FORMATS[media](REQUEST)
    made = writer.end()
    if media == "text/csv":
        assert made.decode().startswith("event_time,arrived,partition,offset,site,")
    elif media.endswith("parquet"):
        assert pq.read_table(io.BytesIO(made)).num_rows == 0


_SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


class Shop(DuckTable):
    """Records of the shop at these times. `pages`: how many records each page of an export had."""

    def __init__(self, times: list[int]) -> None:
        super().__init__(SHOP)
        self.pages: list[int] = []
        rows = "select 0, unnest(?), epoch_ms(unnest(?)), epoch_ms(unnest(?))"
        columns = 'partition, "offset", arrived, event_time'
        self._duck.execute(
            f"insert into shop.accepted ({columns}) {rows}", [[*range(len(times))], list(times), list(times)]
        )

    def rows(self, sql: str, values: Sequence[Any] = (), limits: Limits | None = None) -> tuple[list[list[Any]], str]:
        if limits is not None:
            limits.check()
        found = super().rows(sql, values, limits)
        if "date_trunc" not in sql:
            self.pages.append(min(len(found[0]), 20))
        return found


@settings(max_examples=25)
@given(st.lists(st.integers(0, 4 * 86_400_000 - 1), max_size=200), st.integers(0, 3_600_000))
def test_slices_hold_every_record_once(times: list[int], width: int) -> None:
    base = round(at("3 00:00").timestamp() * 1000)
    made = [base + (time if number % 3 else time % (width + 1)) for number, time in enumerate(times)]
    trino = Shop(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("query.record_export._MOST_ROWS", 20)
        export = Export(trino, SHOP, record_view(), REQUEST, lambda: Limits(60))  # type: ignore[arg-type]
        offsets = [offset for part in export.slices() for offset in part.column("offset").to_pylist()]
        assert export.count() == len(made)
    newest = sorted(range(len(made)), key=lambda offset: (-made[offset], -offset))
    assert offsets == newest
    assert sum(trino.pages) >= len(made)


@given(st.lists(st.builds(Count, st.integers(0, 10**9), st.integers(1, 30_000), st.integers(1, 10_000_000))))
def test_groups_are_as_large_as_they_may_be(counts: list[Count]) -> None:
    groups = [*grouped(counts)]
    assert [count for group in groups for count in group] == counts
    for group in groups:
        whole = Count(0, sum(each.records for each in group), sum(each.size for each in group))
        assert whole.small or len(group) == 1


def test_a_closed_export_asks_nothing_more() -> None:
    export = Export(Shop([NOON, NOON + 90_000_000]), SHOP, record_view(), REQUEST, lambda: Limits(60))  # type: ignore[arg-type]
    slices = export.slices()
    export.close()
    with pytest.raises(GivenUpError):
        next(slices)


def test_a_page_says_whether_there_is_more() -> None:
    assert read_page([], 5) == ((), False)
    assert read_page([[2, *ROWS[0]], [2, *ROWS[1]]], 5) == (tuple(ROWS), False)
    assert read_page([[3, *ROWS[0]], [3, *ROWS[1]]], 5)[1], "one that was left out for its size"
    assert read_page([[2, *ROWS[0]], [2, *ROWS[1]]], 1) == ((ROWS[0],), True)
