"""Charts that are drawn on the server say what their tables say, and stay in their frame."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.requests import Step
from systems.clinical.numbers import LabResults, Results
from systems.clinical.statements import ADMISSIONS, LAB_RESULTS
from web.pages.clinical.bars import HEIGHT, Chart, by_quantiles, by_range, stacked
from web.pages.clinical.view import View, read_view

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)


def view(days: float, stream: str = ADMISSIONS, zone: str = "UTC") -> View:
    end = START + timedelta(days=days)
    pairs = [("start", START.isoformat()), ("end", end.isoformat()), ("zone", zone)]
    return read_view(stream, pairs, NOW, ZoneInfo(zone))


def assert_framed(chart: Chart) -> None:
    for bar in chart.bars:
        assert 0 <= bar.x < bar.x + bar.width <= chart.steps
        assert -1.7 <= bar.y <= bar.y + bar.height <= HEIGHT + 1.7


@pytest.mark.parametrize(
    ("days", "step", "steps"),
    [(1, Step.HOUR, 24), (3, Step.HOUR, 72), (7, Step.DAY, 7), (120, Step.DAY, 120), (365, Step.WEEK, 53)],
)
def test_steps_fit_the_window(days: int, step: Step, steps: int) -> None:
    chart = stacked(view(days), ["inpatient"], {})
    assert (view(days).step, chart.steps, len(chart.rows)) == (step, steps, steps)
    assert chart.bars == ()


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=7))
def test_parts_are_stacked(numbers: list[tuple[int, int]]) -> None:
    points = {START + timedelta(days=day): {"a": a, "day_case": b} for day, (a, b) in enumerate(numbers)}
    chart = stacked(view(7), ["a", "day_case"], points)
    assert_framed(chart)
    assert [values for _, values in chart.rows[: len(numbers)]] == [(f"{a:,}", f"{b:,}") for a, b in numbers]
    assert len(chart.bars) == sum((a > 0) + (b > 0) for a, b in numbers)
    assert chart.head == ("Day", "a", "day case")


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5).map(sorted), min_size=1, max_size=7))
def test_quantiles_are_framed(quantiles: list[list[float]]) -> None:
    points = {START + timedelta(days=day): Results(9, 9, 1, tuple(each)) for day, each in enumerate(quantiles)}
    chart = by_quantiles(view(7, LAB_RESULTS), points)
    assert_framed(chart)
    assert len(chart.bars) == 3 * len(quantiles)
    assert chart.rows[-1][1] == ("\u2013",) * 3 or len(quantiles) == 7


def test_results_without_a_range_are_their_own() -> None:
    points = {START: Results(10, 6, 2), START + timedelta(days=1): Results(3, None, None)}
    chart = by_range(view(7, LAB_RESULTS), LabResults(Results(13), points, [], []))
    assert chart.head[1:] == ("in range", "out of range", "no range known")
    assert [values for _, values in chart.rows[:2]] == [("4", "2", "4"), ("0", "0", "3")]


def test_addresses_keep_what_was_chosen() -> None:
    pairs = [("range", "7d"), ("site", "a&b"), ("test", "2823-3"), ("unit", "mmol/L"), ("ward", "x"), ("junk", "1")]
    shown = read_view(LAB_RESULTS, pairs, NOW, ZoneInfo("Europe/Berlin"))
    whole = "/clinical/lab-results?range=7d&zone=Europe%2FBerlin&site=a%26b&test=2823-3&unit=mmol%2FL"
    assert shown.url() == whole
    assert shown.url(without="test") == "/clinical/lab-results?range=7d&zone=Europe%2FBerlin&site=a%26b"
    assert shown.url(ADMISSIONS) == "/clinical/admissions?range=7d&zone=Europe%2FBerlin&site=a%26b"
    assert shown.url(start=START).startswith("/clinical/lab-results?start=2026-03-01T01%3A00%2B01%3A00&end=")
