"""Panes hold one mergeable column for each aggregate that their definition asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.aggregates import DIGEST, ColumnType
from streams.panes import (
    FINEST_ARRIVAL_SECONDS,
    PERIODS,
    ROLLUP_ARRIVAL_SECONDS,
    Grain,
    Period,
    day_start,
    pane_columns,
    spans_day,
)
from tests.definitions import HEALTH, PAGE_VIEWS, changed


def test_health_panes_hold_three_measures() -> None:
    names = [column.name for column in pane_columns(HEALTH)]
    parts = ("count", "sum", "min", "max", "max_at", "digest")
    assert names == ["messages", *(f"{measure}_{part}" for measure in ("cpu", "ram", "disk") for part in parts)]


def test_page_view_panes_hold_sketches() -> None:
    columns = {column.name: column for column in pane_columns(PAGE_VIEWS)}
    assert list(columns)[-2:] == ["load_ms_digest", "visitors_distinct"]
    assert columns["visitors_distinct"].type is ColumnType.BYTES
    assert columns["load_ms_digest"].type is ColumnType.BYTES
    assert columns["load_ms_max_at"].type is ColumnType.TIME
    assert columns["load_ms_sum"].type is ColumnType.LONG


def test_digests_are_kept_only_if_asked() -> None:
    plain = changed("measures/cpu/quantiles", False)
    kept = [column.source for column in pane_columns(plain) if column.aggregate is DIGEST]
    assert kept == ["ram", "disk"]


def test_day_windows_hold_whole_minute_windows() -> None:
    assert ROLLUP_ARRIVAL_SECONDS % FINEST_ARRIVAL_SECONDS == 0
    assert (Grain.MINUTE.seconds, Grain.DAY.seconds) == (60, 86_400)


@pytest.mark.parametrize("at", ["2026-03-01T00:00:00+00:00", "2026-03-01T23:59:59+00:00", "2026-03-02T01:00:00+02:00"])
def test_days_are_of_utc(at: str) -> None:
    assert day_start(datetime.fromisoformat(at)) == datetime(2026, 3, 1, tzinfo=UTC)


def test_parts_of_whole_days_are_told_from_those_of_hours() -> None:
    assert spans_day("all/minute/2026-03-01")
    assert not spans_day("all/minute/2026-03-01T23")


_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "'T'": "T", "HH": "%H"}


@given(st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)), st.sampled_from(Period))
def test_engines_write_periods_as_python_does(at: datetime, period: Period) -> None:
    """The pattern that Flink's date_format and Trino's format_datetime are given, read by what Java says of it."""
    pattern = str(period)
    for letters, code in _JAVA.items():
        pattern = pattern.replace(letters, code)
    assert at.strftime(period.strftime) == at.strftime(pattern)
    assert {*PERIODS.values(), Period.HOUR} == set(Period)
