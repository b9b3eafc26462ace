"""Forecasts are the same each time, ordered, and scored as published; what is easy is forecast well."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import AnalysisError, NotEnoughDataError, UnusableDataError
from analysis.forecast import PROBABILITIES, forecast
from analysis.forecast_scores import forecast_scores, interval_score, weighted_interval_score
from tests.analysis.published import days_from

DATES = days_from(date(2021, 1, 4), 140)
WEEKEND = np.array([0.6 if day.weekday() > 4 else 1.0 for day in DATES])


def made(seed: int, rate: float = 0.0, level: float = 200.0) -> list[int]:
    mean = level * np.exp(rate * np.arange(140)) * WEEKEND
    return [int(count) for count in np.random.default_rng(seed).negative_binomial(50, 50 / (50 + mean))]


def test_same_counts_have_the_same_forecast() -> None:
    assert forecast(DATES, made(1)) == forecast(DATES, made(1))


def test_forecast_follows_week_and_trend() -> None:
    counts = made(2, rate=0.01)
    found = forecast(DATES, counts)
    assert [day.date for day in found.trend] == days_from(DATES[-1] + timedelta(days=1), 14)
    expected = [200 * math.exp(0.01 * (139 + ahead)) for ahead in range(1, 8)]
    for day, level in zip(found.trend, expected, strict=False):
        assert day.median == pytest.approx(level * (0.6 if day.date.weekday() > 4 else 1), rel=0.2)
    assert [day.median for day in found.plain] == pytest.approx(counts[-7:] * 2)


def test_forecast_is_scored_by_what_came() -> None:
    found = forecast_scores(DATES, made(3))
    assert len(found.origins) == 8
    assert found.origins[-1] == DATES[-15]
    assert found.relative is not None
    assert found.relative < 0.9
    assert found.relative == pytest.approx(found.trend.weighted_interval_score / found.plain.weighted_interval_score)
    assert 0.8 < found.trend.inside_95 <= 1
    assert found.trend.inside_50 <= found.trend.inside_80 <= found.trend.inside_95
    assert len(found.by_day) == 14


def test_scores_use_what_was_known_then() -> None:
    counts = made(4)
    honest = forecast_scores(DATES, counts)
    origin = honest.origins[-1]
    halved = [*counts[: DATES.index(origin) - 6], *(count // 3 for count in counts[DATES.index(origin) - 6 :])]
    then = {origin: halved[: DATES.index(origin) + 1]}
    assert forecast_scores(DATES, counts, known_then=then).trend.absolute_error > honest.trend.absolute_error
    assert forecast_scores(DATES, counts, known_then={}) == honest
    with pytest.raises(UnusableDataError, match="give one for each"):
        forecast_scores(DATES, counts, known_then={origin: halved})


@given(st.floats(0, 1e4), st.lists(st.floats(0, 1e4), min_size=7, max_size=7).map(sorted))
def test_interval_score_is_twice_the_quantile_loss(count: float, quantiles: list[float]) -> None:
    """Bracher et al. (2021), section 2.2: the two definitions are one."""
    losses = [
        2 * ((count <= quantile) - probability) * (quantile - count)
        for quantile, probability in zip(quantiles, PROBABILITIES, strict=True)
    ]  # fmt: skip
    assert weighted_interval_score(count, quantiles) == pytest.approx(sum(losses) / 7, abs=1e-6)


def test_interval_score_by_hand() -> None:
    assert interval_score(5, 4, 8, 0.2) == 4
    assert interval_score(2, 4, 8, 0.2) == 4 + 10 * 2
    assert interval_score(9, 4, 8, 0.5) == 4 + 4 * 1


@given(st.lists(st.sampled_from([0, 0, 1, 3, 50, 10**6]), min_size=56, max_size=70), st.integers(1, 28))
@settings(max_examples=40)
def test_quantiles_are_in_order(counts: list[int], days: int) -> None:
    try:
        found = forecast(DATES[: len(counts)], counts, days)
    except AnalysisError:
        return
    for day in (*found.trend, *found.plain):
        assert list(day.quantiles) == sorted(day.quantiles)
        assert day.lower_95 >= 0
        assert math.isfinite(day.upper_95)


def test_weekdays_without_reports_stay_without() -> None:
    counts = [0 if day.weekday() > 4 else 100 for day in DATES]
    found = forecast(DATES, counts)
    assert all((day.upper_95 == 0) == (day.date.weekday() > 4) for day in found.trend)


@pytest.mark.parametrize(
    ("count", "days", "error"),
    [(55, 14, NotEnoughDataError), (140, 0, UnusableDataError), (140, 29, UnusableDataError)],
)
def test_too_little_is_refused(count: int, days: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        forecast(DATES[:count], [10] * count, days)


def test_no_recent_cases_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="10 cases in 21 days"):
        forecast(DATES, [10] * 110 + [0] * 30)
    with pytest.raises(NotEnoughDataError):
        forecast_scores(DATES, [10] * 40 + [0] * 100)
    with pytest.raises(NotEnoughDataError, match="84 days"):
        forecast_scores(DATES[:80], [10] * 80)
