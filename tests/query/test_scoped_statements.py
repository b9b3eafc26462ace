"""Statements within a scope: golden renderings, and values that are only ever bound, however many there are."""

from __future__ import annotations

import dataclasses

import pytest

from access.grants import MOST_VALUES, Rows
from query.difference_statements import buckets_statement, groups_statement, panes_statement, points_statement
from query.parameters import read_series, read_window
from query.row_rules import rules_within
from query.statements import series_statement, window_statement
from query.visible import Visible
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.golden import check_golden
from tests.query.differences import ARRIVALS, pinned
from tests.query.lake_views import lake_view
from tests.query.scopes import of, seen
from tests.query.test_difference import SPAN, panes_of
from tests.query.test_statements import GOLDEN, params, shown

A_FRONT = (("path", ("/", "/home")), ("site", ("a",)))
SOME = seen(PAGE_VIEWS, A_FRONT, of("site", "b"))

# golden file, what is seen, further parameters
WINDOWS: list[tuple[str, Visible, list[tuple[str, str]]]] = [
    ("rows", seen(HEALTH, of("service", "auth", "cart")), []),
    ("one_value", seen(PAGE_VIEWS, of("site", "a")), []),
    ("alternatives", SOME, []),
    ("alternatives_filtered", SOME, [("site", "a"), ("site", "b"), ("path", "/")]),
    ("one_alternative_left", SOME, [("site", "a")]),
    ("hidden_measure", seen(HEALTH, hide=["RAM.Free", "disk"]), [("quantiles", "0.5")]),
    ("hidden_dimension", seen(PAGE_VIEWS, of("site", "a", "b"), hide=["site"]), []),
    ("everything_hidden", seen(PAGE_VIEWS, hide=["gone"]), []),
]


@pytest.mark.parametrize(("name", "visible", "more"), WINDOWS, ids=[name for name, _, _ in WINDOWS])
def test_windows_within_a_scope_render_as_golden(name: str, visible: Visible, more: list[tuple[str, str]]) -> None:
    definition = visible.definition
    request = read_window(visible, params("one_day", more))
    text = shown(window_statement(definition, lake_view(definition.name), request))
    check_golden(GOLDEN / "scoped" / f"{name}.sql", text)


def test_series_within_a_scope_render_as_golden() -> None:
    request = read_series(SOME, params("one_day", [("step", "hour"), ("measure", "load_ms"), ("by", "site")]))
    text = shown(series_statement(PAGE_VIEWS, lake_view("page_views"), request))
    check_golden(GOLDEN / "scoped" / "series.sql", text)


@pytest.mark.parametrize(
    ("name", "visible"),
    [("some", SOME), ("nothing_named", seen(PAGE_VIEWS, of("site", "a"), hide=["gone"]))],
)
def test_differences_within_a_scope_render_as_golden(name: str, visible: Visible) -> None:
    rules, sides = rules_within(visible, ()), pinned("page_views")
    assert rules is not None
    panes = panes_of(PAGE_VIEWS)
    statements = {
        "panes": panes_statement(visible.shown, sides, ARRIVALS, panes, SPAN, 100, rules),
        "groups": groups_statement(visible.shown, sides, ARRIVALS, panes, 1000, rules),
        "points": points_statement(visible.shown, sides, ARRIVALS, panes, "hour", rules),
        "buckets": buckets_statement(sides, ARRIVALS, panes, "hour", rules),
    }
    for kind, statement in statements.items():
        check_golden(GOLDEN / "scoped" / f"difference_{kind}_of_{name}.sql", shown(statement))


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        ((of("site", "a"),), [("site", "b")]),
        ((A_FRONT, of("site", "b")), [("site", "a"), ("path", "/other")]),
        ((of("country", "de"),), []),
    ],
)
def test_what_is_out_of_scope_is_not_asked(rows: tuple[Rows, ...], more: list[tuple[str, str]]) -> None:
    visible, view = seen(PAGE_VIEWS, *rows), lake_view("page_views")
    assert window_statement(PAGE_VIEWS, view, read_window(visible, params("one_day", more))) is None
    series = read_series(visible, params("one_day", [*more, ("step", "hour")]))
    assert series_statement(PAGE_VIEWS, view, series) is None


def test_a_whole_scope_asks_as_no_scope_does() -> None:
    request = read_window(Visible(PAGE_VIEWS), params("days_and_edges", [("site", "a")]))
    assert request == read_window(seen(PAGE_VIEWS), params("days_and_edges", [("site", "a")]))
    assert request != read_window(seen(PAGE_VIEWS, of("site", "a")), params("days_and_edges", [("site", "a")]))


def test_only_the_value_in_scope_is_known() -> None:
    """A group is asked for by none of its dimensions that can have one value only, be it by filter or by scope."""
    visible = seen(PAGE_VIEWS, (("path", ("/", "/b")), ("site", ("a",))))
    for more, known in (([], [(0, "a")]), ([("path", "/b"), ("path", "/c")], [(0, "a"), (1, "/b")])):
        request = read_window(visible, params("one_day", more))
        statement = window_statement(PAGE_VIEWS, lake_view("page_views"), request)
        assert statement is not None
        assert [*statement.known] == known


@pytest.mark.parametrize("alternatives", [1, 2])
def test_values_of_a_scope_are_only_bound(alternatives: int) -> None:
    values = [f"shop '{number}' or 1=1 --" for number in range(MOST_VALUES // alternatives)]
    rules = [tuple(sorted({"site": tuple(values), "path": (f"/{number}",)}.items())) for number in range(alternatives)]
    request = read_window(seen(PAGE_VIEWS, *rules), params("one_day", []))
    statement = window_statement(PAGE_VIEWS, lake_view("page_views"), request)
    assert statement is not None
    assert "shop" not in statement.sql
    assert statement.sql.count("?") == len(statement.values)
    assert [value for value in statement.values if str(value).startswith("shop")] == values * alternatives


def test_tables_that_hide_what_was_asked_for_are_not_asked() -> None:
    """Between a question and its answer a stream may be applied anew; what it shows then counts."""
    request = read_window(seen(PAGE_VIEWS, hide=["visitors"]), params("one_day", []))
    now = changed("distincts", None, "page_views")
    assert window_statement(now, lake_view("page_views"), request) is None
    total = dataclasses.replace(request, by=())
    statement = window_statement(now, lake_view("page_views"), total)
    assert statement is not None
    assert [column.name for column in statement.columns] == ["messages"]
