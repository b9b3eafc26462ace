"""The effective reproduction number: how many people a case infects, as of a window of days."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import gamma

from analysis.daily_counts import Floats, between, daily_counts
from analysis.errors import NotEnoughDataError, UnusableDataError


@dataclass(frozen=True, slots=True)
class ReproductionNumber:
    """Of the days from `start` to `end`, both inside: the posterior's mean, deviation, median and interval."""

    start: date
    end: date
    mean: float
    deviation: float
    median: float
    lower: float
    upper: float
    above_one: float
    """The probability that it is above 1."""


@dataclass(frozen=True, slots=True)
class SerialInterval:
    """Days between the symptoms of a case and of those whom it infects: mean above 1, deviation above 0."""

    mean: float
    deviation: float

    def probabilities(self, days: int) -> Floats:
        """Of 0 to `days` days. A gamma distribution shifted by one day, of cases whose hour of either day is not known.

        Cori A, Ferguson NM, Fraser C, Cauchemez S, "A New Framework and Software to Estimate Time-Varying Reproduction
        Numbers During Epidemics", Am J Epidemiol 178 (2013) 1505-1512, web appendix 11.
        """
        between("mean", self.mean, 1, math.inf)
        between("deviation", self.deviation, 0, math.inf)
        shape = ((self.mean - 1) / self.deviation) ** 2
        scale = self.deviation**2 / (self.mean - 1)
        at = np.arange(-2, days + 1, dtype=np.float64)
        longer = shape * scale * gamma.sf(at, shape + 1, scale=scale) - at * gamma.sf(at, shape, scale=scale)
        return np.asarray(np.maximum(longer[2:] - 2 * longer[1:-1] + longer[:-2], 0))


def reproduction_numbers(
    dates: Sequence[date],
    counts: Sequence[float],
    serial_interval: SerialInterval | Sequence[float],
    *,
    window: int = 7,
    imported: Sequence[float] | None = None,
    prior_mean: float = 5,
    prior_deviation: float = 5,
    level: float = 0.95,
) -> tuple[ReproductionNumber, ...]:
    """Of each window of `window` days from the second day on, as Cori et al. (2013, see `SerialInterval`).

    `counts`: new cases by day of symptoms, all of them; `imported`: those of them who were infected elsewhere, else the
    first day's alone are. `serial_interval`: or its probabilities of 0, 1, 2, … days, the first of which is 0.
    Given the days before, cases of a day are Poisson with mean R times the infectivity of those days; R is one number
    within a window, its prior a gamma distribution, and so its posterior.
    It assumes that the share of cases that are reported, the delay of reports and the serial interval do not change:
    where the newest days are incomplete, R of the newest windows is too low. Windows in which nothing could have been
    infected say little more than the prior; see `deviation`.
    Raises NotEnoughDataError with fewer than `window + 1` days or without a case before the last day.
    """
    checked = daily_counts(dates, counts, window + 1)
    for field, value in (("prior_mean", prior_mean), ("prior_deviation", prior_deviation), ("window", window)):
        between(field, value, 0, math.inf)
    between("level", level, 0, 1)
    cases = checked.counts
    local = cases - _imported(checked.dates, cases, imported)
    if not cases[:-1].any():
        raise NotEnoughDataError("counts", "a case before the last day", "none")
    infectivity = _infectivity(cases, _probabilities(serial_interval, len(cases)))
    sums = (np.convolve(days, np.ones(window), mode="valid") for days in (local[1:], infectivity[1:]))
    infected, exposed = sums
    shape = (prior_mean / prior_deviation) ** 2 + infected
    scale = 1 / (prior_mean / prior_deviation**2 + exposed)
    tail = (1 - level) / 2
    columns = (
        shape * scale,
        np.sqrt(shape) * scale,
        *(gamma.ppf(q, shape, scale=scale) for q in (0.5, tail, 1 - tail)),
        gamma.sf(1, shape, scale=scale),
    )
    return tuple(
        ReproductionNumber(checked.dates[first], checked.dates[first + window - 1], *map(float, numbers))
        for first, numbers in enumerate(zip(*columns, strict=True), start=1)
    )


def _imported(dates: Sequence[date], cases: Floats, imported: Sequence[float] | None) -> Floats:
    if imported is None:
        first = np.zeros_like(cases)
        first[0] = cases[0]
        return first
    others = daily_counts(dates, imported).counts
    if (others > cases).any():
        raise UnusableDataError("imported", "more cases than there are on a day; counts has all of them")
    return others


def _probabilities(serial_interval: SerialInterval | Sequence[float], days: int) -> Floats:
    if isinstance(serial_interval, SerialInterval):
        return serial_interval.probabilities(days - 1)
    given = np.asarray(serial_interval, dtype=np.float64)
    if len(given) < 2 or given[0] != 0 or not (given >= 0).all() or abs(given.sum() - 1) > 0.01:
        problem = "probabilities of 0, 1, 2, … days are needed, none below 0, the first 0, whose sum is 1"
        raise UnusableDataError("serial_interval", problem)
    return np.concatenate([given, np.zeros(days)])[:days]


def _infectivity(cases: Floats, probabilities: Floats) -> Floats:
    return np.convolve(cases, probabilities)[: len(cases)]
