"""Shares and advantages: published regression, another library's intervals, and what is true of drawn samples."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import multinomial_proportions_confint, proportion_confint

from analysis.errors import AnalysisError, NoFitError, NotEnoughDataError, UnusableDataError
from analysis.multinomial import fit_multinomial
from analysis.shares import variant_shares
from analysis.variant_growth import variant_growth
from tests.analysis.published import weeks_from

DATES = weeks_from(date(2021, 1, 4), 12)

# Agresti (2002), table 7.1: what 219 alligators ate (fish, invertebrates, reptiles, birds, other), by lake and size.
EATEN = np.array(
    [
        [23, 4, 2, 2, 8], [7, 0, 1, 3, 5], [5, 11, 1, 0, 3], [13, 8, 6, 1, 0],
        [5, 11, 2, 1, 5], [8, 7, 6, 3, 5], [16, 19, 1, 2, 3], [17, 1, 0, 1, 3],
    ],
    dtype=float,
)  # fmt: skip
LAKES = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0))
DESIGN = np.array([[1, small, *lake] for lake in LAKES for small in (1, 0)], dtype=float)


def test_regression_has_published_digits() -> None:
    """Agresti (2002), table 7.2: intercept, size, lakes Hancock, Oklawaha and Trafford, against fish."""
    found = fit_multinomial(EATEN, DESIGN)
    assert found.coefficients.T.round(2).tolist() == [
        [-1.55, 1.46, -1.66, 0.94, 1.12],
        [-3.31, -0.35, 1.24, 2.46, 2.94],
        [-2.09, -0.63, 0.70, -0.65, 1.09],
        [-1.90, 0.33, 0.83, 0.01, 1.52],
    ]
    errors = np.sqrt(np.diag(found.covariance)).reshape(4, 5)
    assert errors[0].round(2).tolist() == [0.42, 0.40, 0.61, 0.47, 0.49]
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(8))


@given(st.lists(st.integers(0, 5000), min_size=2, max_size=8), st.floats(0.5, 0.999))
def test_intervals_are_those_of_another_library(counts: list[int], level: float) -> None:
    if sum(counts) == 0:
        return
    named = {f"v{number}": count for number, count in enumerate(counts)}
    apart, together = variant_shares(named, level=level), variant_shares(named, level=level, together=True)
    lower, upper = proportion_confint(np.array(counts), sum(counts), alpha=1 - level, method="wilson")
    assert np.array([(s.lower, s.upper) for s in apart]) == pytest.approx(np.column_stack([lower, upper]), abs=1e-9)
    wider = multinomial_proportions_confint(np.array(counts), alpha=1 - level, method="goodman")
    assert np.array([(s.lower, s.upper) for s in together]) == pytest.approx(wider, abs=1e-9)
    assert sum(s.share for s in apart) == pytest.approx(1)
    assert all(0 <= s.lower <= s.share <= s.upper <= 1 for s in (*apart, *together))


@pytest.mark.parametrize("counts", [{"a": -1}, {"a": 1.5}, {"a": True}, {"a": float("nan")}, {"a": "1"}])
def test_shares_are_of_whole_counts(counts: dict[str, int]) -> None:
    with pytest.raises(UnusableDataError):
        variant_shares(counts)


@pytest.mark.parametrize("counts", [{}, {"a": 0}, {"a": 0, "b": 0}])
def test_shares_of_nothing_are_refused(counts: dict[str, int]) -> None:
    with pytest.raises(NotEnoughDataError):
        variant_shares(counts)


def drawn(random: np.random.Generator, cases: int = 300, spread: float | None = None) -> dict[str, list[int]]:
    """Three variants, of which delta gains 0.08 and mu 0.02 a day on alpha."""
    days = 7.0 * np.arange(12)
    odds = np.exp(np.column_stack([0 * days, -4 + 0.08 * days, -3 + 0.02 * days]))
    shares = odds / odds.sum(axis=1, keepdims=True)
    if spread is not None:
        shares = np.array([random.dirichlet(row * spread) for row in shares])
    counts = np.array([random.multinomial(cases, row) for row in shares])
    return dict(zip(("alpha", "delta", "mu"), counts.T.tolist(), strict=True))


@pytest.mark.parametrize("spread", [None, 60.0])
def test_advantage_covers_the_truth(spread: float | None) -> None:
    """Also where samples are clustered; of 100 series 95 expected, 88 is its half-percent quantile."""
    random = np.random.default_rng(11)
    found = [variant_growth(DATES, drawn(random, spread=spread), "alpha") for _ in range(100)]
    delta = [g.advantages[0] for g in found]
    assert sum(a.lower <= 0.08 <= a.upper for a in delta) >= 88
    assert np.mean([a.per_day for a in delta]) == pytest.approx(0.08, abs=0.004)
    assert delta[0].times == pytest.approx(np.exp(7 * delta[0].per_day))
    assert (np.mean([g.overdispersion for g in found]) > 2) == (spread is not None)


def test_advantages_do_not_depend_on_the_compared() -> None:
    counts = drawn(np.random.default_rng(3))
    of_alpha = {a.variant: a.per_day for a in variant_growth(DATES, counts, "alpha").advantages}
    of_delta = {a.variant: a.per_day for a in variant_growth(DATES, counts, "delta").advantages}
    assert of_delta["alpha"] == pytest.approx(-of_alpha["delta"], abs=1e-8)
    assert of_delta["mu"] == pytest.approx(of_alpha["mu"] - of_alpha["delta"], abs=1e-8)


def test_fitted_shares_are_shares() -> None:
    found = variant_growth(DATES, drawn(np.random.default_rng(4)), "alpha").shares
    assert len(found) == 36
    for day in DATES:
        assert sum(s.share for s in found if s.date == day) == pytest.approx(1)
    assert all(0 <= s.lower <= s.share <= s.upper <= 1 for s in found)


def test_dates_without_cases_say_nothing() -> None:
    counts = drawn(np.random.default_rng(5))
    gap = {variant: [*found[:4], 0, *found[4:]] for variant, found in counts.items()}
    dates = [*DATES[:4], date(2021, 1, 30), *DATES[4:]]
    assert variant_growth(dates, gap, "alpha") == variant_growth(DATES, counts, "alpha")


@pytest.mark.parametrize(
    ("counts", "error"),
    [
        ({"a": [9] * 12}, NotEnoughDataError),
        ({"a": [9] * 12, "b": [0] * 12}, NotEnoughDataError),
        ({"a": [9] * 12, "b": [0] * 11 + [20]}, NotEnoughDataError),
        ({"a": [9, 9] + [0] * 10, "b": [9, 9] + [0] * 10}, NotEnoughDataError),
        ({"a": [9] * 6 + [0] * 6, "b": [0] * 6 + [9] * 6}, NoFitError),
        ({"a": [9] * 12, "b": [9] * 11}, UnusableDataError),
        ({"a": [9] * 12, "b": [9] * 11 + [-1]}, UnusableDataError),
        ({"b": [9] * 12}, UnusableDataError),
    ],
)
def test_too_little_is_refused(counts: dict[str, list[int]], error: type[Exception]) -> None:
    with pytest.raises(error):
        variant_growth(DATES, counts, "a")


@given(st.lists(st.lists(st.sampled_from([0, 0, 1, 5, 1000]), min_size=3, max_size=3), min_size=0, max_size=9))
@settings(max_examples=60)
def test_strange_counts_are_answered_or_refused(table: list[list[int]]) -> None:
    counts = {name: [row[column] for row in table] for column, name in enumerate("abc")}
    try:
        found = variant_growth(DATES[: len(table)], counts, "a")
    except AnalysisError:
        return
    assert all(np.isfinite([a.per_day, a.lower, a.upper]).all() for a in found.advantages)
    assert all(0 <= s.lower <= s.share <= s.upper <= 1 for s in found.shares)


def test_a_share_of_all_has_an_interval() -> None:
    table = [[0, 0, 1], [1, 0, 0], [0, 0, 0], [0, 0, 1000], [0, 1000, 0], [1000, 1, 0]]
    counts = {name: [row[column] for row in table] for column, name in enumerate("abc")}
    found = variant_growth(DATES[:6], counts, "a")
    assert all(0 <= s.lower <= s.share <= s.upper <= 1 for s in found.shares)
