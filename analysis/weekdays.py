"""How much less is reported on some days of the week."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import t as student

from analysis.daily_counts import Floats, between, daily_counts
from analysis.errors import NotEnoughDataError

FEWEST_DAYS = 34
"""Four weeks whose every day has three days on either side."""

_WIDEST = 50.0
"""The logarithm of how many times a factor may be wrong, at most: it says nothing long before."""


@dataclass(frozen=True, slots=True)
class WeekdayFactor:
    """Of one day of the week, Monday 0: its counts by what they would be if all days were reported alike."""

    weekday: int
    factor: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Weekdays:
    """`adjusted`: each count by its factor, None on weekdays of no reports; `overdispersion`: variance by Poisson's."""

    factors: tuple[WeekdayFactor, ...]
    adjusted: tuple[float | None, ...]
    overdispersion: float


def weekdays(dates: Sequence[date], counts: Sequence[float] | Floats, *, level: float = 0.95) -> Weekdays:
    """Factors of the seven weekdays, whose mean is 1, and counts without them.

    Ratios to the mean of the seven days around: Macaulay FR, "The Smoothing of Time Series" (1931), pooled over weeks
    as a Poisson regression with that mean as exposure does, with quasi-likelihood intervals (McCullagh P, Nelder JA,
    "Generalized Linear Models", 2nd edition (1989), chapter 6). A weekday without any count has an interval from 0. It
    assumes that what one day does not report the next ones do, and that the pattern does not change within the days
    given; holidays are not looked at. It says when cases are reported, not when people fall ill.
    Raises NotEnoughDataError with fewer than 34 days or without a case.
    """
    between("level", level, 0, 1)
    checked = daily_counts(dates, counts, FEWEST_DAYS)
    exposure = np.convolve(checked.counts, np.ones(7) / 7, mode="valid")
    inner, days = checked.counts[3:-3], checked.weekdays[3:-3]
    if not inner.any():
        raise NotEnoughDataError("counts", "a case", "none")
    cases = np.bincount(days, inner, minlength=7)
    exposed = np.bincount(days, exposure, minlength=7)
    left = int(np.count_nonzero(exposure > 0)) - 7
    if left < 7 or not exposed.all():
        raise NotEnoughDataError("counts", "two weeks with cases around each day", f"{max(left + 7, 0)} days")
    raw = cases / exposed
    expected = raw[days] * exposure
    seen = expected > 0
    over = max(float(((inner - expected)[seen] ** 2 / expected[seen]).sum()) / left, 1.0)
    reach = float(student.isf((1 - level) / 2, left))
    scale = float(raw.mean())
    factors = tuple(
        _factor(day, raw[day] / scale, cases[day] / over, exposed[day] * scale / over, reach, level) for day in range(7)
    )
    adjusted = (
        None if factors[day].factor == 0 else float(count / factors[day].factor)
        for count, day in zip(checked.counts, checked.weekdays, strict=True)
    )
    return Weekdays(factors, tuple(adjusted), over)


def _factor(day: int, factor: float, cases: float, exposed: float, reach: float, level: float) -> WeekdayFactor:
    if cases == 0:
        return WeekdayFactor(day, 0.0, 0.0, float(-math.log((1 - level) / 2) / exposed))
    wide = math.exp(min(reach / math.sqrt(cases), _WIDEST))
    return WeekdayFactor(day, float(factor), float(factor / wide), float(factor * wide))
