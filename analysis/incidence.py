"""New cases of the last days per 100,000 people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import gamma

from analysis.daily_counts import between, daily_counts


@dataclass(frozen=True, slots=True)
class Incidence:
    """Of the days that end with `date`: cases, cases per 100,000 people and the interval that chance alone explains."""

    date: date
    cases: float
    per_100_000: float
    lower: float
    upper: float


def incidence_per_100_000(
    dates: Sequence[date], counts: Sequence[float], population: float, days: int = 7, level: float = 0.95
) -> tuple[Incidence, ...]:
    """Of each day with `days - 1` days before it: the cases of those days per 100,000 people.

    The interval is the exact one of a Poisson mean: Garwood F, "Fiducial limits for the Poisson distribution",
    Biometrika 28 (1936) 437-442. It holds if cases come one by one and all are reported; clusters and late reports make
    the truth less certain than it says.
    Counts may be below 0 (corrections); where the sum is, the interval starts and ends at it.
    Raises NotEnoughDataError with fewer than `days` days and UnusableDataError without a population above 0.
    """
    checked = daily_counts(dates, counts, days, negative=True)
    between("population", population, 0, float("inf"))
    between("level", level, 0, 1)
    between("days", days, 0, 367)
    sums = np.convolve(checked.counts, np.ones(days), mode="valid")
    found = np.maximum(sums, 0)
    tail = (1 - level) / 2
    lower = np.where(found > 0, gamma.ppf(tail, np.where(found > 0, found, 1)), 0.0)
    upper = gamma.ppf(1 - tail, found + 1)
    lower, upper = (np.where(sums < 0, sums, ends) for ends in (lower, upper))
    scale = 100_000 / population
    return tuple(
        Incidence(day, float(cases), float(cases * scale), float(low * scale), float(high * scale))
        for day, cases, low, high in zip(checked.dates[days - 1 :], sums, lower, upper, strict=True)
    )
