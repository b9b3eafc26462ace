"""Windows of records: golden renderings, when they answer, and arithmetic that is the decoders' own."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.errors import InvalidRequestError
from query.parameters import read_series, read_window
from query.record_panes import _MADE, _Fields, double, rounded
from query.statements import series_statement, window_coverage, window_statement
from query.visible import Visible
from streams.aggregates import AGGREGATES
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from tests.golden import check_golden
from tests.query.lake_views import at
from tests.query.recorded import record_view, recorded
from tests.query.scopes import of, seen
from tests.query.test_statements import GOLDEN, shown

MEASURES: dict[str, Any] = {
    "revenue": {"value": "Revenue", "decimals": 2, "min": -1e6, "max": 1e6, "quantiles": True, "min_at": True},
    "share": {"value": "1 - views / (Revenue + 0.1)", "decimals": 3, "min": -1e5, "max": 1e5},
}
SHOP = recorded(measures=MEASURES, breakdowns={"sites": ["site"]})
SPAN = [("start", "2026-03-02T10:17:00Z"), ("end", "2026-03-02T23:05:00Z")]
BY_PATH = [*SPAN, ("by", "site"), ("path", "/"), ("path", "/b")]

WINDOWS: list[tuple[str, Visible, list[tuple[str, str]]]] = [
    ("by_path", Visible(SHOP), [*BY_PATH, ("quantiles", "0.5")]),
    ("one_path", Visible(SHOP), [*SPAN, ("path", "/"), ("by", "path"), ("limit", "5")]),
    ("total", seen(SHOP, (("path", ("/",)), ("site", ("a",))), of("path", "/b")), [*SPAN, ("by", "")]),
    ("known", Visible(SHOP), [*BY_PATH, ("as_known_at", "2026-03-03T00:00:00Z")]),
]


@pytest.mark.parametrize(("name", "visible", "asked"), WINDOWS, ids=[name for name, _, _ in WINDOWS])
def test_windows_of_records_render_as_golden(name: str, visible: Visible, asked: list[tuple[str, str]]) -> None:
    text = shown(window_statement(SHOP, record_view(), read_window(visible, asked)))
    check_golden(GOLDEN / "records" / f"window_{name}.sql", text)


def test_series_of_records_render_as_golden() -> None:
    request = read_series(Visible(SHOP), [*SPAN, ("step", "hour"), ("by", "path"), ("measure", "visitors")])
    check_golden(GOLDEN / "records" / "series.sql", shown(series_statement(SHOP, record_view(), request)))


def test_breakdowns_answer_before_records() -> None:
    assert not window_coverage(SHOP, record_view(), read_window(Visible(SHOP), [*SPAN, ("by", "site")])).by_records
    assert window_coverage(SHOP, record_view(), read_window(Visible(SHOP), BY_PATH)).by_records


def test_records_answer_from_where_every_message_has_one() -> None:
    start = at("2 10:17")
    request = read_window(Visible(SHOP), BY_PATH)
    since = dataclasses.replace(record_view(), records_since=start - timedelta(minutes=5))
    assert window_coverage(SHOP, since, request).by_records
    later = dataclasses.replace(record_view(), records_since=start - timedelta(minutes=4))
    for view in (later, record_view(None)):
        with pytest.raises(InvalidRequestError, match="no breakdown has site and path"):
            window_coverage(SHOP, view, request)


def test_every_aggregate_of_messages_is_made() -> None:
    """But for those that are of visits, which no single message has."""
    assert {each.name for each in {*AGGREGATES} - _MADE.keys()} <= {"visits", "bounces", "visit_seconds"}


@given(st.one_of(st.floats(-1e6, 1e6), st.integers(-(2**54), 2**54).map(lambda n: n / 2), st.floats(allow_nan=False)))
def test_rounding_is_half_to_even(value: float) -> None:
    [[found]] = duckdb.execute(f"select {rounded(double(value))}").fetchall()
    assert found == (round(value) if abs(value) < 2**60 else value)


@given(st.floats(-1e6, 1e6), st.integers(-1000, 1000))
def test_measures_are_those_of_the_decoder(revenue: float, views: int) -> None:
    sql = _Fields(SHOP, frozenset())
    message = {"site": "a", "page": {"path": "/"}, "views": views, "Revenue": revenue, "at": 1_760_000_000_000}
    decided = Decoder(decoding_plan(SHOP)).decode(json.dumps(message).encode(), 1_760_000_000_000)
    if isinstance(decided, Accepted):
        names = [column["name"] for column in decoding_plan(SHOP)["columns"]]
        row = dict(zip(names, decided.values, strict=True))
        with duckdb.connect() as engine:
            engine.execute("create table r (views bigint, revenue double)")
            engine.execute("insert into r values (?, ?)", (views, revenue))
            found = engine.execute(f"select {sql._stored('revenue')}, {sql._stored('share')} from r").fetchone()
        assert found == (row["revenue"], row["share"])


def test_what_a_snapshot_lacks_is_missing() -> None:
    view = record_view(missing=frozenset({"revenue", "visitor"}))
    statement = window_statement(SHOP, view, read_window(Visible(SHOP), BY_PATH))
    assert statement is not None
    assert '"revenue"' not in statement.sql.replace('"revenue_', "")
    assert '"visitor"' not in statement.sql
