"""Incidence is cases of the last days by people, with the exact interval of chance."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from analysis.errors import NotEnoughDataError, UnusableDataError
from analysis.incidence import incidence_per_100_000
from tests.analysis.published import days_from


def test_incidence_by_hand() -> None:
    found = incidence_per_100_000(days_from(date(2021, 1, 1), 8), [0, 1, 2, 3, 4, 5, 6, 7], 50_000)
    assert [(i.date, i.cases, i.per_100_000) for i in found] == [
        (date(2021, 1, 7), 21, 42), (date(2021, 1, 8), 28, 56)]  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "printed"),
    [(0, ("0.000", "3.689")), (1, ("0.025", "5.572")), (5, ("1.623", "11.668")), (10, ("4.795", "18.390"))],
)
def test_limits_are_those_of_tables(cases: int, printed: tuple[str, str]) -> None:
    """Garwood's table of 95 percent limits, as it is printed in textbooks."""
    found = incidence_per_100_000(days_from(date(2021, 1, 1), 7), [cases, 0, 0, 0, 0, 0, 0], 100_000)[0]
    assert (f"{found.lower:.3f}", f"{found.upper:.3f}") == printed


@given(st.lists(st.integers(-5, 300), min_size=7, max_size=40), st.integers(1, 10**9))
def test_limits_have_their_probability(counts: list[int], population: int) -> None:
    found = incidence_per_100_000(days_from(date(2021, 1, 1), len(counts)), counts, population)
    for last, i in enumerate(found, start=7):
        assert i.cases == sum(counts[last - 7 : last])
        assert i.lower <= i.per_100_000 <= i.upper
        if i.cases > 0:
            assert poisson.sf(i.cases - 1, i.lower * population / 100_000) == pytest.approx(0.025, rel=1e-3)
            assert poisson.cdf(i.cases, i.upper * population / 100_000) == pytest.approx(0.025, rel=1e-3)


@pytest.mark.parametrize("population", [0, -1, float("nan"), float("inf")])
def test_population_is_needed(population: float) -> None:
    with pytest.raises(UnusableDataError, match="population"):
        incidence_per_100_000(days_from(date(2021, 1, 1), 7), [1] * 7, population)


def test_days_are_needed() -> None:
    with pytest.raises(NotEnoughDataError, match="dates: 7 days needed, 6 given; take a longer time"):
        incidence_per_100_000(days_from(date(2021, 1, 1), 6), [1] * 6, 1000)
    with pytest.raises(UnusableDataError, match="2021-01-03 follows 2021-01-01"):
        incidence_per_100_000([date(2021, 1, 1), date(2021, 1, 3)], [1, 1], 1000)
