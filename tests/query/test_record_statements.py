"""Statements about records: golden renderings, values that are only ever bound, rows and columns of a scope."""

from __future__ import annotations

import dataclasses

import pytest

from query.audit_statements import record_totals_statement
from query.cursors import Cursor
from query.parameters import read_records
from query.record_statements import (
    Page,
    record_counts_statement,
    records_statement,
    records_view_statements,
)
from query.visible import Visible
from query.windows import Span
from tests.corpus import SQL_INJECTIONS
from tests.definitions import HEALTH
from tests.golden import check_golden
from tests.query.lake_views import at
from tests.query.recorded import record_view, recorded
from tests.query.scopes import of, seen
from tests.query.test_statements import GOLDEN, shown

SHOP = recorded()
SPAN = [("start", "2026-03-02T10:17:00Z"), ("end", "2026-03-02T23:05:00Z")]
FILTERS = [("site", "a"), ("site", "b"), ("views", "3"), ("engaging", "false")]
FRONT = (("path", ("/", "/home")), ("site", ("a",)))

PAGES: list[tuple[str, Visible, list[tuple[str, str]]]] = [
    ("all", Visible(SHOP), []),
    ("filtered", Visible(SHOP), [*FILTERS, ("fields", "site,seen,Revenue"), ("limit", "7")]),
    ("one_site", seen(SHOP, of("site", "a"), hide=["visitor"]), [("page.path", "/")]),
    ("alternatives", seen(SHOP, FRONT, of("site", "b")), [("site", "a"), ("site", "b")]),
]


@pytest.mark.parametrize(("name", "visible", "more"), PAGES, ids=[name for name, _, _ in PAGES])
def test_pages_render_as_golden(name: str, visible: Visible, more: list[tuple[str, str]]) -> None:
    request = read_records(visible, [*SPAN, *more])
    check_golden(GOLDEN / "records" / f"{name}.sql", shown(records_statement(SHOP, record_view(), request)))


def test_later_pages_render_as_golden() -> None:
    request = read_records(Visible(SHOP), [*SPAN, ("fields", "site")])
    later = dataclasses.replace(request, after=Cursor("view", (1_772_448_000_123, 1, 17)))
    check_golden(GOLDEN / "records" / "later.sql", shown(records_statement(SHOP, record_view(), later)))


def test_counts_render_as_golden() -> None:
    request = read_records(Visible(SHOP), [*SPAN, *FILTERS])
    span = Span(at("2 10:17"), at("2 23:05"))
    check_golden(
        GOLDEN / "records" / "counts.sql", shown(record_counts_statement(SHOP, record_view(), request, span, "hour"))
    )


def test_columns_that_a_snapshot_lacks_are_null() -> None:
    request = read_records(Visible(SHOP), [*SPAN, ("visitor", "x"), ("fields", "visitor,seen")])
    view = record_view(missing=frozenset({"visitor", "seen"}))
    check_golden(GOLDEN / "records" / "grown.sql", shown(records_statement(SHOP, view, request)))


def test_views_render_as_golden() -> None:
    [view] = records_view_statements(SHOP)
    check_golden(GOLDEN / "records" / "view.sql", view + "\n")
    assert records_view_statements(HEALTH) == ()


def test_audits_render_as_golden() -> None:
    since = dataclasses.replace(record_view(), records_since=at("2 10:00"))
    text = shown(record_totals_statement(since, at("3 00:00")))
    check_golden(GOLDEN / "records" / "audit.sql", text)


@pytest.mark.parametrize("text", SQL_INJECTIONS[::7])
def test_values_are_only_ever_bound(text: str) -> None:
    request = read_records(Visible(SHOP), [*SPAN, ("site", text), ("visitor", text)])
    plain = read_records(Visible(SHOP), [*SPAN, ("site", "a"), ("visitor", "a")])
    found, usual = (records_statement(SHOP, record_view(), each) for each in (request, plain))
    assert found is not None
    assert usual is not None
    assert found.sql == usual.sql
    assert list(found.values).count(text) == 2


def test_nothing_is_asked_where_nothing_can_be() -> None:
    request = read_records(Visible(SHOP), SPAN)
    assert records_statement(SHOP, record_view(None), request) is None
    gone = seen(SHOP, (("gone", ("x",)),))
    assert records_statement(SHOP, record_view(), read_records(gone, SPAN)) is None


def test_rows_out_of_scope_are_found_by_no_filter() -> None:
    """One that is never met stands for alternatives of which none can be, and no filter takes it away."""
    request = read_records(seen(SHOP, of("site", "a")), [*SPAN, ("site", "b")])
    statement = records_statement(SHOP, record_view(), request)
    assert statement is not None
    assert '"site" in (null)' in statement.sql
    assert list(statement.values)[2:] == ["b"]


def test_rows_of_a_dimension_are_told_by_its_field() -> None:
    request = read_records(seen(SHOP, of("path", "/")), SPAN)
    statement = records_statement(SHOP, record_view(), request, Page(Span(at("2 10:00"), at("2 11:00")), 5))
    assert statement is not None
    assert '"page_path" in (?)' in statement.sql
    assert list(statement.values)[2:] == ["/"]
