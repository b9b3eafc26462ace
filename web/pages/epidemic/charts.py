"""What the script of a region's page draws: times in seconds and columns, none where nothing is known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from analysis.ears import EarsMethod
from analysis.nowcast import Nowcast
from systems.epidemic.days import Day
from systems.epidemic.figures import Figures, SharesOfWeek
from systems.epidemic.outlook import OTHERS, Outlook
from web.pages.epidemic.view import seconds

Column = list[float | None]

DAYS_BEFORE = 42
"""Days drawn before those that are forecast."""

MOST_VARIANTS = 6
"""Variants drawn by themselves; the others are one."""

_MOST_UNSURE = 0.4
"""The part of R that its deviation may be, for R to be drawn: before, it says what was assumed, not what was seen."""


def region_plan(figures: Figures, corrected: Sequence[Day], shares: Sequence[SharesOfWeek]) -> dict[str, Any]:
    """All charts of one region."""
    days = figures.days
    was: dict[date, float] = {day.day: day.first for day in corrected}
    plan: dict[str, Any] = {
        "times": [seconds(day) for day in days],
        "numbers": [*figures.numbers],
        "mean": means(figures.numbers),
        "was": [was.get(day) for day in days],
        "total": _running(figures.numbers),
        "alarms": {method.value: _alarms(figures, method) for method in EarsMethod},
    }
    if figures.incidence.value:
        by_day = {each.date: each for each in figures.incidence.value}
        plan["incidence"] = _band(
            days, {day: (each.per_100_000, each.lower, each.upper) for day, each in by_day.items()}
        )
    if figures.reproduction.value:
        sure = {
            each.end: (each.mean, each.lower, each.upper)
            for each in figures.reproduction.value
            if each.mean > 0 and each.deviation / each.mean <= _MOST_UNSURE
        }
        plan["reproduction"] = _band(days, sure)
    plan["shares"] = _shares(shares)
    return plan


def forecast_plan(figures: Figures, outlook: Outlook) -> dict[str, Any] | None:
    """The last weeks that the forecast is made of, and the days to come: the median, the ends of 50 and 95 percent."""
    if outlook.forecast.value is None:
        return None
    coming = outlook.forecast.value.trend
    kept = [(day, number) for day, number in zip(figures.days, figures.numbers, strict=True) if day < coming[0].date]
    kept = kept[-DAYS_BEFORE:]
    nothing: Column = [None] * len(kept)
    ends = [(each.median, each.lower_50, each.upper_50, each.lower_95, each.upper_95) for each in coming]
    return {
        "times": [*(seconds(day) for day, _ in kept), *(seconds(each.date) for each in coming)],
        "numbers": [*(number for _, number in kept), *[None] * len(coming)],
        "coming": [[*nothing, *(float(f"{value:.5g}") for value in column)] for column in zip(*ends, strict=True)],
    }


def nowcast_plan(days: Sequence[Nowcast]) -> dict[str, Any] | None:
    """What is reported so far, what is expected in the end, and the ends of its interval."""
    if not days:
        return None
    return {
        "times": [seconds(each.date) for each in days],
        "numbers": [each.reported for each in days],
        "coming": [[each.expected for each in days], [each.lower for each in days], [each.upper for each in days]],
    }


def means(numbers: Sequence[float]) -> Column:
    """Of each day the mean of the seven days that end with it."""
    found: Column = []
    total = 0.0
    for place, number in enumerate(numbers):
        total += number - (numbers[place - 7] if place >= 7 else 0)
        found.append(round(total / 7, 3) if place >= 6 else None)
    return found


def _running(numbers: Sequence[float]) -> Column:
    total, found = 0.0, Column()
    for number in numbers:
        total += number
        found.append(total)
    return found


def _band(days: Sequence[date], known: Mapping[date, tuple[float, float, float]]) -> list[Column]:
    """The middle, the lower and the upper end."""
    nothing = (None, None, None)
    rows = [known.get(day, nothing) for day in days]
    return [
        [None if value is None else float(f"{value:.5g}") for value in column] for column in zip(*rows, strict=True)
    ]


def _alarms(figures: Figures, method: EarsMethod) -> list[int]:
    """Seconds of the days with an alarm."""
    return [seconds(day.date) for day in figures.alarms[method].value or () if day.alarm]


def _shares(weeks: Sequence[SharesOfWeek]) -> dict[str, Any] | None:
    """The most found variants by themselves."""
    if not weeks:
        return None
    found: dict[str, int] = {}
    for share in (share for week in weeks for share in week.shares):
        found[share.variant] = found.get(share.variant, 0) + share.count
    order = sorted(found, key=lambda name: (-found[name], name))
    drawn, rest = order[:MOST_VARIANTS], order[MOST_VARIANTS:]
    columns = {name: [_share(week, {name}) for week in weeks] for name in drawn}
    if rest:
        columns[OTHERS] = [_share(week, set(rest)) for week in weeks]
    return {"times": [seconds(week.monday) for week in weeks], "names": [*columns], "columns": [*columns.values()]}


def _share(week: SharesOfWeek, names: Iterable[str]) -> float:
    return round(sum(share.share for share in week.shares if share.variant in names), 4)
