"""The summary of an answer, and what its charts draw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from query.groups import Group
from query.requests import MOST_POINTS, Step
from tests.definitions import HEALTH, changed, visiting
from tests.web.pages.window.groups import GROUPS, group, names, shown
from web.page.table import table_of
from web.page.times import Detail
from web.pages.window.charts import chart_plan, drawn_groups, marks_of, shortest_step, tiles_of
from web.pages.window.columns import columns_of, group_label
from web.pages.window.form import WindowForm, read_form

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 3, 1, 10, 17, 30, tzinfo=UTC)


def form(query: dict[str, str] | None = None) -> WindowForm:
    return read_form(HEALTH, list((query or {}).items()), NOW)


def test_tiles_name_peak_and_whose() -> None:
    tiles = tiles_of(HEALTH, GROUPS, form())
    assert [(tile.label, tile.value) for tile in tiles[:3]] == [
        ("Messages", "60"),
        ("Groups", "3"),
        ("Peak CPU", "97.0%"),
    ]
    assert tiles[0].note == "1 a minute over 1 h"
    assert tiles[2].note == "a, 10:03:11"


def test_visits_have_a_tile() -> None:
    definition = visiting()
    groups = [
        Group((name,), 9, {}, visits={"visits": visits, "bounces": 1, "visit_seconds": 600})
        for name, visits in (("a", 4), ("b", 6))
    ]
    asked = read_form(definition, [("by", "site")], NOW)
    [tile] = [tile for tile in tiles_of(definition, groups, asked) if tile.label == "Visits"]
    assert (tile.value, tile.note) == ("10", "20.0% bounced; one takes 2.00 min")


def test_tiles_name_totals_where_they_are_kept() -> None:
    definition = changed("measures/cpu/total", True)
    parts = [{"cpu": {**GROUPS[0].parts["cpu"], "total": Decimal(text)}} for text in ("1234.500000", "0.100000")]
    groups = [replace(GROUPS[0], key=(name,), parts=part) for name, part in zip("ab", parts, strict=True)]
    tile = tiles_of(definition, groups, form())[2]
    assert (tile.label, tile.value, tile.note) == ("Total CPU", "1,234.600000", "6173.0% on average")


def test_total_has_no_group_tile() -> None:
    total = replace(GROUPS[0], key=())
    tiles = tiles_of(HEALTH, [total], form({"by": "", "range": "24h"}))
    assert [tile.label for tile in tiles] == ["Messages", "Peak CPU", "Peak RAM", "Peak Disk"]
    assert tiles[1].note == "at 1 Mar 10:03:11"
    assert group_label(total) == "all"


def test_largest_totals_are_drawn() -> None:
    many = [group(name, 10, mean, mean) for name, mean in zip("abcdefgh", (1, 5, 3, 8, 2, 9, 4, 6), strict=True)]
    assert names(drawn_groups(HEALTH, many, form())) == "fdhbgc"
    assert names(drawn_groups(HEALTH, many, form({"sort": "service"}))) == "abcdef"


@pytest.mark.parametrize("minutes", [1, 60, 1440, 3 * 1440, 7 * 1440, 30 * 1440, 365 * 1440, 5000 * 1440])
@pytest.mark.parametrize("groups", [1, 6])
def test_step_never_asks_too_much(minutes: int, groups: int) -> None:
    step = shortest_step(minutes, groups)
    assert minutes * 60 / step.length.total_seconds() <= MOST_POINTS
    if minutes <= 60:
        assert step is Step.MINUTE


def test_chart_asks_for_drawn_groups_only() -> None:
    plan = chart_plan(HEALTH, GROUPS[:2], 3, form({"where.service": "zzz", "range": "1h"}))
    assert plan["question"][2:] == [("by", "service"), ("step", "minute"), ("service", "a"), ("service", "b")]
    assert plan["left_out"] == 1
    assert [chart["key"] for chart in plan["charts"]] == ["cpu", "ram", "disk"]


def test_chart_of_total_keeps_filters() -> None:
    plan = chart_plan(HEALTH, [Group((), 1, {})], 1, form({"where.service": "z z", "by": ""}))
    assert plan["question"][2:] == [("by", ""), ("step", "minute"), ("service", "z z")]
    assert plan["groups"] == [{"label": "all", "key": ()}]


def test_reader_chooses_what_is_drawn() -> None:
    many = [group(name, 10, 0.1, 0.1) for name in "abcdefgh"]
    asked = form({"draw": '["h"]', "by": "service"})
    drawn = drawn_groups(HEALTH, many, asked)
    assert names(drawn) == "h"
    table = table_of(shown(many), columns_of(HEALTH, ("service",), every=False), 1, 10, UTC_ZONE, Detail.TIME)
    marks = marks_of(table.rows, drawn, asked)
    assert [mark.place for mark in marks] == [None] * 7 + [0]
    assert (marks[0].turned, marks[7].turned) == ((("h",), ("a",)), ())
    assert drawn_groups(HEALTH, many, form({"draw": '["gone"]'})) == many[:6]
