"""Panes hold one mergeable column for each aggregate that their definition asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.panes import (
    MINUTE_ARRIVAL_SECONDS,
    ROLLUP_ARRIVAL_SECONDS,
    ROLLUPS,
    Aggregate,
    ColumnType,
    Grain,
    day_start,
    pane_columns,
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
    kept = [column.source for column in pane_columns(plain) if column.aggregate is Aggregate.DIGEST]
    assert kept == ["ram", "disk"]


def test_day_windows_hold_whole_minute_windows() -> None:
    assert ROLLUP_ARRIVAL_SECONDS % MINUTE_ARRIVAL_SECONDS == 0
    assert (Grain.MINUTE.seconds, Grain.DAY.seconds) == (60, 86_400)
    assert (Grain.MINUTE.arrival_seconds, Grain.DAY.arrival_seconds) == (MINUTE_ARRIVAL_SECONDS, ROLLUP_ARRIVAL_SECONDS)
    assert {Grain.MINUTE, *ROLLUPS} == set(Grain)


@pytest.mark.parametrize("at", ["2026-03-01T00:00:00+00:00", "2026-03-01T23:59:59+00:00", "2026-03-02T01:00:00+02:00"])
def test_days_are_of_utc(at: str) -> None:
    assert day_start(datetime.fromisoformat(at)) == datetime(2026, 3, 1, tzinfo=UTC)
