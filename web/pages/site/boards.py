"""A dashboard as it is asked for: each part by itself, so that what is wrong with one leaves the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from query.errors import InvalidRequestError
from query.requests import STEPS, Step
from streams.errors import WindowpaneError
from systems.merchants.asked import Asked
from systems.merchants.breakdown_tables import Table
from systems.merchants.goal_tables import FunnelStep, GoalRow
from systems.merchants.goals import Funnel
from systems.merchants.importing.daily_records import ImportedFigures
from systems.merchants.numbers import Numbers
from systems.merchants.panels import PANELS, Tab
from systems.merchants.series import Point
from web.access.away import problem_for
from web.access.sites import seen_sites
from web.asking import dashboards
from web.asking.seen_sites import SeenSite
from web.asking.sites import in_sites
from web.edge.problems import Problem
from web.pages.site.view import View

T = TypeVar("T")

ROWS, MORE_ROWS = 9, 100
"""Rows of a panel on the dashboard, and of one by itself."""

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What was asked for, or why there is none."""

    value: T | None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The parts of one dashboard. `before` and `earlier`: of the time compared with. `imported`: what another
    service counted on these days, if it did on any."""

    numbers: Part[Numbers]
    before: Part[Numbers]
    points: Part[tuple[Point, ...]]
    earlier: Part[tuple[Point, ...]]
    tables: Mapping[str, Part[Table]]
    live: Part[int]
    imported: Part[ImportedFigures]

    @property
    def silent(self) -> bool:
        """Whether there was nothing at all in the window."""
        return self.numbers.value is not None and not self.numbers.value.events


async def board_of(request: Request, seen: SeenSite, view: View) -> Board:
    """All that a dashboard shows at first; goals and funnels come by themselves."""
    asked = view.asked(seen.site.name)
    compared = asked.compared_until(view.now)
    shown = [view.tab(panel) for panel in PANELS]
    (numbers, tables), before, (points, earlier), live, imported = await asyncio.gather(
        _numbers_and_tables(request, seen, asked, shown),
        part(request, dashboards.numbers(request, seen, compared)) if compared else _nothing(),
        _points(request, seen, asked, view.step),
        part(request, dashboards.live(request, seen)),
        _imported(request, seen, view),
    )
    return Board(numbers, before, points, earlier, tables, live, imported)


async def _imported(request: Request, seen: SeenSite, view: View) -> Part[ImportedFigures]:
    """Nothing where filters were chosen: such figures know none."""
    if seen.imported is None or view.filters or not seen.imported.meets(*view.days):
        return Part(None)
    scope = seen_sites(request)
    asked = in_sites(request, lambda store: store.imported.of(scope, seen.site.name, *view.days, ROWS))
    return await part(request, asked)


async def _points(
    request: Request, seen: SeenSite, asked: Asked, step: Step
) -> tuple[Part[tuple[Point, ...]], Part[tuple[Point, ...]]]:
    """Of the window and of the time compared with: one question, where that ends with a step as the window begins."""
    compared = asked.compared
    if compared is None:
        return await part(request, dashboards.points(request, seen, asked, step)), Part(None)
    if compared.end == asked.start and step in STEPS:
        both = await part(request, dashboards.points(request, seen, replace(asked, start=compared.start), step))
        if both.value is None:
            return both, both
        earlier = tuple(point for point in both.value if point.at < asked.start)
        return Part(both.value[len(earlier) :]), Part(earlier)
    return await asyncio.gather(
        part(request, dashboards.points(request, seen, asked, step)),
        part(request, dashboards.points(request, seen, compared, step)),
    )


async def table_of(request: Request, seen: SeenSite, asked: Asked, tab: Tab, limit: int, after: int) -> Part[Table]:
    """One table by itself."""
    found = await dashboards.tables(request, seen, asked, [tab], limit, after)
    return _part_of(request, found[tab.name])


async def goals_of(request: Request, seen: SeenSite, asked: Asked) -> Part[tuple[GoalRow, ...]]:
    """How often each goal was met."""
    return await part(request, dashboards.goals(request, seen, asked))


async def funnel_of(request: Request, seen: SeenSite, asked: Asked, funnel: Funnel) -> Part[tuple[FunnelStep, ...]]:
    """How many got to each step."""
    return await part(request, dashboards.funnel(request, seen, asked, funnel))


async def has_events(request: Request, seen: SeenSite, now: datetime) -> bool:
    """Whether anything was ever collected; if that cannot be known, there may be."""
    ever = Asked(seen.site.name, seen.zone, _FIRST, now.replace(second=0, microsecond=0) + timedelta(days=2))
    found = await part(request, dashboards.events(request, seen, ever))
    return found.value is None or found.value > 0


async def part(request: Request, making: Awaitable[T]) -> Part[T]:
    """What is made, or the problem that keeps it from being made."""
    try:
        return Part(await making)
    except WindowpaneError as error:
        return Part(None, problem_for(request, error))


async def _nothing() -> Part[Any]:
    return Part(None)


async def _numbers_and_tables(
    request: Request, seen: SeenSite, asked: Asked, tabs: list[Tab]
) -> tuple[Part[Numbers], Mapping[str, Part[Table]]]:
    """Together; each by itself where one of them is refused."""
    try:
        numbers, found = await dashboards.whole(request, seen, asked, tabs, ROWS)
    except InvalidRequestError:
        return await asyncio.gather(
            part(request, dashboards.numbers(request, seen, asked)), _tables(request, seen, asked, tabs)
        )
    except WindowpaneError as error:
        away = problem_for(request, error)
        return Part(None, away), {tab.name: Part(None, away) for tab in tabs}
    return _part_of(request, numbers), {name: _part_of(request, table) for name, table in found.items()}


async def _tables(request: Request, seen: SeenSite, asked: Asked, tabs: list[Tab]) -> dict[str, Part[Table]]:
    found = await dashboards.tables(request, seen, asked, tabs, ROWS)
    return {name: _part_of(request, table) for name, table in found.items()}


def _part_of(request: Request, found: T | WindowpaneError) -> Part[T]:
    return Part(None, problem_for(request, found)) if isinstance(found, WindowpaneError) else Part(found)
