"""Growth has published digits, and covers what is true as often as it says."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import AnalysisError, NotEnoughDataError, UnusableDataError
from analysis.growth import Growth, growth, growth_rate
from tests.analysis.published import days_from

DATES = days_from(date(2021, 1, 4), 28)
WEEKEND = np.array([0.5 if day.weekday() > 4 else 1.0 for day in DATES])

# Vignette "Fitting epicurves" of the R package i2extras: weekly cases of ebola_sim_clean by gender, growth_rate(out).
WOMEN = ([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1, 4, 4, 9, 7, 8, 9, 13, 7, 15, 12])
MEN = ([0, 1, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 10, 7, 10, 10, 14, 15])


def three_digits(found: Growth) -> list[str]:
    numbers = (
        found.rate, found.lower, found.upper, found.doubling, found.doubling_lower, found.doubling_upper,
    )  # fmt: skip
    return [f"{number:.3g}" for number in numbers if number is not None]


@pytest.mark.parametrize(
    ("weeks", "printed"),
    [
        (WOMEN, ["0.137", "0.0698", "0.206", "5.07", "3.36", "9.93"]),
        (MEN, ["0.24", "0.146", "0.341", "2.89", "2.03", "4.75"]),
    ],
)
def test_growth_has_published_digits(weeks: tuple[list[int], list[int]], printed: list[str]) -> None:
    times, cases = (np.array(numbers, dtype=float) for numbers in weeks)
    found = growth_rate(times, cases, poisson=True)
    assert three_digits(found) == printed
    assert (found.halving, found.halving_lower, found.halving_upper) == (None, None, None)


def test_falling_counts_halve() -> None:
    times, cases = (np.array(numbers, dtype=float) for numbers in WOMEN)
    rising, falling = growth_rate(times, cases, poisson=True), growth_rate(-times, cases, poisson=True)
    assert falling.rate == pytest.approx(-rising.rate)
    assert (falling.halving, falling.halving_lower, falling.halving_upper) == pytest.approx(
        (rising.doubling, rising.doubling_lower, rising.doubling_upper), rel=1e-6
    )
    assert falling.doubling is None


def test_unclear_growth_has_one_sided_times() -> None:
    found = growth(DATES, [10, 11] * 14)
    assert found.lower < 0 < found.upper
    assert found.doubling_upper is None
    assert found.halving_upper is None


@pytest.mark.parametrize("profile", [True, False])
def test_interval_covers_the_truth(profile: bool) -> None:
    """Of 200 series with weekends and more variance than Poisson's; 190 expected, 181 is its one-percent quantile."""
    random = np.random.default_rng(5)
    mean = 50 * np.exp(0.05 * np.arange(28)) * WEEKEND
    found = [growth(DATES, random.negative_binomial(10, 10 / (10 + mean)), profile=profile) for _ in range(200)]
    assert sum(g.lower <= 0.05 <= g.upper for g in found) >= 181
    assert np.mean([g.rate for g in found]) == pytest.approx(0.05, abs=0.003)
    assert np.median([g.dispersion for g in found]) == pytest.approx(0.1, abs=0.03)


@given(st.lists(st.integers(0, 1000), min_size=14, max_size=40), st.integers(2, 9))
def test_growth_does_not_know_units(counts: list[int], times: int) -> None:
    """Poisson's rate of growth is the same for any multiple of the counts."""
    if sum(counts) < 10:
        return
    days = np.arange(len(counts), dtype=float)
    try:
        found = [
            growth_rate(days, np.array(c, dtype=float), poisson=True) for c in (counts, [n * times for n in counts])
        ]
    except AnalysisError:
        return
    assert found[0].rate == pytest.approx(found[1].rate, abs=1e-5)
    assert found[0].lower <= found[0].rate <= found[0].upper
    assert found[1].upper - found[1].lower <= found[0].upper - found[0].lower + 1e-9


@given(st.floats(-0.2, 0.2), st.floats(100, 1000))
def test_exact_growth_is_found(rate: float, level: float) -> None:
    found = growth(DATES, (level * np.exp(rate * np.arange(28)) * WEEKEND).tolist(), profile=False)
    assert found.rate == pytest.approx(rate, abs=1e-6)
    if rate > 1e-3:
        assert found.doubling == pytest.approx(math.log(2) / rate, rel=1e-3)


def test_weekdays_without_reports_are_left_out() -> None:
    counts = [0 if day.weekday() > 4 else round(20 * math.exp(0.03 * n)) for n, day in enumerate(DATES)]
    assert growth(DATES, counts).rate == pytest.approx(0.03, abs=0.003)


@pytest.mark.parametrize(
    ("counts", "error"),
    [
        ([5] * 13, NotEnoughDataError),
        ([0] * 28, NotEnoughDataError),
        ([0] * 27 + [9], NotEnoughDataError),
        ([5] * 27 + [-1], UnusableDataError),
        ([5] * 27 + [True], UnusableDataError),
        ([5] * 27 + ["5"], UnusableDataError),
        ([5] * 27 + [None], UnusableDataError),
        ([5] * 27 + [10**400], UnusableDataError),
    ],
)
def test_too_little_is_refused(counts: list[float], error: type[Exception]) -> None:
    with pytest.raises(error):
        growth(DATES[: len(counts)], counts)


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 50, 10**6, 10**9]), min_size=14, max_size=28), st.booleans())
@settings(max_examples=30)
def test_strange_counts_are_answered_or_refused(counts: list[int], by_weekday: bool) -> None:
    try:
        found = growth(DATES[: len(counts)], counts, by_weekday=by_weekday)
    except AnalysisError:
        return
    assert math.isfinite(found.rate)
    assert found.lower <= found.rate <= found.upper
