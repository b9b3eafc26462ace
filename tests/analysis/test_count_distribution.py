"""Probabilities are scipy's where it has them, and quantiles the smallest counts that they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from analysis.count_distribution import FARTHEST, CountDistribution

means = st.floats(0.01, 1e4)


@given(means, st.floats(1.01, 50), st.integers(0, 10**4))
def test_negative_binomial_is_that_of_another_library(mean: float, over: float, count: int) -> None:
    expected = nbinom.sf(count - 1, mean / (over - 1), 1 / over)
    assert CountDistribution(mean, over * mean).at_least(count) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(means, st.integers(0, 10**4))
def test_poisson_is_that_of_another_library(mean: float, count: int) -> None:
    assert CountDistribution(mean, mean).at_least(count) == pytest.approx(poisson.sf(count - 1, mean), abs=1e-12)


@given(st.floats(1e-6, 1e12), st.floats(1, 1e9), st.floats(0.001, 0.999))
def test_quantile_is_the_smallest(mean: float, over: float, probability: float) -> None:
    found = CountDistribution(mean, over * mean)
    count = found.quantile(probability)
    assert 0 <= count <= FARTHEST
    assert found.at_least(count + 1) <= 1 - probability or count == FARTHEST
    assert count == 0 or found.at_least(count) > 1 - probability
