"""Outbreak alarms of weekly counts from the same weeks of past years: Farrington's method, as improved by Noufaily."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from analysis.count_distribution import CountDistribution
from analysis.daily_counts import Counts, Floats, between, weekly_counts
from analysis.errors import NoFitError, NotEnoughDataError
from analysis.farrington_history import History, history, reference_weeks
from analysis.regression import Fit, fit_counts

_MOST_EXPONENT = 300.0


class Threshold(StrEnum):
    """How the threshold is found: a normal quantile of counts^(2/3), or one of the negative binomial distribution.

    QUANTILE takes the expected count for known, UPPER_QUANTILE takes its own upper limit.
    """

    TRANSFORMED = "transformed"
    QUANTILE = "quantile"
    UPPER_QUANTILE = "upper quantile"


@dataclass(frozen=True, slots=True)
class FarringtonSettings:
    """What the method is used with; the defaults are the improved method's."""

    years: int = 5
    half_window: int = 3
    seasons: int = 10
    left_out: int = 26
    reweight_above: float = 2.58
    trend_below: float = 1.0
    """The p-value below which a trend is kept."""
    alpha: float = 0.005
    threshold: Threshold = Threshold.QUANTILE
    fewest_cases: int = 5
    within_weeks: int = 4
    """No alarm unless there were as many cases in these last weeks."""
    calendar: bool = True
    """Years are those of the calendar, else 52 weeks."""


IMPROVED = FarringtonSettings()
ORIGINAL = replace(
    IMPROVED, seasons=1, left_out=3, reweight_above=1.0, trend_below=0.05, threshold=Threshold.TRANSFORMED
)
"""As in Farrington CP, Andrews NJ, Beale AD, Catchpole MA, J R Statist Soc A 159 (1996) 547-563, but one-sided."""


@dataclass(frozen=True, slots=True)
class FarringtonWeek:
    """One week judged. `p_value`: the chance of as many cases or more; `growth`: a week's, None where no trend was
    kept.

    `threshold` is None where there were too few cases of late for any alarm.
    """

    date: date
    count: float
    expected: float
    threshold: float | None
    p_value: float
    overdispersion: float
    growth: float | None
    alarm: bool


def farrington(
    dates: Sequence[date],
    counts: Sequence[float],
    settings: FarringtonSettings = IMPROVED,
    *,
    last: int = 1,
    population: Sequence[float] | None = None,
) -> tuple[FarringtonWeek, ...]:
    """The `last` weeks, each judged by the years before it.

    Noufaily et al. (2013, see `farrington_history.history`), as the R package `surveillance` computes it (Salmon M,
    Schumacher D, Höhle M, J Stat Softw 70 (2016) no. 10): a quasi-Poisson regression on time and season, past outbreaks
    weighted down by their Anscombe residuals, a trend only where it does not lead above all past counts. It assumes
    that reporting has not changed over these years, and that weeks of one season differ by trend and chance alone. The
    newest week must be complete. Many series judged at once have false alarms: about `alpha` of them. Raises
    NotEnoughDataError where the past does not reach back far enough or is all 0, NoFitError, UnusableDataError.
    """
    _check(settings, last)
    checked = weekly_counts(dates, counts, last)
    people = weekly_counts(dates, population).counts if population is not None else np.ones(len(checked.counts))
    between("population", float(people.min()), 0, math.inf)
    return tuple(_judge(checked, people, week, settings) for week in range(len(dates) - last, len(dates)))


def _check(settings: FarringtonSettings, last: int) -> None:
    between("last", last, 0, math.inf)
    between("alpha", settings.alpha, 0, 1)
    between("years", settings.years, 0, 100)
    between("half_window", settings.half_window, -1, 20)
    between("seasons", settings.seasons, 0, 45)
    between("left_out", settings.left_out, -1, 52)
    between("fewest_cases", settings.fewest_cases, -1, math.inf)
    between("within_weeks", settings.within_weeks, 0, math.inf)
    between("reweight_above", settings.reweight_above, 0, math.inf)


def _judge(series: Counts, people: Floats, week: int, settings: FarringtonSettings) -> FarringtonWeek:
    references = reference_weeks(series.dates, week, settings.years, calendar=settings.calendar)
    past = history(references, settings.half_window, settings.seasons, settings.left_out)
    model = _fit(series.counts, people, past, week, settings)
    observed = float(series.counts[week])
    recent = series.counts[max(0, week - settings.within_weeks + 1) : week + 1].sum()
    upper, p_value = _threshold(model, observed, settings)
    enough = recent >= settings.fewest_cases
    return FarringtonWeek(
        series.dates[week],
        observed,
        model.expected,
        upper if enough else None,
        p_value,
        model.overdispersion,
        model.growth,
        bool(enough and observed > max(upper, 0)),
    )


@dataclass(frozen=True, slots=True)
class _Model:
    expected: float
    log_deviation: float
    overdispersion: float
    growth: float | None


def _fit(counts: Floats, people: Floats, past: History, week: int, settings: FarringtonSettings) -> _Model:
    response, offset = counts[past.weeks], np.log(people[past.weeks])
    if not response.any():
        raise NotEnoughDataError("counts", "a case in the years before", "none")
    now = float(np.log(people[week]))
    with_trend = _design(past, past.weeks - past.weeks[0])
    at = np.zeros(with_trend.shape[1])
    at[-1] = 1
    at[:2] = 1, week - past.weeks[0]
    try:
        fit, over = _reweighted(response, with_trend, offset, settings)
    except NoFitError:
        pass
    else:
        model = _predicted(fit, over, at, now, float(fit.coefficients[1]))
        if settings.years >= 3 and _significant(fit, over, settings) and model.expected <= response.max():
            return model
    fit, over = _reweighted(response, np.delete(with_trend, 1, axis=1), offset, settings)
    return _predicted(fit, over, np.delete(at, 1), now, None)


def _design(past: History, times: Floats) -> Floats:
    """One, time, and all seasons but the first."""
    seasons = np.unique(past.seasons)[1:]
    return np.column_stack([np.ones(len(times)), times, past.seasons[:, None] == seasons])


@dataclass(frozen=True, slots=True)
class _Dispersion:
    """Of a reweighted fit. `of_errors`: what the R package scales standard errors by.

    There the weights of outbreaks stand where the weights of the last iteration should; the published thresholds of the
    transformed kind are made with it.
    """

    of_counts: float
    of_errors: float


def _reweighted(
    response: Floats, design: Floats, offset: Floats, settings: FarringtonSettings
) -> tuple[Fit, _Dispersion]:
    first = fit_counts(response, design, offset=offset)
    if first.left <= 0:
        raise NotEnoughDataError("dates", f"more than {design.shape[1]} past weeks", f"{len(response)}")
    over = max(first.pearson / first.left, 1.0)
    raw = 1.5 * (response ** (2 / 3) * first.fitted ** (-1 / 6) - np.sqrt(first.fitted))
    anscombe = raw / np.sqrt(over * np.maximum(1 - first.leverages, 1e-12))
    outlying = anscombe > settings.reweight_above
    weights = np.where(outlying, np.where(outlying, anscombe, 1) ** -2, 1.0)
    weights *= len(weights) / weights.sum()
    fit = fit_counts(response, design, weights=weights, offset=offset)
    residuals = (response - fit.fitted) / fit.fitted
    errors = float((weights * residuals**2).sum()) / fit.left
    return fit, _Dispersion(max(fit.pearson / fit.left, 1.0), errors)


def _significant(fit: Fit, over: _Dispersion, settings: FarringtonSettings) -> bool:
    error = math.sqrt(fit.covariance[1, 1] * over.of_errors)
    return error == 0 or bool(2 * student.sf(abs(fit.coefficients[1]) / error, fit.left) < settings.trend_below)


def _predicted(fit: Fit, over: _Dispersion, at: Floats, offset: float, growth: float | None) -> _Model:
    deviation = math.sqrt(max(float(at @ fit.covariance @ at), 0) * over.of_errors)
    expected = math.exp(min(float(at @ fit.coefficients) + offset, _MOST_EXPONENT))
    return _Model(expected, deviation, over.of_counts, growth)


def _threshold(model: _Model, observed: float, settings: FarringtonSettings) -> tuple[float, float]:
    """The largest count that is no alarm, and the chance of the observed count or more."""
    mean, over = model.expected, model.overdispersion
    if settings.threshold is Threshold.TRANSFORMED:
        error = mean * model.log_deviation
        deviation = math.sqrt(4 / 9 * mean ** (1 / 3) * (over + error**2 / mean))
        centre = mean ** (2 / 3)
        upper = (centre + norm.isf(settings.alpha) * deviation) ** 1.5
        return float(upper), float(norm.sf(observed ** (2 / 3), centre, deviation))
    if settings.threshold is Threshold.UPPER_QUANTILE:
        mean *= math.exp(min(norm.isf(settings.alpha) * model.log_deviation, _MOST_EXPONENT))
    spread = CountDistribution(mean, over * mean)
    return spread.quantile(1 - settings.alpha), spread.at_least(observed)
