"""A short forecast of daily counts, beside the plain one that the last week repeats itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.daily_counts import Counts, Floats, between, daily_counts
from analysis.errors import NotEnoughDataError
from analysis.growth import FEWEST_CASES
from analysis.regression import Fit, fit_dispersed
from analysis.weekdays import weekdays

PROBABILITIES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Of the quantiles of a forecast: the median and the ends of intervals of 50, 80 and 95 percent."""

DAYS_OF_TREND = 21
"""Days that the trend is fitted to."""

DAYS_OF_CHANGE = 56
"""Days whose changes from week to week the plain forecast's spread is made of."""

DAMPING = 0.85
"""What of a day's growth the next day is expected to keep."""

GROWTH_SPREAD = 1.5
"""By how much growth may differ from now on, in standard deviations of what it did from week to week."""

MOST_DAYS = 28
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """One day to come: the median and the intervals of 50, 80 and 95 percent."""

    date: date
    lower_95: float
    lower_80: float
    lower_50: float
    median: float
    upper_50: float
    upper_80: float
    upper_95: float

    @property
    def quantiles(self) -> tuple[float, ...]:
        """As `PROBABILITIES`."""
        return (
            self.lower_95, self.lower_80, self.lower_50, self.median, self.upper_50, self.upper_80, self.upper_95,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """The days to come by trend, and by the plain forecast beside which it must be looked at."""

    trend: tuple[ForecastDay, ...]
    plain: tuple[ForecastDay, ...]


def forecast(dates: Sequence[date], counts: Sequence[float] | Floats, days: int = 14) -> Forecast:
    """Forecast `days` days, 28 at most, after the last date. The same counts give the same numbers.

    By trend: a negative binomial regression of the last 21 days on time, times what `weekdays` finds; growth fades
    (Gardner ES, McKenzie E, "Forecasting trends in time series", Management Science 31 (1985) 1237-1246); quantiles of
    draws of coefficients, which are taken as normal, of growth, which changes as it did in the last 56 days, and of
    counts. Plain: the same day of the last week, spread as counts changed from week to week in the last 56 days, up as
    likely as down, like the baseline of Cramer EY et al., "Evaluation of individual and ensemble probabilistic
    forecasts of COVID-19 mortality in the United States", PNAS 119 (2022) e2113561119.
    Neither knows of measures, holidays, seasons, or that newest days are incomplete: give complete days. Show neither
    without `forecast_scores`, which says how they did before.
    Raises NotEnoughDataError with fewer than 56 days, or fewer than 10 cases in the last 21, and NoFitError.
    """
    between("days", days, 0, MOST_DAYS + 1)
    known = daily_counts(dates, counts, DAYS_OF_CHANGE).last(DAYS_OF_CHANGE)
    horizon = [known.dates[-1] + timedelta(days=n) for n in range(1, days + 1)]
    return Forecast(
        _forecast_days(horizon, _by_trend(known, horizon)), _forecast_days(horizon, _by_last_week(known, days))
    )


def _forecast_days(horizon: list[date], quantiles: Floats) -> tuple[ForecastDay, ...]:
    return tuple(ForecastDay(day, *map(float, row)) for day, row in zip(horizon, quantiles, strict=True))


def _unsteadiness(known: Counts) -> float:
    """By how much growth a day differed from one week to the next, as a standard deviation."""
    weeks = known.counts.reshape(-1, 7).sum(axis=1)
    changes = np.diff(np.log(weeks + 0.5), 2) / 7
    return float(np.sqrt(np.square(changes).mean()))


def _by_trend(known: Counts, horizon: list[date]) -> Floats:
    """A row of quantiles for each day of the horizon."""
    recent = known.last(DAYS_OF_TREND)
    if recent.counts.sum() < FEWEST_CASES:
        raise NotEnoughDataError("counts", f"{FEWEST_CASES} cases in {DAYS_OF_TREND} days", f"{recent.counts.sum():g}")
    factors = np.array([each.factor for each in weekdays(known.dates, known.counts).factors])
    times = np.arange(1 - len(recent.dates), 1, dtype=np.float64)
    usual = factors[recent.weekdays]
    kept = usual > 0
    design = np.column_stack([np.ones(len(times)), times])[kept]
    fit = fit_dispersed(recent.counts[kept], design, np.log(usual[kept]))
    drawn = _drawn(fit, GROWTH_SPREAD * _unsteadiness(known), np.random.default_rng(0))
    at = np.column_stack([np.ones(len(horizon)), np.cumsum(DAMPING ** np.arange(1, len(horizon) + 1))])
    random = np.random.default_rng(1)
    mean = np.exp(np.minimum(drawn @ at.T, math.log(recent.counts.max() + 1) + 7))
    mean *= factors[[day.weekday() for day in horizon]]
    if fit.dispersion > 0:
        mean = mean * random.gamma(1 / fit.dispersion, fit.dispersion, mean.shape)
    return np.asarray(np.quantile(random.poisson(mean), PROBABILITIES, axis=0).T)


def _drawn(fit: Fit, spread: float, random: np.random.Generator) -> Floats:
    """Coefficients as likely as the fit says, the last of which, growth, may change by `spread`."""
    root = np.linalg.cholesky(fit.covariance + 1e-12 * np.eye(len(fit.covariance)))
    drawn = fit.coefficients + random.standard_normal((_DRAWS, len(root))) @ root.T
    drawn[:, -1] += spread * random.standard_normal(_DRAWS)
    return np.asarray(drawn)


def _by_last_week(recent: Counts, days: int) -> Floats:
    logs = np.log1p(recent.counts)
    rows = []
    for ahead in range(days):
        weeks = ahead // 7 + 1
        changes = logs[7 * weeks :] - logs[: -7 * weeks]
        spread = np.quantile(np.concatenate([changes, -changes]), PROBABILITIES)
        spread[PROBABILITIES.index(0.5)] = 0
        rows.append(np.maximum(np.expm1(logs[len(logs) + ahead - 7 * weeks] + spread), 0))
    return np.array(rows)
