"""The times of a page's form: a range that follows the clock, or two moments, as clocks of a zone show them. Pure.

Addresses hold moments with their offset. Only what a reader typed is wall-clock time; it is read once, in the zone that
was chosen with it. A field that comes back as it was shown still means the moment that it showed (`start_was` and the
like), also in the hour that clocks show twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from streams.time_text import read_time
from web.page.times import RANGES, local_input, read_moment, twin, wall_clock, zone_named, zoned

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class FormTimes:
    """The times as read, in UTC; the texts are what the fields show. `problems`: field → what is wrong with it."""

    zone: ZoneInfo
    range: str
    start: datetime | None
    end: datetime | None
    known: datetime | None
    start_text: str
    end_text: str
    known_text: str
    problems: Mapping[str, str]
    submitted: bool

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Start and end of a form without problems."""
        if self.start is None or self.end is None:
            raise ValueError("a form with problems has no window")
        return self.start, self.end

    @property
    def local_bounds(self) -> tuple[datetime, datetime]:
        """Start and end as the reader's clock shows them. For showing only: their difference may be off by an hour."""
        start, end = self.bounds
        return start.astimezone(self.zone), end.astimezone(self.zone)

    @property
    def length(self) -> timedelta | None:
        """How long the window is; None when it is none."""
        if self.start is None or self.end is None or self.start >= self.end:
            return None
        return self.end - self.start

    @property
    def was(self) -> dict[str, str]:
        """The fields that let this form come back as it was shown."""
        moments = {"start": self.start, "end": self.end, "known": self.known}
        fields = {f"{name}_was": zoned(moment, self.zone) if moment else "" for name, moment in moments.items()}
        return {"shown": f"{self.range}|{self.zone.key}", **fields}

    def twin(self, name: str) -> datetime | None:
        """The other moment that the field could mean, when clocks show it twice."""
        moment: datetime | None = getattr(self, name)
        return twin(moment, self.zone) if moment else None

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of an address that mean these times."""
        asked = [("range", self.range)] if self.range else [(name, self.written(name)) for name in ("start", "end")]
        return [*asked, ("zone", self.zone.key)]

    def written(self, name: str) -> str:
        """A field for an address: its moment, or what was typed if that is none."""
        moment: datetime | None = getattr(self, name)
        text: str = getattr(self, f"{name}_text") if name in self.problems else ""
        return zoned(moment, self.zone) if moment else text


def read_times(
    given: Mapping[str, str],
    now: datetime,
    default: str = "1h",
    zone: ZoneInfo = UTC_ZONE,
    began: datetime | None = None,
) -> FormTimes:
    """Read `range`, `start`, `end`, `zone` and `known`; what cannot be understood is a problem of its field.

    `default` and `zone`: of an address that names no times, or no zone. `began`: the first message's day.
    """
    problems: dict[str, str] = {}
    if name := given.get("zone", "").strip():
        named = zone_named(name)
        if named is None:
            problems["zone"] = "is not a known time zone; times are read as UTC"
        zone = named or UTC_ZONE
    key, first, last = _span(given, zone, default)
    if key and key not in RANGES:
        problems["range"] = f"is not a range; known: {', '.join(RANGES)}"
        key = default
    if key:
        first, last = RANGES[key].ends(now.astimezone(zone), (began or now).astimezone(zone))
    start, end = _moment("start", first, zone, problems), _moment("end", last, zone, problems)
    then = _kept("known", given) or (given.get("known") or given.get("as_known_at", "")).strip()
    known = _moment("known", then, zone, problems) if then else None
    known = known and known.replace(microsecond=0)
    return FormTimes(
        zone=zone,
        range=key,
        start=start,
        end=end,
        known=known,
        start_text=_shown(start, first, zone),
        end_text=_shown(end, last, zone),
        known_text=_shown(known, then, zone),
        problems=problems,
        submitted="shown" in given,
    )


Given = datetime | str
"""A moment, or what was typed and has not been read."""


def _span(given: Mapping[str, str], zone: ZoneInfo, default: str) -> tuple[str, Given, Given]:
    """Range, start and end: times that come back as they were shown keep their range, or their moments.

    With another zone that holds only if both are as they were shown: else the reader typed times of the new zone.
    """
    key, start, end = given.get("range", ""), given.get("start", ""), given.get("end", "")
    if key or not (start or end):
        return key or default, "", ""
    range_was, _, zone_was = given.get("shown", "").partition("|")
    start_was, end_was = _kept("start", given), _kept("end", given)
    if start_was and end_was:
        return (range_was, "", "") if range_was in RANGES else ("", start_was, end_was)
    if zone_was == zone.key:
        return "", start_was or start, end_was or end
    return "", start, end


def _kept(name: str, given: Mapping[str, str]) -> datetime | None:
    """The moment that a field showed, if it comes back as it was shown."""
    was, zone = given.get(f"{name}_was", ""), zone_named(given.get("shown", "").partition("|")[2])
    if not was or zone is None:
        return None
    try:
        moment = read_moment(was, zone)
        same = read_time(given.get(name, "")) == wall_clock(moment, zone)
    except (ValueError, OverflowError):
        return None
    return moment if same else None


def _moment(name: str, given: Given, zone: ZoneInfo, problems: dict[str, str]) -> datetime | None:
    try:
        return read_moment(given, zone) if isinstance(given, str) else given
    except ValueError as error:
        problems[name] = str(error)
        return None


def _shown(moment: datetime | None, given: Given, zone: ZoneInfo) -> str:
    """What the field shows: the moment in the zone, or what was typed if that is no moment."""
    return local_input(moment.astimezone(zone)) if moment else str(given)
