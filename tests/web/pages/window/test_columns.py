"""The table of an answer: its columns, its order, its cells, its pages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from query.groups import Group
from tests.definitions import HEALTH, changed, visiting
from tests.definitions import PAGE_VIEWS as VIEWS
from tests.web.pages.window.groups import GROUPS, group, names, shown
from web.page.table import sorted_groups, table_of
from web.page.times import Detail
from web.pages.window.columns import columns_of

UTC_ZONE = ZoneInfo("UTC")


def test_columns_come_from_the_definition() -> None:
    essential = [column.key for column in columns_of(VIEWS, ("site",), every=False)]
    assert essential == ["site", "messages", "visitors", "load_ms.mean", "load_ms.p95", "load_ms.max", "load_ms.max_at"]
    assert len(columns_of(HEALTH, (), every=True)) == 1 + 3 * 7
    with_least = [column.key for column in columns_of(changed("measures/cpu/min_at", True), (), every=True)]
    with_total = columns_of(changed("measures/cpu/total", True), (), every=False)
    assert [(column.key, column.kind) for column in with_total[1:3]] == [
        ("cpu.total", "total"),
        ("cpu.mean", "quantity"),
    ]
    assert with_least[1:5] == ["cpu.mean", "cpu.min", "cpu.min_at", "cpu.p50"]


def test_visits_have_columns_of_their_own() -> None:
    columns = {column.key: column for column in columns_of(visiting(), ("site",), every=False)}
    assert list(columns)[:5] == ["site", "messages", "visits", "bounce_rate", "visit_length"]
    [row] = shown([Group(("a",), 9, {}, visits={"visits": 4, "bounces": 1, "visit_seconds": 600})])
    assert [columns[key].read(row) for key in ("visits", "bounce_rate", "visit_length")] == [4, 0.25, 150_000]
    [none] = shown([Group(("a",), 9, {}, visits={"visits": 0, "bounces": 0, "visit_seconds": 0})])
    assert columns["bounce_rate"].read(none) is None


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
    assert names(row.group for row in sorted_groups(shown(GROUPS), columns, sort)) == order


def test_cells_are_text_with_bars() -> None:
    table = table_of(shown(GROUPS), columns_of(HEALTH, ("service",), every=False), 1, 10, UTC_ZONE, Detail.TIME)
    first = {cell.column.key: cell for cell in table.rows[0].cells}
    assert (first["cpu.mean"].text, first["cpu.mean"].bar) == ("10.0%", 2)
    assert first["cpu.max_at"].text == "10:03:11"
    assert first["cpu.max_at"].title == "Sun 1 Mar 2026, 10:03:11.250"
    assert [cell.sort for cell in table.rows[2].cells][2:] == [None] * 12
    assert table.headings == [("", 1), ("", 1), ("CPU", 4), ("RAM", 4), ("Disk", 4)]


def test_table_is_paged() -> None:
    rows = shown([group(f"s{n:04}", n, 0.1, 0.2) for n in range(1, 402)])
    columns = columns_of(HEALTH, ("service",), every=False)
    table = table_of(rows, columns, 3, 200, UTC_ZONE, Detail.TIME)
    assert (table.pages, table.page, len(table.rows), table.groups) == (3, 3, 1, 401)
    beyond = table_of(rows, columns, 99, 200, UTC_ZONE, Detail.TIME)
    assert beyond.page == 3
