"""What may come next, and which variant gains: forecasts with how earlier ones did, and growth advantages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.forecast import Forecast, forecast
from analysis.forecast_scores import ForecastScores, forecast_scores
from analysis.variant_growth import FEWEST_CASES, VariantGrowth, variant_growth
from systems.epidemic.figures import UNSETTLED_DAYS, Figure, SharesOfWeek, figure

FORECAST_DAYS = 14
SCORED_WEEKS = 8
ADVANTAGE_WEEKS = 10
"""Newest weeks that advantages are of: they are taken not to change meanwhile."""

MOST_COMPARED = 6
OTHERS = "all others"


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast of the days after `known_until`, the last that is taken as complete; and how such did before.

    A forecast is told with its scores or not at all.
    """

    known_until: date
    forecast: Figure[Forecast]
    scores: Figure[ForecastScores]


def outlook_of(first: date, numbers: Sequence[float]) -> Outlook:
    """Of a region's days from the first on, without the newest, which are incomplete; below 0 is taken as 0."""
    counts = [max(number, 0.0) for number in numbers[:-UNSETTLED_DAYS]]
    days = [first + timedelta(days=place) for place in range(len(counts))]
    until = days[-1] if days else first
    scores = figure(lambda: forecast_scores(days, counts, FORECAST_DAYS, origins=SCORED_WEEKS))
    made = figure(lambda: forecast(days, counts, FORECAST_DAYS))
    if scores.value is None:
        made = Figure(None, f"no earlier forecast can be scored: {scores.refused}")
    return Outlook(until, made, scores)


def advantages_of(weeks: Sequence[SharesOfWeek]) -> Figure[VariantGrowth]:
    """How much faster each variant grows than the one that was found most in the newest weeks; rare ones are one."""
    recent = weeks[-ADVANTAGE_WEEKS:]
    dates = [week.monday for week in recent]
    found: dict[str, list[int]] = {}
    for place, week in enumerate(recent):
        for share in week.shares:
            found.setdefault(share.variant, [0] * len(recent))[place] = share.count
    order = sorted(found, key=lambda name: (-sum(found[name]), name))
    compared = [name for name in order if _is_enough(found[name])][:MOST_COMPARED]
    rest = [sum(column) for column in zip(*(found[name] for name in order if name not in compared), strict=True)]
    counts = {name: found[name] for name in compared}
    if rest and _is_enough(rest):
        counts[OTHERS] = rest
    first = compared[0] if compared else ""
    if len(counts) < 2 or not first:
        return Figure(None, f"two variants of {FEWEST_CASES} cases or more in {ADVANTAGE_WEEKS} weeks are needed")
    return figure(lambda: variant_growth(dates, counts, first))


def _is_enough(counts: Sequence[int]) -> bool:
    return sum(counts) >= FEWEST_CASES and sum(count > 0 for count in counts) > 1
