"""The window page's form: what its URL asks, what is wrong with it, and the tidy URL that asks the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from streams.definition import Definition
from web.times import RANGES, local_input, read_moment, rfc3339, zone_named

__all__ = ["DEFAULT_RANGE", "FILTER", "WindowForm", "read_form"]

DEFAULT_RANGE = "1h"
FILTER = "where."
"""Prefix of a filter's parameter: `where.service=checkout`; so no dimension's name can clash with the form's own."""

UTC_ZONE = ZoneInfo("UTC")

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class WindowForm:
    """The form as read, its times in UTC. `problems` (field → what is wrong) is empty when it can be asked."""

    stream: str
    zone: ZoneInfo
    range: str
    start_text: str
    end_text: str
    start: datetime | None
    end: datetime | None
    by: tuple[str, ...]
    where: tuple[tuple[str, str], ...]
    known_text: str
    known: datetime | None
    sort: str
    page: int
    all_columns: bool
    live: bool
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

    def question(self) -> list[tuple[str, str]]:
        """The parameters of the API that ask this: `/v1/streams/{stream}/window?…`."""
        start, end = self.bounds
        asked = [("start", rfc3339(start)), ("end", rfc3339(end))]
        asked += [("by", name) for name in self.by] or [("by", "")]
        asked += list(self.where)
        if self.known is not None:
            asked.append(("as_known_at", rfc3339(self.known)))
        return asked

    def url(self, definition: Definition, **changes: object) -> str:
        """The tidy URL of this form, or of one with some fields changed."""
        form = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        return "/?" + urlencode(form._parameters(definition))

    def without(self, name: str, value: str) -> tuple[tuple[str, str], ...]:
        """The filters but one."""
        return tuple(pair for pair in self.where if pair != (name, value))

    def only(self, name: str, value: str) -> tuple[tuple[str, str], ...]:
        """The filters with this value as the dimension's only one."""
        return (*(pair for pair in self.where if pair[0] != name), (name, value))

    def _parameters(self, definition: Definition) -> list[tuple[str, str]]:
        pairs = [("stream", self.stream)]
        pairs += [("range", self.range)] if self.range else [("start", self.start_text), ("end", self.end_text)]
        pairs.append(("zone", self.zone.key))
        if self.by != tuple(definition.dimensions):
            pairs += [("by", name) for name in self.by] or [("by", "")]
        pairs += [(FILTER + name, value) for name, value in self.where]
        optional = {
            "known": self.known_text,
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "columns": "all" if self.all_columns else "",
            "live": "" if self.live else "0",
        }
        return pairs + [(name, value) for name, value in optional.items() if value]


def read_form(definition: Definition, params: Parameters, now: datetime) -> WindowForm:
    """Read the form for a stream. Everything has a default; what cannot be understood is a problem of its field."""
    given = dict(reversed(params))  # the first of each name
    problems: dict[str, str] = {}
    zone = zone_named(given.get("zone", "UTC").strip() or "UTC")
    if zone is None:
        problems["zone"] = "is not a known time zone; times are read as UTC"
        zone = UTC_ZONE
    key, start_text, end_text = _times(given, zone)
    if key and key not in RANGES:
        problems["range"] = f"is not a range; known: {', '.join(RANGES)}"
        key = DEFAULT_RANGE
    if key:
        start_text, end_text = (rfc3339(moment) for moment in RANGES[key].ends(now.astimezone(zone)))
    start, end = _moment("start", start_text, zone, problems), _moment("end", end_text, zone, problems)
    start_text, end_text = _shown(start, start_text, zone), _shown(end, end_text, zone)
    known_text = (given.get("known") or given.get("as_known_at", "")).strip()
    known = _moment("known", known_text, zone, problems) if known_text else None
    known = known and known.replace(microsecond=0)
    return WindowForm(
        stream=definition.name,
        zone=zone,
        range=key,
        start_text=start_text,
        end_text=end_text,
        start=start,
        end=end,
        by=_by(definition, params, problems),
        where=_where(definition, params),
        known_text=local_input(known.astimezone(zone), seconds=True) if known else known_text,
        known=known,
        sort=given.get("sort", "")[:200],
        page=_page(given.get("page", "")),
        all_columns=given.get("columns") == "all",
        live=given.get("live") != "0",
        problems=problems,
        submitted="shown" in given,
    )


def _times(given: Mapping[str, str], zone: ZoneInfo) -> tuple[str, str, str]:
    """Range, start and end. When the form comes back with the times it showed, it still means what it showed.

    `shown` is `range|start|end|zone` as it was shown: unchanged times keep a range, and move with a changed zone.
    """
    key, start, end = given.get("range", ""), given.get("start", ""), given.get("end", "")
    if key or not (start or end):
        return key or DEFAULT_RANGE, "", ""
    shown = given.get("shown", "").split("|")
    if len(shown) == 4 and shown[1:3] == [start, end]:
        was_range, was_zone = shown[0], zone_named(shown[3])
        if was_range in RANGES:
            return was_range, "", ""
        if was_zone is not None and was_zone != zone:
            moved = [_move(text, was_zone, zone) for text in (start, end)]
            return "", moved[0], moved[1]
    return "", start, end


def _move(text: str, was: ZoneInfo, zone: ZoneInfo) -> str:
    try:
        return local_input(read_moment(text, was).astimezone(zone))
    except (ValueError, OverflowError):
        return text


def _moment(name: str, text: str, zone: ZoneInfo, problems: dict[str, str]) -> datetime | None:
    try:
        return read_moment(text, zone)
    except ValueError as error:
        problems[name] = str(error)
        return None


def _shown(moment: datetime | None, text: str, zone: ZoneInfo) -> str:
    """What the input shows: the moment in the zone, or what was typed if that is no moment."""
    return local_input(moment.astimezone(zone)) if moment else text


def _by(definition: Definition, params: Parameters, problems: dict[str, str]) -> tuple[str, ...]:
    """Chosen dimensions, in the definition's order; all of them unless the form says otherwise."""
    values = [value for name, value in params if name == "by"]
    if not values:
        return tuple(definition.dimensions)
    shown_for_another = any(name == "by_of" and value != definition.name for name, value in params)
    if shown_for_another:
        return tuple(definition.dimensions)
    unknown = [value for value in values if value and value not in definition.dimensions]
    if unknown:
        problems["by"] = f"{unknown[0]!r} is not a dimension; known: {', '.join(definition.dimensions)}"
    return tuple(name for name in definition.dimensions if name in values)


def _where(definition: Definition, params: Parameters) -> tuple[tuple[str, str], ...]:
    """Filters on dimensions that this stream has; those of another stream fall away."""
    pairs = [(name.removeprefix(FILTER), value) for name, value in params if name.startswith(FILTER) and value]
    return tuple(dict.fromkeys(pair for pair in pairs if pair[0] in definition.dimensions))


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) > 0 else 1
