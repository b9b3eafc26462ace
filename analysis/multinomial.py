"""Multinomial logistic regression of grouped counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, softmax

from analysis.daily_counts import Floats
from analysis.errors import NoFitError

_MOST_STEPS = 100

_WORST_CONDITION = 1e13

_FARTHEST = 500.0
"""A coefficient that is larger is on its way to no end."""


@dataclass(frozen=True, slots=True, eq=False)
class MultinomialFit:
    """`coefficients`: a row for each column of the design, a column for each category but the first.

    `covariance`: of the coefficients category by category, before any overdispersion; `probabilities`: a row for each
    group; `overdispersion`: squared residuals over degrees of freedom, at least 1.
    """

    coefficients: Floats
    covariance: Floats
    probabilities: Floats
    overdispersion: float


def fit_multinomial(counts: Floats, design: Floats) -> MultinomialFit:
    """Fit the log odds of each category against the first, for groups of counts in rows.

    Agresti A, "Categorical Data Analysis", 2nd edition (2002), chapter 7.1, by Newton's method with halved steps.
    Raises NoFitError where it does not settle, as where a category is only found in groups that hold nothing else.
    """
    columns = design.shape[1]
    others = counts.shape[1] - 1
    totals = counts.sum(axis=1)
    coefficients = np.zeros((columns, others))
    reached = _log_likelihood(counts, design, coefficients)
    for _ in range(_MOST_STEPS):
        probabilities = _probabilities(design, coefficients)
        gradient = (design.T @ (counts - totals[:, None] * probabilities)[:, 1:]).T.ravel()
        information = _information(design, totals, probabilities[:, 1:])
        if np.linalg.cond(information) > _WORST_CONDITION:
            break
        step = np.linalg.solve(information, gradient).reshape(others, columns).T
        if not float(np.abs(coefficients + step).max()) < _FARTHEST:
            break
        part = 1.0
        while (now := _log_likelihood(counts, design, coefficients + part * step)) < reached - 1e-9 and part > 1e-6:
            part /= 2
        coefficients = coefficients + part * step
        if float(np.abs(step).max()) < 1e-6:
            return _fit(counts, design, coefficients)
        reached = now
    raise NoFitError("regression of shares")


def _fit(counts: Floats, design: Floats, coefficients: Floats) -> MultinomialFit:
    totals = counts.sum(axis=1)
    probabilities = _probabilities(design, coefficients)
    information = _information(design, totals, probabilities[:, 1:])
    expected = totals[:, None] * probabilities
    found = expected > 0
    pearson = float(((counts - expected)[found] ** 2 / expected[found]).sum())
    left = (np.count_nonzero(totals) - design.shape[1]) * (counts.shape[1] - 1)
    overdispersion = max(pearson / left, 1.0) if left > 0 else 1.0
    return MultinomialFit(
        coefficients, np.asarray(np.linalg.inv(information), dtype=np.float64), probabilities, overdispersion
    )


def _probabilities(design: Floats, coefficients: Floats) -> Floats:
    return np.asarray(softmax(_log_odds(design, coefficients), axis=1))


def _log_likelihood(counts: Floats, design: Floats, coefficients: Floats) -> float:
    return float((counts * log_softmax(_log_odds(design, coefficients), axis=1)).sum())


def _log_odds(design: Floats, coefficients: Floats) -> Floats:
    """Of every category against the first."""
    return np.column_stack([np.zeros(len(design)), design @ coefficients])


def _information(design: Floats, totals: Floats, probabilities: Floats) -> Floats:
    others, columns = probabilities.shape[1], design.shape[1]
    spread = -probabilities[:, :, None] * probabilities[:, None, :]
    spread[:, range(others), range(others)] += probabilities
    blocks = np.einsum("t,tab,ti,tj->aibj", totals, spread, design, design, optimize=True)
    return np.asarray(blocks).reshape(others * columns, others * columns)
