"""Regression is what statsmodels finds, to many digits, over seeded and drawn counts."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import NoFitError
from analysis.regression import Fit, fit_counts, fit_dispersed


def made(seed: int, count: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    design = np.column_stack([np.ones(count), random.normal(size=count), random.integers(0, 2, count)])
    offset = random.normal(size=count) / 3
    mean = np.exp(design @ np.array([2.0, 0.4, -0.7]) + offset)
    return random.negative_binomial(3, 3 / (3 + mean)).astype(float), design, random.uniform(0.2, 2, count), offset


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dispersion", [0.0, 0.4])
def test_fit_is_that_of_another_library(seed: int, dispersion: float) -> None:
    counts, design, weights, offset = made(seed)
    found = fit_counts(counts, design, weights=weights, offset=offset, dispersion=dispersion)
    family = sm.families.NegativeBinomial(alpha=dispersion) if dispersion else sm.families.Poisson()
    theirs = sm.GLM(counts, design, family=family, var_weights=weights, offset=offset).fit(tol=1e-12)
    assert found.coefficients == pytest.approx(theirs.params, abs=1e-5)
    assert found.deviance == pytest.approx(theirs.deviance, rel=1e-6)
    assert found.covariance == pytest.approx(theirs.cov_params(scale=1.0), rel=1e-3)
    assert found.pearson == pytest.approx(theirs.pearson_chi2, rel=1e-3)
    assert found.leverages == pytest.approx(theirs.get_hat_matrix_diag(observed=False), rel=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_dispersion_makes_residuals_right(seed: int) -> None:
    counts, design, _, offset = made(seed, 200)
    found = fit_dispersed(counts, design, offset)
    assert found.dispersion == pytest.approx(1 / 3, abs=0.2)
    assert found.pearson == pytest.approx(found.left, rel=1e-3)


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=40))
def test_fitted_sum_is_the_sum(counts: list[int]) -> None:
    given_counts = np.array(counts, dtype=float)
    try:
        found: Fit = fit_counts(given_counts, np.ones((len(counts), 1)))
    except NoFitError:
        assert sum(counts) == 0
        return
    assert found.fitted.sum() == pytest.approx(sum(counts), rel=1e-3, abs=1e-2)
    assert found.leverages.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("counts", "design"),
    [
        ([1.0, 2.0, 3.0], [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]),
        ([1.0, 2.0, 3.0], [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]),
        ([1e300, 1.0, 1.0], [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]),
    ],
)
def test_what_does_not_settle_is_refused(counts: list[float], design: list[list[float]]) -> None:
    with pytest.raises(NoFitError):
        fit_counts(np.array(counts), np.array(design))
