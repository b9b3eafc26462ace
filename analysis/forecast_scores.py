"""How forecasts did on the past, so that nobody trusts them more than they earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.daily_counts import Floats, between, daily_counts
from analysis.errors import AnalysisError, NotEnoughDataError
from analysis.forecast import DAYS_OF_CHANGE, PROBABILITIES, ForecastDay, forecast

FEWEST_ORIGINS = 3


@dataclass(frozen=True, slots=True)
class Score:
    """Of many forecast days: the mean absolute error of the median, the mean weighted interval score (lower is better,
    in cases), and the shares of counts that were inside the intervals of 50, 80 and 95 percent."""

    absolute_error: float
    weighted_interval_score: float
    inside_50: float
    inside_80: float
    inside_95: float


@dataclass(frozen=True, slots=True)
class ForecastScores:
    """Both forecasts on the same past days. `relative`: the trend's interval score by the plain one's; above 1 the
    plain one did better, None where that never erred. `by_day`: the same of each day ahead.
    """

    trend: Score
    plain: Score
    relative: float | None
    by_day: tuple[float | None, ...]
    origins: tuple[date, ...]


def interval_score(count: float, lower: float, upper: float, alpha: float) -> float:
    """Of an interval of level 1 - alpha: its width, and 2/alpha times how far outside the count is.

    Gneiting T, Raftery AE, "Strictly proper scoring rules, prediction, and estimation", J Am Stat Assoc 102 (2007)
    359-378, section 6.2.
    """
    return (upper - lower) + 2 / alpha * (max(lower - count, 0) + max(count - upper, 0))


def weighted_interval_score(count: float, quantiles: Sequence[float]) -> float:
    """Of quantiles as `PROBABILITIES`: Bracher J, Ray EL, Gneiting T, Reich NG, "Evaluating epidemic forecasts in an
    interval format", PLoS Comput Biol 17 (2021) e1008618, with the weights that it recommends."""
    middle = len(PROBABILITIES) // 2
    total = abs(count - quantiles[middle]) / 2
    for number in range(middle):
        alpha = 2 * PROBABILITIES[number]
        total += alpha / 2 * interval_score(count, quantiles[number], quantiles[-1 - number], alpha)
    return total / (middle + 0.5)


def forecast_scores(
    dates: Sequence[date],
    counts: Sequence[float],
    days: int = 14,
    *,
    origins: int = 8,
    known_then: Mapping[date, Sequence[float]] | None = None,
) -> ForecastScores:
    """Forecast from each of the last `origins` weeks by what came before, and compare with what came after.

    Rolling origin: Tashman LJ, "Out-of-sample tests of forecasting accuracy", Int J Forecasting 16 (2000) 437-450.
    `known_then`: of an origin, the counts up to it as they were known on it (vintages). Without it, forecasts get
    counts as they are known now, which were not all known then: true scores were worse.
    An origin that cannot be forecast from is left out. Raises NotEnoughDataError with fewer than 3 origins.
    """
    between("origins", origins, FEWEST_ORIGINS - 1, 200)
    checked = daily_counts(dates, counts, DAYS_OF_CHANGE + days + 7 * (FEWEST_ORIGINS - 1))
    found: list[tuple[date, Floats, Floats]] = []
    for back in range(origins):
        length = len(checked.dates) - days - 7 * back
        if length < DAYS_OF_CHANGE:
            break
        origin = checked.dates[length - 1]
        before = checked.counts[:length]
        if known_then and origin in known_then:
            before = daily_counts(checked.dates[:length], known_then[origin]).counts
        try:
            made = forecast(checked.dates[:length], before, days)
        except AnalysisError:
            continue
        after = checked.counts[length : length + days]
        found.append((origin, _scored(after, made.trend), _scored(after, made.plain)))
    if len(found) < FEWEST_ORIGINS:
        raise NotEnoughDataError("counts", f"{FEWEST_ORIGINS} weeks to forecast from", f"{len(found)}")
    trend, plain = (np.array([row[column] for row in found]) for column in (1, 2))
    interval = [each.mean(axis=0)[:, 1] for each in (trend, plain)]
    return ForecastScores(
        _score(trend),
        _score(plain),
        _by(float(interval[0].mean()), float(interval[1].mean())),
        tuple(_by(float(ours), float(theirs)) for ours, theirs in zip(*interval, strict=True)),
        tuple(origin for origin, _, _ in reversed(found)),
    )


def _scored(counts: Floats, made: Sequence[ForecastDay]) -> Floats:
    """A row for each day: as the fields of `Score`."""
    return np.array(
        [
            (
                abs(count - day.median),
                weighted_interval_score(float(count), day.quantiles),
                day.lower_50 <= count <= day.upper_50,
                day.lower_80 <= count <= day.upper_80,
                day.lower_95 <= count <= day.upper_95,
            )
            for count, day in zip(counts, made, strict=True)
        ],
        dtype=np.float64,
    )


def _score(scored: Floats) -> Score:
    return Score(*map(float, scored.mean(axis=(0, 1))))


def _by(ours: float, theirs: float) -> float | None:
    return ours / theirs if theirs > 0 else None
