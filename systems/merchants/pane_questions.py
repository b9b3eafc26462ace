"""Questions of a dashboard that breakdowns of the stream answer, and which those are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from query.groups import Group
from query.requests import Filters as DimensionFilters
from query.requests import SeriesRequest, Step, WindowRequest
from query.tops import Top, TopsRequest
from query.visible import Visible
from streams.breakdowns import breakdowns
from streams.definition import Definition
from systems.merchants.asked import Asked
from systems.merchants.filters import FIELDS, Of
from systems.merchants.numbers import Numbers, numbers_of, revenue_of
from systems.merchants.panels import Tab
from systems.merchants.record_statements import CURRENCY
from systems.merchants.sites import SITE

NEEDED = ("visitors", "views")
"""Measures and counts of steps; visits come with them."""

_ALL = Top("numbers", (), "messages")
_EARNED = Top("earned", (CURRENCY,), "messages", limit=1000)
WHOLE = (_ALL, _EARNED)
"""Panels of the whole: there are fewer currencies than the limit."""


def covers(definition: Definition, asked: Asked, by: Iterable[str] = ()) -> bool:
    """Whether there is a breakdown of these dimensions, which answers with the same numbers as records do.

    Filters are only of what the first message of a visit decides; a page is seen by visits that entered elsewhere.
    Whether its panes fit the window's ends is told by who asks it.
    """
    if any(FIELDS[name].of is not Of.VISIT for name, _ in asked.filters):
        return False
    named = {SITE, *by, *(FIELDS[name].column for name, _ in asked.filters)}
    return any(named <= {*each.dimensions} for each in breakdowns(definition))


def window(visible: Visible, asked: Asked, by: Iterable[str] = ()) -> WindowRequest:
    """The groups of a site, per values of dimensions. Raises InvalidRequestError."""
    return WindowRequest(visible, asked.start, asked.end, tuple(by), where(asked))


def tops(
    visible: Visible, asked: Asked, tabs: Iterable[Tab], limit: int, after: int = 0, *, whole: bool = False
) -> TopsRequest:
    """The rows of several tabs at once, with those of the whole and of every currency, if wanted.

    Raises InvalidRequestError.
    """
    wanted = tuple(Top(tab.name, tab.by, tab.counts) for tab in tabs)
    return TopsRequest(window(visible, asked), wanted + (WHOLE if whole else ()), limit, after)


def whole_of(tables: Mapping[str, Sequence[Group]]) -> Numbers:
    """What the panels of the whole tell."""
    return numbers_of(next(iter(tables[_ALL.name]), None), revenue_of(tables[_EARNED.name]))


def series(visible: Visible, asked: Asked, step: Step) -> SeriesRequest:
    """The site at each step, by its own clocks. Raises InvalidRequestError."""
    known = tuple(name for name in NEEDED if name in {*visible.shown.measures, *visible.shown.distincts})
    return SeriesRequest(window(visible, asked), step, known, asked.zone.key)


def where(asked: Asked) -> DimensionFilters:
    """The site, and the filters that breakdowns know."""
    return ((SITE, (asked.site,)), *((FIELDS[name].column, values) for name, values in asked.filters))
