"""What is taken is checked once, with the first fault named; what comes out is JSON; negative days keep the sum."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from itertools import dropwhile, takewhile
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.daily_counts import daily_counts, daily_or_weekly_counts, weekly_counts
from analysis.ears import ears
from analysis.errors import AnalysisError, NoFitError, NotEnoughDataError, UnusableDataError
from analysis.farrington import farrington
from analysis.forecast import forecast
from analysis.forecast_scores import forecast_scores
from analysis.growth import growth
from analysis.incidence import incidence_per_100_000
from analysis.negative_days import without_negatives
from analysis.nowcast import nowcast
from analysis.reporting_triangle import Known, reporting_triangle
from analysis.reproduction import SerialInterval, reproduction_numbers
from analysis.shares import variant_shares
from analysis.variant_growth import variant_growth
from analysis.weekdays import weekdays
from streams.errors import WindowpaneError
from tests.analysis.published import days_from, weeks_from

DATES = days_from(date(2021, 1, 4), 140)
COUNTS = np.random.default_rng(1).poisson(20, 140).tolist()
WEEKS = weeks_from(date(2015, 1, 5), 300)
VINTAGES = [Known(DATES[d], DATES[v], 10 - 5 * (v == d)) for v in range(40) for d in range(v + 1)]

ANSWERS: dict[str, Callable[[], object]] = {
    "incidence": lambda: incidence_per_100_000(DATES, COUNTS, 1000),
    "growth": lambda: growth(DATES, COUNTS),
    "reproduction": lambda: reproduction_numbers(DATES, COUNTS, SerialInterval(5, 2)),
    "ears": lambda: ears(DATES, COUNTS),
    "farrington": lambda: farrington(WEEKS, COUNTS * 2 + COUNTS[:20]),
    "shares": lambda: variant_shares({"a": 1, "b": 2}),
    "advantages": lambda: variant_growth(DATES[:5], {"a": [5] * 5, "b": [1, 2, 3, 4, 5]}, "a"),
    "weekdays": lambda: weekdays(DATES, COUNTS),
    "forecast": lambda: forecast(DATES, COUNTS),
    "scores": lambda: forecast_scores(DATES, COUNTS, origins=3),
    "nowcast": lambda: nowcast(reporting_triangle(VINTAGES, 3)),
    "negatives": lambda: without_negatives(DATES, COUNTS),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_json(name: str) -> None:
    """As the API writes it: no number that JSON lacks becomes null unseen."""
    answer = ANSWERS[name]()
    text = orjson.dumps(answer).decode()
    assert json.loads(text)
    assert not {"NaN", "Infinity"} & set(text.replace(",", " ").split())
    assert repr(answer).count("nan") == repr(answer).count("inf") == repr(answer).count("np.") == 0


@pytest.mark.parametrize(
    ("dates", "counts", "said"),
    [
        (DATES[:3], [1, 2], "counts: 2 for 3 dates; give one for each"),
        ([*DATES[:2], DATES[1]], [1, 2, 3], "dates: 2021-01-05 follows 2021-01-05; give consecutive days, each once"),
        ([DATES[1], DATES[0]], [1, 2], "dates: 2021-01-04 follows 2021-01-05"),
        ([DATES[0], DATES[2]], [1, 2], "with 0 for none"),
        (DATES[:2], [1, -2], "counts: -2 on 2021-01-05; a number from 0 to 1e+12 is needed"),
        (DATES[:2], [1, float("nan")], "counts: nan on 2021-01-05"),
        (DATES[:2], [1, 1e308], "counts: 1e+308 on 2021-01-05"),
        (DATES[:2], [1, "9" * 5000], "999..."),
        (DATES[:2], [1, None], "counts: None on 2021-01-05"),
        (DATES[:2], [1, "2"], "counts: '2' on 2021-01-05"),
        (DATES[:2], [1, 10**400], "counts: a larger number on 2021-01-05; a number from 0 to 1e+12 is needed"),
    ],
)
def test_the_first_fault_is_named(dates: list[date], counts: list[float], said: str) -> None:
    with pytest.raises(UnusableDataError) as caught:
        daily_counts(dates, counts)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_few_are_counted() -> None:
    with pytest.raises(NotEnoughDataError) as caught:
        daily_counts(DATES[:3], [1, 2, 3], 14)
    assert (caught.value.field, caught.value.needed, caught.value.found) == ("dates", "14 days", "3")


def test_weeks_and_days_are_told_apart() -> None:
    assert daily_or_weekly_counts(WEEKS[:3], [1, 2, 3]).dates == tuple(WEEKS[:3])
    assert daily_or_weekly_counts(DATES[:3], [1, 2, 3]).dates == tuple(DATES[:3])
    with pytest.raises(UnusableDataError, match="consecutive weeks"):
        weekly_counts(DATES[:3], [1, 2, 3])
    with pytest.raises(UnusableDataError, match="consecutive weeks"):
        daily_or_weekly_counts([*WEEKS[:2], DATES[0]], [1, 2, 3])


def test_numbers_of_arrays_are_taken() -> None:
    assert daily_counts(DATES, np.array(COUNTS)).counts.tolist() == COUNTS
    moments = [datetime(day.year, day.month, day.day) for day in DATES]
    assert daily_counts(moments, COUNTS).counts.tolist() == COUNTS


@pytest.mark.parametrize("error", [NotEnoughDataError("a", "b", "c"), UnusableDataError("a", "b"), NoFitError("model")])
def test_errors_are_for_people(error: AnalysisError) -> None:
    assert isinstance(error, WindowpaneError)
    assert len(str(error).splitlines()) == 1


@given(st.lists(st.integers(-50, 100), min_size=1, max_size=90))
def test_negative_days_keep_the_sum(counts: list[int]) -> None:
    dates = days_from(date(2021, 1, 1), len(counts))
    lowest = min(sum(counts[: end + 1]) for end in range(len(counts)))
    try:
        found = without_negatives(dates, counts)
    except UnusableDataError:
        assert lowest < 0
        return
    assert lowest > -1e-9
    assert sum(found.counts) == pytest.approx(sum(counts), abs=1e-6)
    assert min(found.counts) >= 0
    assert len(found.moved) == sum(count < 0 for count in counts)
    assert without_negatives(dates, found.counts).counts == found.counts


def test_negative_days_are_taken_from_before() -> None:
    found = without_negatives(DATES[:4], [10, 30, -20, 5])
    assert found.counts == pytest.approx((5, 15, 0, 5))
    assert found.moved == (DATES[2],)
    with pytest.raises(UnusableDataError, match="2021-01-05 takes back more"):
        without_negatives(DATES[:2], [10, -11])


def test_documented_snippet_prints(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "statistics.md").read_text("utf-8")
    first = dropwhile(lambda line: not line.startswith("    "), page.splitlines())
    lines = [line[4:] for line in takewhile(lambda line: line.startswith("    ") or not line, first)]
    exec("\n".join(lines), {})
    assert capsys.readouterr().out == "2021-01-25 2021-01-31 1.12 1.0 1.25\n"


def test_modules_are_documented() -> None:
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "statistics.md").read_text("utf-8")
    inner = {
        "__init__",
        "errors",
        "daily_counts",
        "regression",
        "multinomial",
        "count_distribution",
        "farrington_history",
        "observations",
        "design",
        "scoring",
    }
    assert [
        path.stem
        for path in (root / "analysis").glob("*.py")
        if f"`{path.stem}`" not in page and path.stem not in inner
    ] == []
