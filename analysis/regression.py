"""Regression of counts with a logarithmic link: what growth, alarms and forecasts fit. Alone here statsmodels is used."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from statsmodels.genmod.families import NegativeBinomial, Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from analysis.daily_counts import Floats
from analysis.errors import NoFitError

MOST_DISPERSION = 100.0
"""The largest variance of a negative binomial count in excess of its mean, in squares of the mean, that is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """One regression. `covariance`: of the coefficients, before any dispersion; `pearson`: weighted squared residuals.

    `dispersion`: the variance is mean + dispersion · mean² (0: Poisson). `leverages`: the diagonal of the hat matrix.
    """

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    leverages: Floats
    pearson: float
    deviance: float
    left: int
    """Degrees of freedom: counts less coefficients."""
    dispersion: float


def fit_counts(
    counts: Floats,
    design: Floats,
    *,
    weights: Floats | None = None,
    offset: Floats | None = None,
    dispersion: float = 0.0,
) -> Fit:
    """Fit counts, one for each row of the design, whose columns must not depend on each other.

    McCullagh P, Nelder JA, "Generalized Linear Models", 2nd edition (1989), chapter 6, by iterated weighted least
    squares. Raises NoFitError where it does not settle.
    """
    family = NegativeBinomial(alpha=dispersion) if dispersion > 0 else Poisson()
    model = GLM(counts, design, family=family, var_weights=weights, offset=offset)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = model.fit(maxiter=50, tol=1e-10)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise NoFitError("regression") from error
        covariance = np.asarray(result.cov_params(scale=1.0))
    fitted = np.asarray(result.fittedvalues)
    if not (result.converged and np.isfinite(covariance).all() and np.isfinite(fitted).all()):
        raise NoFitError("regression")
    prior = np.ones_like(counts) if weights is None else weights
    variance = fitted + dispersion * fitted**2
    working = prior * fitted**2 / variance
    return Fit(
        np.asarray(result.params),
        covariance,
        fitted,
        working * np.einsum("ij,jk,ik->i", design, covariance, design),
        float((prior * (counts - fitted) ** 2 / variance).sum()),
        float(result.deviance),
        len(counts) - design.shape[1],
        dispersion,
    )


def fit_dispersed(counts: Floats, design: Floats, offset: Floats | None = None) -> Fit:
    """Fit a negative binomial regression whose dispersion makes the squared residuals as large as they should be.

    Breslow NE, "Extra-Poisson variation in log-linear models", Applied Statistics 33 (1984) 38-44. Counts that vary no
    more than Poisson's have dispersion 0.
    """
    poisson = fit_counts(counts, design, offset=offset)
    if poisson.left <= 0 or poisson.pearson <= poisson.left:
        return poisson
    fit = poisson
    for _ in range(10):
        dispersion = _dispersion(counts, fit.fitted, fit.left)
        settled = abs(dispersion - fit.dispersion) <= 1e-6 * (1 + dispersion)
        fit = fit_counts(counts, design, offset=offset, dispersion=dispersion)
        if settled:
            break
    return fit


def _dispersion(counts: Floats, fitted: Floats, left: int) -> float:
    squares = (counts - fitted) ** 2

    def excess(dispersion: float) -> float:
        return float((squares / (fitted + dispersion * fitted**2)).sum()) - left

    if excess(0) <= 0:
        return 0.0
    return MOST_DISPERSION if excess(MOST_DISPERSION) > 0 else float(brentq(excess, 0, MOST_DISPERSION, xtol=1e-10))
