"""How fast counts grow or fall, and in how many days they double or halve."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm
from scipy.stats import t as student

from analysis.daily_counts import Counts, Floats, between, daily_counts
from analysis.errors import NoFitError, NotEnoughDataError
from analysis.regression import Fit, fit_counts, fit_dispersed

FEWEST_CASES = 10

_FARTHEST = 40.0
"""How many standard errors from the estimate an end of its interval is looked for."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Exponential growth per unit of time, below 0 where counts fall, and what follows from it.

    `doubling` and `halving`: units of time, with the interval's ends, each None where the rate, or that end, has
    another sign; `dispersion`: the variance of a count is mean + dispersion · mean².
    """

    rate: float
    lower: float
    upper: float
    doubling: float | None
    doubling_lower: float | None
    doubling_upper: float | None
    halving: float | None
    halving_lower: float | None
    halving_upper: float | None
    dispersion: float


def growth(
    dates: Sequence[date],
    counts: Sequence[float],
    *,
    by_weekday: bool = True,
    level: float = 0.95,
    profile: bool = True,
) -> Growth:
    """Growth per day over all the days given; take three weeks or so, within which it is taken to be one number.

    A negative binomial regression on time and, `by_weekday`, the day of the week; a weekday that never has a count is
    left out as one of no reports. See `growth_rate` for the interval and its source.
    It assumes that days given are complete (the newest seldom are: cut them off, or take a nowcast) and that the share
    of cases that are reported does not change. It says nothing of the days to come.
    Raises NotEnoughDataError with fewer than 14 days (7 without the day of the week) or 10 cases, and NoFitError.
    """
    checked = daily_counts(dates, counts, 14 if by_weekday else 7)
    if not by_weekday:
        return growth_rate(
            np.arange(len(checked.dates), dtype=np.float64), checked.counts, level=level, profile=profile
        )
    times, kept, weekdays = reported_weekdays(checked)
    return growth_rate(times, kept.counts, weekdays, level=level, profile=profile)


def reported_weekdays(checked: Counts) -> tuple[Floats, Counts, Floats]:
    """Without weekdays that never have a count: days since the first, counts, and columns of all weekdays but the
    first.
    """
    weekdays = checked.weekdays
    found = [day for day in range(7) if checked.counts[weekdays == day].any()]
    kept = np.isin(weekdays, found)
    if not found:
        raise NotEnoughDataError("counts", f"{FEWEST_CASES} cases", "0")
    dates = tuple(day for day, keep in zip(checked.dates, kept, strict=True) if keep)
    columns = (weekdays[kept][:, None] == np.array(found[1:])).astype(np.float64)
    return np.flatnonzero(kept).astype(np.float64), Counts(dates, checked.counts[kept]), columns


def growth_rate(
    times: Floats,
    counts: Floats,
    columns: Floats | None = None,
    *,
    level: float = 0.95,
    profile: bool = True,
    poisson: bool = False,
) -> Growth:
    """The rate at which counts at `times`, numbers in any unit, grow; `columns`: what else they depend on.

    Poisson or, unless `poisson`, negative binomial regression. The interval is that of the profile likelihood (Venzon
    DJ, Moolgavkar SH, "A method for computing profile-likelihood-based confidence intervals", Applied Statistics 37
    (1988) 87-94), as R's `confint` and the package `i2extras` give it; without `profile` Wald's, which is a third of
    the work. The dispersion is taken for known; where there is any, a quantile of Student's distribution makes up for
    that. Raises NotEnoughDataError with fewer than 10 cases or 3 times, and NoFitError.
    """
    between("level", level, 0, 1)
    others = np.ones((len(counts), 1)) if columns is None else np.column_stack([np.ones(len(counts)), columns])
    if len(counts) < others.shape[1] + 2:
        raise NotEnoughDataError("counts", f"{others.shape[1] + 2} times", f"{len(counts)}")
    if counts.sum() < FEWEST_CASES:
        raise NotEnoughDataError("counts", f"{FEWEST_CASES} cases", f"{counts.sum():g}")
    centred = times - times.mean()
    design = np.column_stack([others, centred])
    fit = fit_counts(counts, design) if poisson else fit_dispersed(counts, design)
    rate, error = float(fit.coefficients[-1]), math.sqrt(fit.covariance[-1, -1])
    tail = (1 - level) / 2
    reach = float(student.isf(tail, fit.left) if fit.dispersion > 0 else norm.isf(tail))
    if profile:
        drop = _drop(counts, others, centred, fit)
        lower, upper = (_end(drop, rate, side * error, reach**2) for side in (-1, 1))
    else:
        lower, upper = rate - reach * error, rate + reach * error
    return _growth(rate, lower, upper, fit.dispersion)


def _drop(counts: Floats, others: Floats, times: Floats, fit: Fit) -> Callable[[float], float]:
    """How much worse the counts are explained if the rate is another."""

    def drop(rate: float) -> float:
        return fit_counts(counts, others, offset=rate * times, dispersion=fit.dispersion).deviance - fit.deviance

    return drop


def _end(drop: Callable[[float], float], rate: float, step: float, wanted: float) -> float:
    far = 2.0
    while drop(rate + far * step) < wanted:
        far *= 1.5
        if far > _FARTHEST:
            raise NoFitError("regression of growth")
    return float(brentq(lambda at: drop(rate + at * step) - wanted, 0, far, xtol=1e-9)) * step + rate


def _growth(rate: float, lower: float, upper: float, dispersion: float) -> Growth:
    doubling, doubling_lower, doubling_upper = (_time_to_double(r) for r in (rate, upper, lower))
    halving, halving_lower, halving_upper = (_time_to_double(-r) for r in (rate, lower, upper))
    return Growth(
        rate, lower, upper, doubling, doubling_lower, doubling_upper, halving, halving_lower, halving_upper, dispersion
    )


def _time_to_double(rate: float) -> float | None:
    return math.log(2) / rate if rate > 0 else None
