"""The window page's form: what its URL asks, what is wrong with it, and the tidy URL that asks the same. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from query.requests import Filters
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.time_text import rfc3339
from web.page.filters import FILTER
from web.page.form_times import UTC_ZONE, FormTimes, read_times
from web.pages.window.compared import COMPARISONS

MOST_DRAWN = 12
"""Most groups that a reader may choose to be drawn."""

_ADDRESS = (
    "stream",
    "range",
    "start",
    "end",
    "zone",
    "by",
    "known",
    "as_known_at",
    "compare",
    "sort",
    "page",
    "columns",
)
_FORM = ("live", "draw", "kept", "by_of", "shown", "start_was", "end_was", "known_was")
_OWN = frozenset((*_ADDRESS, *_FORM))

Parameters = Sequence[tuple[str, str]]
Pairs = tuple[tuple[str, str], ...]
"""Dimensions, each with one of the values that it may have."""


@dataclass(frozen=True)
class WindowForm(FormTimes):
    """The form as read, its times in UTC. It can be asked when it has no `problems`.

    `drawn`: the groups, by their values, that the reader chose for the charts. `compare`: a key of COMPARISONS, or
    nothing. `ignored`: names in the address that mean nothing.
    """

    stream: str
    by: tuple[str, ...]
    where: Pairs
    sort: str
    page: int
    all_columns: bool
    live: bool
    compare: str
    drawn: tuple[tuple[str, ...], ...]
    ignored: tuple[str, ...]

    def question(self) -> list[tuple[str, str]]:
        """The parameters of the API that ask this: `/v1/streams/{stream}/window?…`."""
        return self.asked(*self.bounds)

    def asked(self, start: datetime, end: datetime) -> list[tuple[str, str]]:
        """The same question of another window."""
        asked = [("start", rfc3339(start)), ("end", rfc3339(end))]
        asked += [("by", name) for name in self.by] or [("by", "")]
        asked += list(self.where)
        if self.known is not None:
            asked.append(("as_known_at", rfc3339(self.known)))
        return asked

    def url(self, definition: Definition, path: str = "/", **changes: object) -> str:
        """The tidy URL of this form, or of one with some fields changed."""
        form = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        return f"{path}?" + urlencode(form._parameters(definition))

    @property
    def filters(self) -> Filters:
        """The filters as a question has them."""
        return tuple((name, (value,)) for name, value in self.where)

    @property
    def kept(self) -> str:
        """The filters as one field of the form, which no line feed in a value can break."""
        return urlencode(self.where)

    def without(self, name: str, value: str) -> Pairs:
        """The filters but one."""
        return tuple(pair for pair in self.where if pair != (name, value))

    def only(self, name: str, value: str) -> Pairs:
        """The filters with this value as the dimension's only one."""
        return (*(pair for pair in self.where if pair[0] != name), (name, value))

    def _parameters(self, definition: Definition) -> list[tuple[str, str]]:
        pairs = [("stream", self.stream), *self.pairs()]
        if self.by != main_breakdown(definition).dimensions:
            pairs += [("by", name) for name in self.by] or [("by", "")]
        pairs += [(FILTER + name, value) for name, value in self.where]
        optional = {
            "known": self.written("known"),
            "compare": self.compare,
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "columns": "all" if self.all_columns else "",
            "live": "" if self.live else "0",
        }
        pairs += [(name, value) for name, value in optional.items() if value]
        return pairs + [("draw", json.dumps(key)) for key in self.drawn]


def read_form(
    definition: Definition,
    params: Parameters,
    now: datetime,
    zone: ZoneInfo = UTC_ZONE,
    began: datetime | None = None,
) -> WindowForm:
    """Read the form for a stream. Everything has a default; what cannot be understood is a problem of its field.

    `zone`: of an address that names none. `began`: the day of the first message, if known.
    """
    given = dict(reversed(params))  # the first of each name
    times = read_times(given, now, zone=zone, began=began)
    problems = dict(times.problems)
    compare = given.get("compare", "")
    if compare and compare not in COMPARISONS:
        problems["compare"] = f"is not known; known: {', '.join(COMPARISONS)}"
    of_another = any(name == "by_of" and value != definition.name for name, value in params)
    by = main_breakdown(definition).dimensions if of_another else _by(definition, params, problems)
    filters = _filters(definition, params)
    if not of_another and (unknown := [name for name, _ in filters if name not in definition.dimensions]):
        problems["where"] = f"{unknown[0]!r} is not a dimension; known: {', '.join(definition.dimensions)}"
    return WindowForm(
        **{**vars(times), "problems": problems},
        stream=definition.name,
        by=by,
        where=tuple(dict.fromkeys(pair for pair in filters if pair[0] in definition.dimensions)),
        sort=given.get("sort", "")[:200],
        page=_page(given.get("page", "")),
        all_columns=given.get("columns") == "all",
        live=given.get("live") != "0",
        compare=compare if compare in COMPARISONS else "",
        drawn=_drawn(by, params),
        ignored=_ignored(definition, params),
    )


def _by(definition: Definition, params: Parameters, problems: dict[str, str]) -> tuple[str, ...]:
    """Chosen dimensions, in the definition's order; those of the main breakdown unless the form says otherwise."""
    values = [value for name, value in params if name == "by"]
    if not values:
        return main_breakdown(definition).dimensions
    unknown = [value for value in values if value and value not in definition.dimensions]
    if unknown:
        problems["by"] = f"{unknown[0]!r} is not a dimension; known: {', '.join(definition.dimensions)}"
    return tuple(name for name in definition.dimensions if name in values)


def _filters(definition: Definition, params: Parameters) -> list[tuple[str, str]]:
    """Filters as `where.DIM`, as the form kept them, or by the bare name of a dimension, as the API takes them.

    An empty field of the form is none; in an address it asks for the empty value.
    """
    sent = any(name == "shown" for name, _ in params)
    filters: list[tuple[str, str]] = []
    for name, value in params:
        if name == "kept":
            filters += parse_qsl(value, keep_blank_values=True)
        elif name.startswith(FILTER) and (value or not sent):
            filters.append((name.removeprefix(FILTER), value))
        elif name in definition.dimensions and name not in _OWN:
            filters.append((name, value))
    return filters


def _ignored(definition: Definition, params: Parameters) -> tuple[str, ...]:
    known = (*_OWN, *definition.dimensions)
    return tuple(dict.fromkeys(name for name, _ in params if name not in known and not name.startswith(FILTER)))


def _drawn(by: tuple[str, ...], params: Parameters) -> tuple[tuple[str, ...], ...]:
    """The groups to draw; those of another grouping fall away."""
    keys: list[tuple[str, ...]] = []
    for value in (value for name, value in params if name == "draw"):
        try:
            key = json.loads(value)
        except (ValueError, RecursionError):
            continue
        if isinstance(key, list) and len(key) == len(by) and all(isinstance(part, str) for part in key):
            keys.append(tuple(key))
    return tuple(dict.fromkeys(keys))[:MOST_DRAWN]


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) > 0 else 1
