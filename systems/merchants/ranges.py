"""The ranges of a dashboard: days of the site's time zone, and the steps that a chart of them may have. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from query.requests import Step

Days = tuple[date, date]
"""The first day and the one after the last."""

DEFAULT = "30d"
LONGEST_DAYS = 3660

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Range:
    """A range that follows the clock. `key`: of the keyboard; `days`: of today, and of the first day of the site."""

    name: str
    label: str
    key: str
    days: Callable[[date, date], Days]


def _last(days: int) -> Callable[[date, date], Days]:
    return lambda today, _: (today - (days - 1) * _DAY, today + _DAY)


def _month(today: date, _: date) -> Days:
    return today.replace(day=1), _next_month(today)


def _last_month(today: date, _: date) -> Days:
    first = today.replace(day=1)
    return (first - _DAY).replace(day=1), first


def _next_month(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1)


def _twelve_months(today: date, _: date) -> Days:
    first = today.replace(day=1)
    for _month_back in range(11):
        first = (first - _DAY).replace(day=1)
    return first, _next_month(today)


RANGES: Mapping[str, Range] = {
    each.name: each
    for each in (
        Range("today", "Today", "d", _last(1)),
        Range("yesterday", "Yesterday", "e", lambda today, _: (today - _DAY, today)),
        Range("7d", "7 days", "w", _last(7)),
        Range("30d", "30 days", "t", _last(30)),
        Range("month", "This month", "m", _month),
        Range("lastmonth", "Last month", "n", _last_month),
        Range("12mo", "12 months", "l", _twelve_months),
        Range("year", "This year", "y", lambda today, _: (date(today.year, 1, 1), date(today.year + 1, 1, 1))),
        Range("all", "All time", "a", lambda today, first: (min(first, today), today + _DAY)),
    )
}


def days_of(name: str, now: datetime, zone: ZoneInfo, first: datetime) -> Days:
    """The days of a range, by the zone's clocks; `first`: when the site was made."""
    return RANGES[name].days(now.astimezone(zone).date(), first.astimezone(zone).date())


def span_of(days: Days, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the days begin and end, in UTC, on whole minutes."""
    return _midnight(days[0], zone), _midnight(days[1], zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """A midnight that clocks skip is the moment at which they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(second=0, microsecond=0)


def steps_for(length: timedelta) -> tuple[Step, ...]:
    """The steps that a chart of so long a window may have, the one that is usual first."""
    if length <= timedelta(hours=6):
        return (Step.MINUTE, Step.HOUR)
    if length <= 3 * _DAY:
        return (Step.HOUR, Step.MINUTE, Step.DAY) if length <= 1.1 * _DAY else (Step.HOUR, Step.DAY)
    if length <= 31 * _DAY:
        return (Step.DAY, Step.HOUR, Step.WEEK)
    if length <= 100 * _DAY:
        return (Step.DAY, Step.WEEK, Step.MONTH)
    return (Step.WEEK, Step.DAY, Step.MONTH) if length <= 200 * _DAY else (Step.MONTH, Step.WEEK, Step.DAY)


def moments(start: datetime, end: datetime, step: Step, zone: ZoneInfo) -> list[datetime]:
    """When each step of `[start, end)` begins, in UTC; the first may begin before it."""
    if not step.of_calendar:
        length = step.length
        first = start - (start - datetime(1970, 1, 1, tzinfo=UTC)) % length
        return [first + length * number for number in range(-((first - end) // length))]
    day, found = _first_day(start.astimezone(zone).date(), step), []
    while (at := _midnight(day, zone)) < end:
        found.append(at)
        day = _next_month(day) if step is Step.MONTH else day + (7 if step is Step.WEEK else 1) * _DAY
    return found


def _first_day(day: date, step: Step) -> date:
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day
