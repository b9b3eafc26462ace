"""The time that a window is compared with: the period before it, or the same a week or a year before. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from query.groups import Group
from streams.panes import Grain
from web.page.times import months_before
from web.pages.window.columns import Shown

COMPARISONS: Mapping[str, str] = {
    "previous": "the period before",
    "week": "a week before",
    "year": "a year before",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What the page says of the other time. `gone`: how many groups of then are not in the window.

    `shortest`: the shortest grain of which there are panes of then; None for any.
    """

    label: str
    start: datetime
    end: datetime
    groups: Sequence[Group]
    gone: int
    shortest: Grain | None = None


def compared_span(
    kind: str, start: datetime, end: datetime, now: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """`[start, end)` of the other time, in UTC; of a window that is not over, only as long as it has lasted.

    Before a month, a week or days of the zone's calendar lie as many of them, whatever their length in hours.
    Raises ValueError or OverflowError when that is before the calendar.
    """
    passed = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    until = min(end, passed) if passed > start else end
    span = _earlier(kind, start, start, end, zone), _earlier(kind, until, start, end, zone)
    return span if span[0] < span[1] else (start - timedelta(365), until - timedelta(365))


def _earlier(kind: str, moment: datetime, start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    first, last = start.astimezone(zone), end.astimezone(zone)
    if kind == "week":
        return _moved(moment, zone, days=7)
    if kind == "year":
        return _moved(moment, zone, months=12)
    if any((clock.hour, clock.minute, clock.second) != (0, 0, 0) for clock in (first, last)):
        return moment - (end - start)
    if first.day == last.day == 1:
        return _moved(moment, zone, months=(last.year - first.year) * 12 + last.month - first.month)
    return _moved(moment, zone, days=(last.date() - first.date()).days)


def _moved(moment: datetime, zone: ZoneInfo, *, months: int = 0, days: int = 0) -> datetime:
    """The moment at which clocks of the zone showed the same so long before; the last day of a shorter month."""
    local = moment.astimezone(zone)
    day = months_before(local.date(), months) - timedelta(days=days)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def beside(shown: Sequence[Shown], before: Sequence[Group]) -> tuple[list[Shown], int]:
    """What is shown, each with what it was at the other time; and how many groups of then are in none of it."""
    then = {group.key: group for group in before}
    rows = [replace(each, before=then.pop(each.group.key, None)) for each in shown]
    return rows, len(then)
