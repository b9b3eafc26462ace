"""The window page's form: what its URL asks, what is wrong with it, and the tidy URL that asks the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from streams.definition import Definition
from web.form_times import FormTimes, read_times
from web.times import rfc3339

__all__ = ["FILTER", "WindowForm", "read_form"]

FILTER = "where."
"""Prefix of a filter's parameter: `where.service=checkout`; so no dimension's name can clash with the form's own."""

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class WindowForm(FormTimes):
    """The form as read, its times in UTC. It can be asked when it has no `problems`."""

    stream: str
    by: tuple[str, ...]
    where: tuple[tuple[str, str], ...]
    sort: str
    page: int
    all_columns: bool
    live: bool

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
        pairs = [("stream", self.stream), *self.pairs()]
        if self.by != tuple(definition.dimensions):
            pairs += [("by", name) for name in self.by] or [("by", "")]
        pairs += [(FILTER + name, value) for name, value in self.where]
        optional = {
            "known": self.written("known"),
            "sort": self.sort,
            "page": str(self.page) if self.page > 1 else "",
            "columns": "all" if self.all_columns else "",
            "live": "" if self.live else "0",
        }
        return pairs + [(name, value) for name, value in optional.items() if value]


def read_form(definition: Definition, params: Parameters, now: datetime) -> WindowForm:
    """Read the form for a stream. Everything has a default; what cannot be understood is a problem of its field."""
    given = dict(reversed(params))  # the first of each name
    times = read_times(given, now)
    problems = dict(times.problems)
    by = _by(definition, params, problems)
    return WindowForm(
        **{**vars(times), "problems": problems},
        stream=definition.name,
        by=by,
        where=_where(definition, params),
        sort=given.get("sort", "")[:200],
        page=_page(given.get("page", "")),
        all_columns=given.get("columns") == "all",
        live=given.get("live") != "0",
    )


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
