"""The weeks and months that reports are of, by the clocks of a site's time zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from systems.merchants.ranges import span_of

_SENT_AT = time(7)
"""When a report is due, on the day after its period: what came late in the night is in it."""

_DAY = timedelta(days=1)


class Period(StrEnum):
    """How much one report is of. A week begins on Monday."""

    WEEK = "week"
    MONTH = "month"


def first_day(period: Period, day: date) -> date:
    """The first day of the period that a day is in."""
    return day.replace(day=1) if period is Period.MONTH else day - timedelta(days=day.weekday())


def following(period: Period, first: date) -> date:
    """The first day of the period after the one that begins on a day."""
    return first_day(period, first + timedelta(days=31)) if period is Period.MONTH else first + timedelta(days=7)


def previous(period: Period, first: date) -> date:
    """The first day of the period before."""
    return first_day(period, first - _DAY)


def due_at(period: Period, first: date, zone: ZoneInfo) -> datetime:
    """When the report of the period that begins on a day is due; UTC."""
    return datetime.combine(following(period, first), _SENT_AT, zone).astimezone(UTC)


def running(period: Period, now: datetime, zone: ZoneInfo) -> date:
    """The first day of the period that is not over yet."""
    return first_day(period, now.astimezone(zone).date())


def newest_due(period: Period, now: datetime, zone: ZoneInfo) -> date:
    """The first day of the newest period whose report is due."""
    over = previous(period, running(period, now, zone))
    return over if due_at(period, over, zone) <= now else previous(period, over)


def span(period: Period, first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a period begins and ends, on whole minutes; UTC."""
    return span_of((first, following(period, first)), zone)


def in_words(period: Period, first: date) -> str:
    """`2 to 8 March 2026`, `March 2026`."""
    if period is Period.MONTH:
        return f"{first:%B %Y}"
    last = following(period, first) - _DAY
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    if first.month != last.month:
        return f"{first.day} {first:%B} to {last.day} {last:%B %Y}"
    return f"{first.day} to {last.day} {last:%B %Y}"
