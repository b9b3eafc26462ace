"""Statements: golden renderings, values that are only ever bound, and branches that read each pane exactly once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from query.cursors import Cursor
from query.maintenance import removal_statement
from query.parameters import read_rejected, read_series, read_window
from query.requests import RejectedRequest, WindowRequest
from query.statement import Statement
from query.statements import (
    drop_view_statements,
    ledger_statement,
    rejected_statement,
    rollup_statement,
    sample_statement,
    series_statement,
    view_statements,
    widened_panes_statement,
    window_statement,
)
from query.visible import Visible
from streams.breakdowns import Layer, grains
from streams.definition import Definition
from tests.corpus import SQL_INJECTIONS
from tests.definitions import ACCESS_LOG, HEALTH, PAGE_VIEWS, changed, visiting
from tests.golden import check_golden
from tests.query.lake_views import at, covered, lake_view

GOLDEN = Path(__file__).parent / "golden"

SPANS = {
    "one_day": ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"),
    "edges_only": ("2026-03-02T10:17:00Z", "2026-03-02T23:05:00Z"),
    "days_and_edges": ("2026-03-01T10:17:00Z", "2026-03-04T09:05:00Z"),
}

# golden file, definition, span, further parameters
WINDOWS: list[tuple[str, Definition, str, list[tuple[str, str]]]] = [
    ("one_day", HEALTH, "one_day", []),
    ("edges_only", HEALTH, "edges_only", []),
    ("days_and_edges", HEALTH, "days_and_edges", []),
    ("as_known_before_the_cut", HEALTH, "days_and_edges", [("as_known_at", "2026-03-05T08:55:07Z")]),
    ("as_known_after_the_cut", HEALTH, "days_and_edges", [("as_known_at", "2026-03-05T09:05:07Z")]),
    ("total", HEALTH, "days_and_edges", [("by", "")]),
    ("filtered_total", HEALTH, "one_day", [("by", ""), ("service", "cart"), ("service", "auth")]),
    ("one_service", HEALTH, "days_and_edges", [("service", "cart")]),
    ("quantiles", HEALTH, "edges_only", [("quantiles", "0.5,0.99")]),
    ("page_views", PAGE_VIEWS, "days_and_edges", []),
    ("visits", visiting(), "one_day", [("by", "exit"), ("limit", "10")]),
    ("page_views_by_site", PAGE_VIEWS, "one_day", [("by", "site"), ("path", "/"), ("quantiles", "0.95")]),
]
SERIES: list[tuple[str, Definition, str, list[tuple[str, str]]]] = [
    ("series_by_minute", HEALTH, "edges_only", [("step", "minute"), ("measure", "cpu")]),
    ("series_by_hour", HEALTH, "days_and_edges", [("step", "hour"), ("by", "")]),
    ("series_by_day", HEALTH, "days_and_edges", [("step", "day")]),
    ("page_views_series_by_hour", PAGE_VIEWS, "one_day", [("step", "hour"), ("site", "a"), ("measure", "visitors")]),
    ("page_views_series_by_day", PAGE_VIEWS, "one_day", [("step", "day"), ("by", "site"), ("measure", "visitors")]),
]


def params(span: str, more: list[tuple[str, str]]) -> list[tuple[str, str]]:
    start, end = SPANS[span]
    return [("start", start), ("end", end), *more]


def shown(statement: Statement | None) -> str:
    assert statement is not None
    assert statement.sql.count("?") == len(statement.values)
    values = "".join(f"--   {value}\n" for value in statement.values)
    return f"{statement.sql.rstrip()}\n-- values:\n{values}"


@pytest.mark.parametrize(("name", "definition", "span", "more"), WINDOWS)
def test_windows_render_as_golden(name: str, definition: Definition, span: str, more: list[tuple[str, str]]) -> None:
    request = read_window(Visible(definition), params(span, more))
    check_golden(GOLDEN / f"{name}.sql", shown(window_statement(definition, lake_view(definition.name), request)))


@pytest.mark.parametrize(("name", "definition", "span", "more"), SERIES)
def test_series_render_as_golden(name: str, definition: Definition, span: str, more: list[tuple[str, str]]) -> None:
    request = read_series(Visible(definition), params(span, more))
    check_golden(GOLDEN / f"{name}.sql", shown(series_statement(definition, lake_view(definition.name), request)))


@pytest.mark.parametrize(
    ("name", "more"),
    [("hours", []), ("hours_as_known", [("as_known_at", "2026-03-05T08:55:07Z")]), ("hours_of_site", [("site", "a")])],
)
def test_windows_with_hours_render_as_golden(name: str, more: list[tuple[str, str]]) -> None:
    request = read_window(Visible(PAGE_VIEWS), params("days_and_edges", more))
    check_golden(
        GOLDEN / f"{name}.sql", shown(window_statement(PAGE_VIEWS, lake_view("page_views", hours=True), request))
    )


def test_windows_of_packed_panes_render_as_golden() -> None:
    """Where no part holds minute panes that rollups stand for, nothing tells them apart."""
    view = dataclasses.replace(lake_view("page_views", hours=True), late_parts=(), unpacked_parts=())
    request = read_window(Visible(PAGE_VIEWS), params("days_and_edges", []))
    check_golden(GOLDEN / "hours_packed.sql", shown(window_statement(PAGE_VIEWS, view, request)))


@pytest.mark.parametrize(("step", "hours"), [("minute", 0), ("hour", 1), ("day", 1)])
def test_series_read_the_longest_panes_that_fit(step: str, hours: int) -> None:
    request = read_series(Visible(PAGE_VIEWS), params("edges_only", [("step", step), ("by", ""), ("site", "a")]))
    statement = series_statement(PAGE_VIEWS, lake_view("page_views", hours=True), request)
    assert statement is not None
    assert statement.values.count("site_path/hour/2026-03-02") == hours
    assert "site_path/day/2026-03" not in statement.values


def test_rollups_beyond_the_cut_do_not_count() -> None:
    view = dataclasses.replace(lake_view("page_views", hours=True), capped=True)
    statement = window_statement(PAGE_VIEWS, view, read_window(Visible(PAGE_VIEWS), params("edges_only", [])))
    assert statement is not None
    assert "and (grain = 'minute' or arrived_until <= ?)" in statement.sql
    assert statement.values[-1] == view.day_cut


@pytest.mark.parametrize("definition", [ACCESS_LOG, HEALTH, PAGE_VIEWS], ids=lambda definition: definition.name)
def test_views_render_as_golden(definition: Definition) -> None:
    for grain, sql in zip(grains(definition), view_statements(definition), strict=True):
        check_golden(GOLDEN / f"view_{definition.name}_{grain}s.sql", sql.rstrip() + "\n")


@pytest.mark.parametrize(("name", "more"), [("rejected", []), ("rejected_by_reason", [("reason", "missing")])])
def test_rejected_renders_as_golden(name: str, more: list[tuple[str, str]]) -> None:
    request = read_rejected(Visible(HEALTH), params("edges_only", more))
    check_golden(GOLDEN / f"{name}.sql", shown(rejected_statement(lake_view(), request)))


def test_later_pages_render_as_golden() -> None:
    asked = params("days_and_edges", [("limit", "100"), ("path", "/"), ("path", "/b")])
    request = read_window(Visible(PAGE_VIEWS), asked)
    later = dataclasses.replace(request, after=Cursor("view", ("a.example", "/")))
    check_golden(GOLDEN / "page.sql", shown(window_statement(PAGE_VIEWS, lake_view("page_views"), later)))
    rejected = RejectedRequest(
        Visible(HEALTH), request.start, request.end, "missing", 100, Cursor("view", (1_500_000, 3, 17))
    )
    check_golden(GOLDEN / "rejected_page.sql", shown(rejected_statement(lake_view(), rejected)))


def test_nothing_comes_after_the_only_group() -> None:
    asked = read_window(Visible(HEALTH), params("days_and_edges", [("limit", "1"), ("service", "cart")]))
    later = dataclasses.replace(asked, after=Cursor("view", ("cart",)))
    assert window_statement(HEALTH, lake_view(), asked) is not None
    assert window_statement(HEALTH, lake_view(), later) is None


def test_ledger_renders_as_golden() -> None:
    check_golden(GOLDEN / "ledger.sql", shown(ledger_statement("health", datetime(2026, 3, 1, tzinfo=UTC))))


def test_sample_renders_as_golden() -> None:
    check_golden(GOLDEN / "sample.sql", shown(sample_statement(HEALTH, lake_view())))


def test_empty_tables_need_no_statement() -> None:
    request = read_window(Visible(HEALTH), params("days_and_edges", []))
    empty = lake_view(panes=None, rejected=None)
    assert window_statement(HEALTH, empty, request) is None
    assert sample_statement(HEALTH, empty) is None
    assert rejected_statement(empty, RejectedRequest(Visible(HEALTH), request.start, request.end)) is None


def test_a_row_is_whole_with_what_the_question_says() -> None:
    request = read_window(Visible(PAGE_VIEWS), params("one_day", [("site", "a")]))
    statement = window_statement(PAGE_VIEWS, lake_view("page_views"), request)
    assert statement is not None
    assert statement.with_known(["/", 7]) == ["a", "/", 7]
    both = dataclasses.replace(request, where=(("path", ("/",)), ("site", ("a",))))
    statement = window_statement(PAGE_VIEWS, lake_view("page_views"), both)
    assert statement is not None
    assert statement.with_known([7]) == ["a", "/", 7]


@pytest.mark.parametrize("span", SPANS)
def test_without_day_panes_minutes_answer(span: str) -> None:
    request = read_window(Visible(HEALTH), params(span, []))
    statement = window_statement(HEALTH, lake_view(cut=None), request)
    assert statement is not None
    assert statement.covered == covered(request)
    assert "arrived_from" not in statement.sql


NAUGHTY = [
    "' or 1=1 --", "'; drop table health.panes; --", '" or ""="', "\\'; select 1", "' union all select 'x", "?",
    "{{ stream }}", "{% raw %}", "${jndi:ldap://x}", "\x00", "a\nb", "%00", "\u202e", "\U0001f600" * 10, "/*", "*/",
    "--", "$1", ":1",
]  # fmt: skip


@pytest.mark.parametrize("text", [*NAUGHTY, *SQL_INJECTIONS])
def test_naughty_values_are_only_bound(text: str) -> None:
    """SQL is the same whatever the values are; they are found among the bound values alone."""
    plain = read_window(Visible(HEALTH), params("days_and_edges", [("service", "cart")]))
    naughty = read_window(Visible(HEALTH), params("days_and_edges", [("service", text)]))
    expected, statement = (window_statement(HEALTH, lake_view(), request) for request in (plain, naughty))
    assert expected is not None
    assert statement is not None
    assert statement.sql == expected.sql
    assert [value for value in statement.values if value not in expected.values] == [text]
    listed = rejected_statement(lake_view(), RejectedRequest(Visible(HEALTH), at("1 00:00"), at("2 00:00"), text))
    assert listed is not None
    assert text in listed.values


def test_columns_younger_than_the_snapshot_are_null() -> None:
    request = read_window(Visible(HEALTH), [("start", "2026-03-01T00:00:00Z"), ("end", "2026-03-02T00:01:00Z")])
    view = dataclasses.replace(lake_view(), panes_missing=frozenset({"disk_sum", "disk_max_at"}))
    statement = window_statement(HEALTH, view, request)
    assert statement is not None
    assert 'cast(null as bigint) as "disk_sum"' in statement.sql
    assert 'cast(null as timestamp(6) with time zone) as "disk_max_at"' in statement.sql


MINUTES = [f"service/minute/2026-03-0{day}" for day in range(1, 6)]


@pytest.mark.parametrize(
    ("late", "parts"),
    [(None, MINUTES[1:3]), ((), []), ((MINUTES[0], MINUTES[2], MINUTES[4]), [MINUTES[2]])],
    ids=["unknown", "none", "some"],
)
def test_late_panes_are_sought_only_where_they_can_be(late: tuple[str, ...] | None, parts: list[str]) -> None:
    """Beside the day panes; but in all parts when asked as known before, for then the cut is another one."""
    view = lake_view(late=late)
    now = WindowRequest(Visible(HEALTH), at("2 00:00"), at("4 00:00"), by=())
    statement = window_statement(HEALTH, view, now)
    assert statement is not None
    assert [value for value in statement.values if value in MINUTES] == parts
    assert ("arrived_from >= ?" in statement.sql) == bool(parts)
    then = window_statement(HEALTH, view, dataclasses.replace(now, as_known_at=at("4 12:00")))
    assert then is not None
    assert [value for value in then.values if value in MINUTES] == MINUTES[1:3]


def test_many_parts_are_a_range() -> None:
    request = WindowRequest(Visible(PAGE_VIEWS), at("1 00:00"), at("1 00:00") + timedelta(days=60), by=())
    statement = window_statement(PAGE_VIEWS, lake_view("page_views", cut=None), request)
    assert statement is not None
    assert "where (part in (?, ?) or part between ? and ?)" in statement.sql
    names = (
        "site_path/day/2026-03",
        "site_path/day/2026-04",
        "site_path/minute/2026-03-01",
        "site_path/minute/2026-04-29T23",
    )
    assert statement.values == (*names, request.start, request.end)


def test_merged_panes_are_told_apart_by_days() -> None:
    """A moment within a merged day reads what had arrived by the day's start, of either table."""
    view = dataclasses.replace(lake_view(), widened_until=at("4 00:00"))
    start, end = map(datetime.fromisoformat, SPANS["days_and_edges"])
    for asked, rounded in (("3 10:00", "3 00:00"), ("4 10:00", "4 10:00")):
        merged = window_statement(
            HEALTH, view, WindowRequest(Visible(HEALTH), start, end, by=(), as_known_at=at(asked))
        )
        plain = window_statement(
            HEALTH, lake_view(), WindowRequest(Visible(HEALTH), start, end, by=(), as_known_at=at(rounded))
        )
        assert merged == plain
        assert merged is not None


def test_rollups_of_minute_panes() -> None:
    statement = rollup_statement(PAGE_VIEWS, Layer.HOUR, 11, "page_views-rollups", at("1 00:00"), at("2 00:00"))
    check_golden(GOLDEN / "rollup.sql", shown(statement))


def test_widened_panes() -> None:
    statement = widened_panes_statement(HEALTH, Layer.FINEST, "health-widened", at("1 00:00"), at("2 00:00"))
    check_golden(GOLDEN / "widened_panes.sql", statement.sql)
    assert statement.values == (at("1 00:00"), at("2 00:00")) * 2


def test_maintenance_counts_back_from_later() -> None:
    """Never less than was asked for, though the statement begins some time after it was made."""
    now = at("5 10:00")
    statement = removal_statement("expire_snapshots", "health", "ledger", now - timedelta(hours=1), now)
    assert statement == """alter table "health"."ledger" execute expire_snapshots(retention_threshold => '3660s')"""


def test_drops_every_view() -> None:
    assert drop_view_statements("health", ("minutes", "hours", "days")) == tuple(
        f'drop view if exists "health"."{view}"' for view in ("minutes", "hours", "days")
    )


def test_views_say_what_they_hold() -> None:
    definition = changed("title", "Sam's health; drop view x")
    minutes, days = view_statements(definition)
    assert (
        "comment 'Sam''s health; drop view x per minute; cpu: CPU, ratio; ram: RAM, ratio; disk: Disk, ratio' as"
        in minutes
    )
    assert "per day; cpu" in days
    assert "per hour; load_ms: " in view_statements(PAGE_VIEWS)[1]
