"""Regression of counts with a logarithmic link: what growth, alarms and forecasts fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import xlog1py, xlogy

from analysis.daily_counts import Floats
from analysis.errors import NoFitError

MOST_DISPERSION = 100.0
"""The largest variance of a negative binomial count in excess of its mean, in squares of the mean, that is looked for.
"""

_MOST_STEPS = 300
_MOST_HALVINGS = 20
_SETTLED = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """One regression.

    `covariance`: of the coefficients, before any dispersion; `leverages`: the diagonal of the hat matrix; `pearson`:
    squared residuals over their variances, summed; `left`: degrees of freedom, counts less coefficients; `dispersion`:
    the variance is mean + dispersion · mean² (0: Poisson).
    """

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    leverages: Floats
    pearson: float
    deviance: float
    left: int
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

    McCullagh P, Nelder JA, "Generalized Linear Models", 2nd edition (1989), chapter 2.5: iterated weighted least
    squares. It starts and stops, and takes its weights, as R's glm, so that digits agree where rounding shows; where
    that does not settle, it starts from the mean. A library's was tried: it costs each process that imports it 76 MB.
    Raises NoFitError where it does not settle.
    """
    prior = np.ones_like(counts) if weights is None else weights
    shift = np.zeros_like(counts) if offset is None else offset
    for start in (counts + 0.1, (counts + counts.mean()) / 2 + 1e-9):
        with np.errstate(all="ignore"):
            fit = _settle(counts, design, prior, shift, dispersion, start)
        if fit is not None:
            return fit
    raise NoFitError("regression")


def _settle(
    counts: Floats, design: Floats, prior: Floats, shift: Floats, dispersion: float, mean: Floats
) -> Fit | None:
    """Steps from the mean given until the deviance changes no more; a step that leads away is halved."""
    predictor, coefficients = np.log(mean), None
    before = _deviance(counts, mean, prior, dispersion)
    for _ in range(_MOST_STEPS):
        working = prior * mean / (1 + dispersion * mean)
        root = np.sqrt(working)
        basis, triangle = np.linalg.qr(design * root[:, None])
        if not (np.abs(np.diagonal(triangle)) > 1e-9 * np.abs(triangle).max()).all():
            return None
        response = predictor - shift + (counts - mean) / mean
        step = np.linalg.solve(triangle, basis.T @ (response * root))
        for _ in range(_MOST_HALVINGS):
            predictor = design @ step + shift
            mean = np.exp(predictor)
            deviance = _deviance(counts, mean, prior, dispersion)
            if coefficients is None or deviance <= before + _SETTLED * (abs(before) + 0.1):
                break
            step = (step + coefficients) / 2
        if not np.isfinite(deviance):
            return None
        coefficients = step
        if abs(deviance - before) < _SETTLED * (abs(deviance) + 0.1):
            inverse = np.linalg.inv(triangle)
            pearson = float((working * ((counts - mean) / mean) ** 2).sum())
            leverages = np.square(basis).sum(axis=1)
            left = len(counts) - design.shape[1]
            return Fit(coefficients, inverse @ inverse.T, mean, leverages, pearson, deviance, left, dispersion)
        before = deviance
    return None


def _deviance(counts: Floats, mean: Floats, prior: Floats, dispersion: float) -> float:
    if dispersion == 0:
        return float(2 * (prior * (xlogy(counts, counts / mean) - counts + mean)).sum())
    size = 1 / dispersion
    tail = xlog1py(counts + size, (counts - mean) / (mean + size))
    return float(2 * (prior * (xlogy(counts, counts / mean) - tail)).sum())


def fit_dispersed(counts: Floats, design: Floats, offset: Floats | None = None) -> Fit:
    """Fit a negative binomial regression whose dispersion makes the squared residuals as large as they should be.

    Breslow NE, "Extra-Poisson variation in log-linear models", Applied Statistics 33 (1984) 38-44. Counts that vary no
    more than Poisson's have dispersion 0.
    """
    fit = fit_counts(counts, design, offset=offset)
    if fit.left <= 0:
        return fit
    for _ in range(10):
        dispersion = _dispersion(counts, fit.fitted, fit.left)
        settled = abs(dispersion - fit.dispersion) <= 1e-6 * (1 + dispersion)
        if settled:
            break
        fit = fit_counts(counts, design, offset=offset, dispersion=dispersion)
    return fit


def _dispersion(counts: Floats, fitted: Floats, left: int) -> float:
    squares = (counts - fitted) ** 2

    def excess(dispersion: float) -> float:
        return float((squares / (fitted + dispersion * fitted**2)).sum()) - left

    if excess(0) <= 0:
        return 0.0
    return MOST_DISPERSION if excess(MOST_DISPERSION) > 0 else float(brentq(excess, 0, MOST_DISPERSION, xtol=1e-10))
