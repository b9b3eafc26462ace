"""Wall-clock times of the pages: zones, `datetime-local` values, quick ranges, and how moments are written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from streams.time_text import read_time

_REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


Ends = Callable[[datetime, datetime], tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class QuickRange:
    """A range that follows the clock. `ends` gives `[start, end)` in UTC, of now and of the first message's day.

    Both are in the reader's zone. The ends are in UTC, because Python compares and subtracts two times of one zone by
    the wall clock, which jumps twice a year.
    """

    label: str
    ends: Ends
    live: bool


def _next_minute(now: datetime) -> datetime:
    """Whole minutes, and the one that has begun belongs to "the last"."""
    return now.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)


def _last(length: timedelta) -> Ends:
    return lambda now, _: (_next_minute(now) - length, _next_minute(now))


def _days(back: int, length: int) -> Ends:
    def ends(now: datetime, _: datetime) -> tuple[datetime, datetime]:
        first = now.date() - timedelta(days=back)
        return midnight(first, now.tzinfo), midnight(first + timedelta(days=length), now.tzinfo)

    return ends


def _week(back: int) -> Ends:
    return lambda now, began: _days(now.weekday() + 7 * back, 7)(now, began)


def _month(back: int) -> Ends:
    def ends(now: datetime, _: datetime) -> tuple[datetime, datetime]:
        first = months_before(now.date().replace(day=1), back)
        return midnight(first, now.tzinfo), midnight(months_before(first, -1), now.tzinfo)

    return ends


def _year(now: datetime, _: datetime) -> tuple[datetime, datetime]:
    return midnight(months_before(now.date(), 12), now.tzinfo), _next_minute(now)


def _all(now: datetime, began: datetime) -> tuple[datetime, datetime]:
    return midnight(began.date(), now.tzinfo), _next_minute(now)


def months_before(day: date, months: int) -> date:
    """The same day so many months before (after, if negative), or the last of a shorter month. May raise ValueError."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    after = (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=min(day.day, (after - first).days) - 1)


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """When a day begins in a zone; in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


RANGES: Mapping[str, QuickRange] = {
    "15m": QuickRange("15 min", _last(timedelta(minutes=15)), True),
    "1h": QuickRange("1 hour", _last(timedelta(hours=1)), True),
    "6h": QuickRange("6 hours", _last(timedelta(hours=6)), True),
    "24h": QuickRange("24 hours", _last(timedelta(hours=24)), True),
    "3d": QuickRange("3 days", _last(timedelta(days=3)), True),
    "7d": QuickRange("7 days", _last(timedelta(days=7)), True),
    "30d": QuickRange("30 days", _last(timedelta(days=30)), True),
    "90d": QuickRange("90 days", _last(timedelta(days=90)), True),
    "12mo": QuickRange("12 months", _year, True),
    "all": QuickRange("All", _all, True),
    "today": QuickRange("Today", _days(0, 1), True),
    "yesterday": QuickRange("Yesterday", _days(1, 1), False),
    "week": QuickRange("This week", _week(0), True),
    "lastweek": QuickRange("Last week", _week(1), False),
    "month": QuickRange("This month", _month(0), True),
    "lastmonth": QuickRange("Last month", _month(1), False),
}


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that IANA name, or None."""
    if name not in _known():
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


@functools.cache
def zones() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Region → (IANA name, place) pairs, in order, for a list to choose from."""
    regions: dict[str, list[tuple[str, str]]] = {region: [] for region in _REGIONS}
    for name in sorted(_known()):
        region, _, place = name.partition("/")
        if place and region in regions:
            regions[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return {region: tuple(places) for region, places in regions.items() if places}


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A `datetime-local` value in a zone, or an RFC 3339 time with its own offset; in UTC. A day alone is its midnight.

    A wall-clock time that occurs twice means the first. Raises ValueError that says what is wrong with the text, also
    for a time that the zone's clocks skip or its calendar cannot show.
    """
    text = text.strip()
    if not text:
        raise ValueError("choose a day and a time")
    try:
        moment = read_time(text if "T" in text or len(text) != 10 else f"{text}T00:00")
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        shown = wall_clock(instant, zone)
    except ValueError as error:
        raise ValueError("is not a day and a time such as 2026-03-01T10:17") from error
    except OverflowError as error:
        raise ValueError("is outside the years 1 to 9999") from error
    if moment.tzinfo is None and shown != moment:
        raise ValueError(f"does not exist in {zone.key}: clocks were put forward")
    return instant


def wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What clocks of the zone show at a moment, without an offset."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def twin(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """The other moment, in UTC, at which clocks of the zone show the same; None when there is none."""
    shown = wall_clock(moment, zone)
    both = {shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return next(iter(both - {moment.astimezone(UTC)}), None)


def zoned(moment: datetime, zone: ZoneInfo) -> str:
    """`2026-10-25T02:30+01:00`: the moment with the zone's offset; in UTC where that is none of whole minutes."""
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    if not offset or offset.seconds % 60 or offset.microseconds:
        local = moment.astimezone(UTC)
    on_minute = not (local.second or local.microsecond)
    return local.isoformat(timespec="minutes" if on_minute else "auto").replace("+00:00", "Z")


def local_input(moment: datetime) -> str:
    """The value of a `datetime-local` input: to the minute, or to the second unless that is zero."""
    text = moment.strftime("%Y-%m-%dT%H:%M").rjust(16, "0")
    return f"{text}:{moment:%S}" if moment.second else text


def utc_moment(moment: datetime) -> str:
    """`2026-11-22 14:03:10`, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def day(moment: datetime) -> str:
    """`2026-11-22`, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """`2026-11-22 14:03`, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def long_moment(moment: datetime) -> str:
    """`Sun 22 Nov 2026, 14:03`."""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M}"


def exact_moment(moment: datetime) -> str:
    """`Sun 22 Nov 2026, 14:03:10`, without the seconds if they are zero."""
    return long_moment(moment) + (f":{moment:%S}" if moment.second else "")


def end_moment(end: datetime, start: datetime) -> str:
    """The end of a window, without the day if that is the start's."""
    return f"{end:%H:%M}" if end.date() == start.date() else long_moment(end)


class Detail(Enum):
    """What has to stand beside the time of a moment in a window for it to be one."""

    TIME = "%H:%M:%S"
    DAY = "%b %H:%M:%S"
    YEAR = "%b %Y, %H:%M"

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Detail:
        """For moments of `[start, end)` of one zone."""
        last = max(start, end - timedelta(microseconds=1))
        return cls.YEAR if start.year != last.year else cls.DAY if start.date() != last.date() else cls.TIME


def short_moment(moment: datetime, detail: Detail) -> str:
    """`14:03:11`, `1 Mar 14:03:11` or `1 Mar 2026, 14:03`."""
    text = f"{moment:{detail.value}}"
    return text if detail is Detail.TIME else f"{moment.day} {text}"


def offset_name(moment: datetime) -> str:
    """`UTC` or `UTC+01:00`."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    if minutes == 0:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def span(length: timedelta) -> str:
    """`2 days 3 h 5 min`: how long a window is."""
    minutes = int(length.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [f"{days} day{'s' if days > 1 else ''}" if days else "", f"{hours} h" if hours else ""]
    parts.append(f"{minutes} min" if minutes or not (days or hours) else "")
    return " ".join(part for part in parts if part)
