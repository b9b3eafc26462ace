"""The table and the summary of an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from query.requests import MOST_POINTS, Step
from tests.definitions import HEALTH
from tests.definitions import PAGE_VIEWS as VIEWS
from web.times import Detail
from web.window_charts import chart_plan, drawn_groups, marks_of, step_for, tiles_of
from web.window_form import WindowForm, read_form
from web.window_table import columns_of, group_label, sorted_groups, table_of

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 3, 1, 10, 17, 30, tzinfo=UTC)


def measured(mean: float | None, top: float | None, at: str | None) -> dict[str, Any]:
    quantiles = {"0.5": mean, "0.95": top, "0.99": top}
    return {"count": 10, "mean": mean, "min": 0.0, "max": top, "max_at": at, "quantiles": quantiles}


def group(service: str, messages: int, mean: float | None, top: float | None) -> dict[str, Any]:
    part = measured(mean, top, None if top is None else "2026-03-01T10:03:11.250Z")
    return {"service": service, "messages": messages, "cpu": part, "ram": part, "disk": part}


GROUPS = [group("a", 30, 0.1, 0.97), group("b", 20, 0.5, 0.6), group("c", 10, None, None)]


def form(query: dict[str, str] | None = None) -> WindowForm:
    return read_form(HEALTH, list((query or {}).items()), NOW)


def test_columns_come_from_the_definition() -> None:
    essential = [column.key for column in columns_of(VIEWS, ("site",), every=False)]
    assert essential == ["site", "messages", "visitors", "load_ms.mean", "load_ms.p95", "load_ms.max", "load_ms.max_at"]
    assert len(columns_of(HEALTH, (), every=True)) == 1 + 3 * 7


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "abc"),
        ("service", "abc"),
        ("-service", "cba"),
        ("cpu.mean", "abc"),
        ("-cpu.mean", "bac"),
        ("-cpu.p95", "abc"),
        ("messages", "cba"),
        ("nothing", "abc"),
        ("-", "abc"),
        ("__class__", "abc"),
    ],
)
def test_sorts_by_any_column_missing_last(sort: str, order: str) -> None:
    columns = columns_of(HEALTH, ("service",), every=True)
    assert "".join(found["service"] for found in sorted_groups(GROUPS, columns, sort)) == order


def test_cells_are_text_with_bars() -> None:
    table = table_of(GROUPS, columns_of(HEALTH, ("service",), every=False), 1, 10, UTC_ZONE, Detail.TIME)
    first = {cell.column.key: cell for cell in table.rows[0].cells}
    assert (first["cpu.mean"].text, first["cpu.mean"].bar) == ("10.0%", 2)
    assert first["cpu.max_at"].text == "10:03:11"
    assert first["cpu.max_at"].title == "Sun 1 Mar 2026, 10:03:11.250"
    assert [cell.sort for cell in table.rows[2].cells][2:] == [None] * 12
    assert table.headings == [("", 1), ("", 1), ("CPU", 4), ("RAM", 4), ("Disk", 4)]


def test_table_is_paged() -> None:
    many = [group(f"s{n:04}", n, 0.1, 0.2) for n in range(1, 402)]
    table = table_of(many, columns_of(HEALTH, ("service",), every=False), 3, 200, UTC_ZONE, Detail.TIME)
    assert (table.pages, table.page, len(table.rows), table.groups) == (3, 3, 1, 401)
    beyond = table_of(many, table.columns, 99, 200, UTC_ZONE, Detail.TIME)
    assert beyond.page == 3


def test_tiles_name_peak_and_whose() -> None:
    tiles = tiles_of(HEALTH, GROUPS, form())
    assert [(tile.label, tile.value) for tile in tiles[:3]] == [
        ("Messages", "60"),
        ("Groups", "3"),
        ("Peak CPU", "97.0%"),
    ]
    assert tiles[0].note == "1 a minute over 1 h"
    assert tiles[2].note == "a, 10:03:11"


def test_total_has_no_group_tile() -> None:
    total = {name: value for name, value in GROUPS[0].items() if name != "service"}
    tiles = tiles_of(HEALTH, [total], form({"by": "", "range": "24h"}))
    assert [tile.label for tile in tiles] == ["Messages", "Peak CPU", "Peak RAM", "Peak Disk"]
    assert tiles[1].note == "at 1 Mar 10:03:11"
    assert group_label(total, ()) == "all"


def test_largest_totals_are_drawn() -> None:
    many = [group(name, 10, mean, mean) for name, mean in zip("abcdefgh", (1, 5, 3, 8, 2, 9, 4, 6), strict=True)]
    assert [found["service"] for found in drawn_groups(HEALTH, many, form())] == list("fdhbgc")
    assert [found["service"] for found in drawn_groups(HEALTH, many, form({"sort": "service"}))] == list("abcdef")


@pytest.mark.parametrize("minutes", [1, 60, 1440, 3 * 1440, 7 * 1440, 30 * 1440, 365 * 1440, 5000 * 1440])
@pytest.mark.parametrize("groups", [1, 6])
def test_step_never_asks_too_much(minutes: int, groups: int) -> None:
    step = step_for(minutes, groups)
    assert minutes * 60 / step.length.total_seconds() <= MOST_POINTS
    if minutes <= 60:
        assert step is Step.MINUTE


def test_chart_asks_for_drawn_groups_only() -> None:
    plan = chart_plan(HEALTH, GROUPS[:2], 3, form({"where.service": "zzz", "range": "1h"}))
    assert plan["question"][2:] == [("by", "service"), ("step", "minute"), ("service", "a"), ("service", "b")]
    assert plan["left_out"] == 1
    assert [chart["key"] for chart in plan["charts"]] == ["cpu", "ram", "disk"]


def test_chart_of_total_keeps_filters() -> None:
    plan = chart_plan(HEALTH, [{"messages": 1}], 1, form({"where.service": "z z", "by": ""}))
    assert plan["question"][2:] == [("by", ""), ("step", "minute"), ("service", "z z")]
    assert plan["groups"] == [{"label": "all", "key": []}]


def test_reader_chooses_what_is_drawn() -> None:
    many = [group(name, 10, 0.1, 0.1) for name in "abcdefgh"]
    asked = form({"draw": '["h"]', "by": "service"})
    drawn = drawn_groups(HEALTH, many, asked)
    assert [found["service"] for found in drawn] == ["h"]
    table = table_of(many, columns_of(HEALTH, ("service",), every=False), 1, 10, UTC_ZONE, Detail.TIME)
    marks = marks_of(table.rows, drawn, asked)
    assert [mark.place for mark in marks] == [None] * 7 + [0]
    assert (marks[0].turned, marks[7].turned) == ((("h",), ("a",)), ())
    assert drawn_groups(HEALTH, many, form({"draw": '["gone"]'})) == many[:6]
