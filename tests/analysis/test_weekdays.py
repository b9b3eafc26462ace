"""Factors of weekdays are found, cover the truth, and take the week out of counts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NotEnoughDataError
from analysis.weekdays import weekdays
from tests.analysis.published import days_from

DATES = days_from(date(2021, 1, 4), 56)
TRUE = np.array([1.2, 1.2, 1.1, 1.1, 1.0, 0.9, 0.5])
OF_DATES = np.array([TRUE[day.weekday()] for day in DATES])


def test_exact_factors_are_found() -> None:
    found = weekdays(DATES, (700 * OF_DATES).tolist())
    assert [f.factor for f in found.factors] == pytest.approx(TRUE)
    assert [f.weekday for f in found.factors] == list(range(7))
    assert np.array(found.adjusted, dtype=float) == pytest.approx(np.full(56, 700.0))


def test_growth_is_no_weekday() -> None:
    found = weekdays(DATES, (100 * np.exp(0.05 * np.arange(56)) * OF_DATES).tolist())
    assert [f.factor for f in found.factors] == pytest.approx(TRUE, abs=0.03)


def test_intervals_cover_the_truth() -> None:
    random = np.random.default_rng(6)
    mean = 50 * np.exp(0.02 * np.arange(56)) * OF_DATES
    found = [weekdays(DATES, random.negative_binomial(10, 10 / (10 + mean)).tolist()) for _ in range(150)]
    inside = [f.lower <= truth <= f.upper for w in found for f, truth in zip(w.factors, TRUE, strict=True)]
    assert 0.92 < float(np.mean(inside)) < 0.99


def test_a_weekday_of_no_reports_has_a_factor_of_nothing() -> None:
    counts = [0 if day.weekday() == 6 else 100 for day in DATES]
    found = weekdays(DATES, counts)
    sunday = found.factors[6]
    assert (sunday.factor, sunday.lower) == (0, 0)
    assert 0 < sunday.upper < 0.1
    assert [a is None for a in found.adjusted] == [day.weekday() == 6 for day in DATES]


@given(st.lists(st.integers(0, 1000), min_size=34, max_size=80))
def test_factors_have_the_mean_of_one(counts: list[int]) -> None:
    try:
        found = weekdays(days_from(date(2021, 1, 1), len(counts)), counts)
    except NotEnoughDataError:
        assert sum(count > 0 for count in counts) < len(counts)
        return
    assert sum(f.factor for f in found.factors) == pytest.approx(7)
    assert all(f.lower <= f.factor <= f.upper for f in found.factors)


@pytest.mark.parametrize("counts", [[5] * 33, [0] * 56, [9] + [0] * 55])
def test_too_little_is_refused(counts: list[int]) -> None:
    with pytest.raises(NotEnoughDataError):
        weekdays(DATES[: len(counts)], counts)
