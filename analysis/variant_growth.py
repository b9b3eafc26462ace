"""How much faster one variant spreads than another, by how shares change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from analysis.daily_counts import MOST, Floats, between
from analysis.errors import NotEnoughDataError, UnusableDataError
from analysis.multinomial import MultinomialFit, fit_multinomial

FEWEST_CASES = 10
FEWEST_DATES = 3

_LEAST = 1e-12
"""Shares below are taken for this one where they are divided by."""


@dataclass(frozen=True, slots=True)
class Advantage:
    """Of one variant over the one compared with: the difference of their growth rates a day, with its interval.

    `times`: the factor by which cases of this variant outgrow the other's within one generation, with its interval.
    """

    variant: str
    per_day: float
    lower: float
    upper: float
    times: float
    times_lower: float
    times_upper: float


@dataclass(frozen=True, slots=True)
class FittedShare:
    """The share of a variant on a date as the regression has it, with its interval."""

    date: date
    variant: str
    share: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class VariantGrowth:
    """`overdispersion`: how many times more shares vary than a random sample's would; intervals are widened by it."""

    compared_with: str
    advantages: tuple[Advantage, ...]
    shares: tuple[FittedShare, ...]
    overdispersion: float


def variant_growth(
    dates: Sequence[date],
    counts: Mapping[str, Sequence[int]],
    compared_with: str,
    *,
    generation_days: float = 7.0,
    level: float = 0.95,
) -> VariantGrowth:
    """Growth advantage of each variant over `compared_with`; dates ascend and may have gaps, counts are of each date.

    Multinomial logistic regression of variants on time: Campbell F et al., "Increased transmissibility and global
    spread of SARS-CoV-2 variants of concern as at June 2021", Euro Surveill 26 (2021) 2100509; `times` is exp(advantage
    · generation) as there, of generations of one length. Variance as of McCullagh P, Nelder JA (1989), chapter 5.5. It
    assumes advantages that do not change, sequenced cases that are a random sample of each date, equal generation times
    of variants, and that no variant is imported anew. An advantage may be immunity evaded as well as infectiousness.
    Raises NotEnoughDataError for fewer than 3 dates with counts, or 2 variants of 10 cases on 2 dates; else name the
    rare ones together first. Raises NoFitError where shares only ever go from none to all, and UnusableDataError.
    """
    between("generation_days", generation_days, 0, math.inf)
    between("level", level, 0, 1)
    variants = [compared_with, *(variant for variant in counts if variant != compared_with)]
    matrix = _matrix(dates, counts, variants)
    kept = matrix.sum(axis=1) > 0
    days = np.array([(day - dates[0]).days for day in dates], dtype=np.float64)[kept]
    centre, scale = days.mean(), max(float(days.std()), 1.0)
    design = np.column_stack([np.ones(len(days)), (days - centre) / scale])
    fit = fit_multinomial(matrix[kept], design)
    reach = float(norm.isf((1 - level) / 2))
    advantages = []
    for number, variant in enumerate(variants[1:]):
        rate = fit.coefficients[1, number] / scale
        half = reach * math.sqrt(fit.covariance[2 * number + 1, 2 * number + 1] * fit.overdispersion) / scale
        ends = (float(rate), float(rate - half), float(rate + half))
        advantages.append(Advantage(variant, *ends, *(_exp(end * generation_days) for end in ends)))
    shown = [day for day, keep in zip(dates, kept, strict=True) if keep]
    return VariantGrowth(
        compared_with, tuple(advantages), _fitted_shares(shown, variants, design, fit, reach), fit.overdispersion
    )


def _matrix(dates: Sequence[date], counts: Mapping[str, Sequence[int]], variants: list[str]) -> Floats:
    if variants[0] not in counts:
        raise UnusableDataError("compared_with", f"there is no variant {variants[0]!r}; there are {', '.join(counts)}")
    if any(after <= before for before, after in pairwise(dates)):
        raise UnusableDataError("dates", "give each date once and in order")
    for variant, found in counts.items():
        if len(found) != len(dates):
            raise UnusableDataError("counts", f"{len(found)} of {variant!r} for {len(dates)} dates; give one for each")
    matrix = np.array([counts[variant] for variant in variants], dtype=np.float64).T.reshape(len(dates), len(variants))
    if not ((matrix >= 0) & (matrix <= MOST)).all():
        raise UnusableDataError("counts", f"numbers from 0 to {MOST:g} are needed")
    if len(variants) < 2:
        raise NotEnoughDataError("counts", "2 variants", f"{len(variants)}")
    if (with_counts := np.count_nonzero(matrix.sum(axis=1))) < FEWEST_DATES:
        raise NotEnoughDataError("dates", f"{FEWEST_DATES} with sequenced cases", f"{with_counts}")
    for variant, column in zip(variants, matrix.T, strict=True):
        if column.sum() < FEWEST_CASES or np.count_nonzero(column) < 2:
            needed = f"{FEWEST_CASES} cases of {variant!r} on 2 dates"
            raise NotEnoughDataError("counts", needed, f"{column.sum():g} on {np.count_nonzero(column)}")
    return matrix


def _fitted_shares(
    dates: Sequence[date], variants: list[str], design: Floats, fit: MultinomialFit, reach: float
) -> tuple[FittedShare, ...]:
    """Intervals by the delta rule on the log odds of each share against all others, so that none leaves 0 to 1."""
    found = []
    for day, row, shares in zip(dates, design, fit.probabilities, strict=True):
        for number, variant in enumerate(variants):
            share = float(shares[number])
            rest = max(float(np.delete(shares, number).sum()), _LEAST)
            slopes = -shares[1:] / rest
            if number:
                slopes[number - 1] = 1
            gradient = np.outer(slopes, row).ravel()
            half = reach * math.sqrt(max(float(gradient @ fit.covariance @ gradient) * fit.overdispersion, 0))
            odds = math.log(max(share, _LEAST) / rest)
            lower, upper = min(float(expit(odds - half)), share), max(float(expit(odds + half)), share)
            found.append(FittedShare(day, variant, share, lower, upper))
    return tuple(found)


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))
