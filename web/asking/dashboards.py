"""The numbers of a site's dashboard: of breakdowns where one has them, else of records. Each raises what `ask` does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from starlette.requests import Request

from query.answers import TopsAnswer
from query.errors import InvalidRequestError
from query.record_questions import RecordQuestion
from query.requests import Step
from streams.errors import WindowpaneError
from systems.merchants import breakdown_tables, pane_questions, record_statements
from systems.merchants import series as site_series
from systems.merchants.asked import Asked
from systems.merchants.breakdown_tables import Table
from systems.merchants.conditions import conditions_of
from systems.merchants.goal_tables import FunnelStep, GoalRow, funnel_steps, goal_rows
from systems.merchants.goals import Funnel
from systems.merchants.numbers import Numbers, numbers_of
from systems.merchants.panels import Tab, by_visit
from systems.merchants.record_statements import CURRENCY, Made
from systems.merchants.series import Point
from systems.merchants.sites import SITE
from web.asking.questions import ask
from web.asking.seen_sites import SeenSite

T = TypeVar("T")

LIVE = timedelta(minutes=5)


async def numbers(request: Request, seen: SeenSite, asked: Asked) -> Numbers:
    """Of the whole window."""
    found = await _whole_of_panes(request, seen, asked, (), 1)
    if found is not None:
        return found[0]
    (counted, _), (earned, _) = await asyncio.gather(
        _by_visits(request, seen, asked, (), 1, total=True), _by_events(request, seen, asked, (), 1, earned=True)
    )
    return replace(counted, revenue=earned)


async def whole(
    request: Request, seen: SeenSite, asked: Asked, tabs: Sequence[Tab], limit: int
) -> tuple[Numbers | WindowpaneError, Mapping[str, Table | WindowpaneError]]:
    """The numbers of the whole window and tab → its table: of panes in one statement where breakdowns have all of
    them, else of records in two.

    What keeps one of the two from being answered leaves the other, and numbers without what was earned. Raises
    InvalidRequestError where either is refused.
    """
    found = await _whole_of_panes(request, seen, asked, tabs, limit)
    if found is not None:
        return found
    of_visits, of_events = _kinds(tabs)
    visits, events = await asyncio.gather(
        _settled(_by_visits(request, seen, asked, of_visits, limit, total=True)),
        _settled(_by_events(request, seen, asked, of_events, limit, earned=True)),
    )
    by_tab: dict[str, Table | WindowpaneError] = {}
    for some, part in ((of_visits, visits), (of_events, events)):
        if isinstance(part, InvalidRequestError):
            raise part
        by_tab |= _by_tab(some, part if isinstance(part, WindowpaneError) else part[1])
    if isinstance(visits, WindowpaneError):
        return visits, by_tab
    return replace(visits[0], revenue={} if isinstance(events, WindowpaneError) else events[0]), by_tab


async def tables(
    request: Request, seen: SeenSite, asked: Asked, tabs: Sequence[Tab], limit: int, after: int = 0
) -> dict[str, Table | WindowpaneError]:
    """Tab → its table, or what kept it from being made."""
    of_panes = all(pane_questions.covers(seen.visible.shown, asked, tab.by) for tab in tabs)
    kinds = [[*tabs]] if of_panes else [some for some in _kinds(tabs) if some]
    parts = await asyncio.gather(
        *(_settled(_tables(request, seen, asked, some, limit, after)) for some in kinds),
    )
    return {name: each for some, part in zip(kinds, parts, strict=True) for name, each in _by_tab(some, part).items()}


async def points(request: Request, seen: SeenSite, asked: Asked, step: Step) -> tuple[Point, ...]:
    """Of each step of the window."""
    found = None
    if pane_questions.covers(seen.visible.shown, asked):
        with suppress(InvalidRequestError):
            answer, _ = await ask(request, pane_questions.series(seen.visible, asked, step))
            found = site_series.of_answer(answer.answer)
    if found is None:
        made = record_statements.series(asked, conditions_of(asked, seen.goals), step)
        found = site_series.of_rows(await _rows(request, seen, asked, made), seen.zone)
    return site_series.points_of(found, asked.start, asked.end, step, seen.zone, datetime.now(UTC))


async def live(request: Request, seen: SeenSite) -> int:
    """Visitors of the last minutes."""
    now = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    answer, _ = await ask(request, pane_questions.window(seen.visible, _recent(seen, now)))
    groups = answer.answer.groups
    return numbers_of(groups[0]).visitors if groups else 0


async def goals(request: Request, seen: SeenSite, asked: Asked) -> tuple[GoalRow, ...]:
    """How often each goal of the site was met."""
    if not seen.goals:
        return ()
    made = record_statements.goals(asked, conditions_of(asked, seen.goals), seen.goals, seen.site.currency)
    rows = await _rows(request, seen, asked, made)
    return goal_rows(seen.goals, rows[0] if rows else [0] * (1 + 3 * len(seen.goals)))


async def funnel(request: Request, seen: SeenSite, asked: Asked, wanted: Funnel) -> tuple[FunnelStep, ...]:
    """How many got to each step of a funnel."""
    made = record_statements.funnel(asked, conditions_of(asked, seen.goals), wanted)
    rows = await _rows(request, seen, asked, made)
    return funnel_steps(wanted, rows[0] if rows else ())


def _recent(seen: SeenSite, now: datetime) -> Asked:
    return Asked(seen.site.name, seen.zone, now - LIVE, now)


async def _tables(
    request: Request, seen: SeenSite, asked: Asked, tabs: Sequence[Tab], limit: int, after: int
) -> Mapping[str, Table]:
    """Of panes in one statement where breakdowns have all of them, else of records."""
    if all(pane_questions.covers(seen.visible.shown, asked, tab.by) for tab in tabs):
        with suppress(InvalidRequestError):
            answer, _ = await ask(request, pane_questions.tops(seen.visible, asked, tabs, limit + 1, after))
            return _of_panes(answer.answer, tabs, limit, after)
    of_visits, of_events = _kinds(tabs)
    parts = [_by_visits(request, seen, asked, of_visits, limit, after)] if of_visits else []
    parts_of_events = [_by_events(request, seen, asked, of_events, limit, after)] if of_events else []
    read = await asyncio.gather(*parts, *parts_of_events)
    return {name: table for _, part in read for name, table in part.items()}


async def _whole_of_panes(
    request: Request, seen: SeenSite, asked: Asked, tabs: Sequence[Tab], limit: int
) -> tuple[Numbers, Mapping[str, Table]] | None:
    """None where no breakdowns have all of them."""
    wanted = [(), (CURRENCY,), *(tab.by for tab in tabs)]
    if all(pane_questions.covers(seen.visible.shown, asked, by) for by in wanted):
        with suppress(InvalidRequestError):
            answer, _ = await ask(request, pane_questions.tops(seen.visible, asked, tabs, limit + 1, whole=True))
            return pane_questions.whole_of(answer.answer.tables), _of_panes(answer.answer, tabs, limit)
    return None


async def _by_visits(
    request: Request,
    seen: SeenSite,
    asked: Asked,
    tabs: Sequence[Tab],
    limit: int,
    after: int = 0,
    *,
    total: bool = False,
) -> tuple[Numbers, Mapping[str, Table]]:
    """Of records: the total, if wanted, without what was earned; and tables of what visits have one value of."""
    made = record_statements.by_visits(asked, conditions_of(asked, seen.goals), tabs, limit + 1, after, total=total)
    rows = await _rows(request, seen, asked, made)
    found = {tab.name: breakdown_tables.of_visits(tab, rows, made, limit, after) for tab in tabs}
    return breakdown_tables.total_of_visits(rows, made), found


async def _by_events(
    request: Request,
    seen: SeenSite,
    asked: Asked,
    tabs: Sequence[Tab],
    limit: int,
    after: int = 0,
    *,
    earned: bool = False,
) -> tuple[Mapping[str, float], Mapping[str, Table]]:
    """Of records: what was earned by currency, if wanted; and tables of what each event has a value of."""
    made = record_statements.by_events(asked, conditions_of(asked, seen.goals), tabs, limit + 1, after, earned=earned)
    rows = await _rows(request, seen, asked, made)
    found = {tab.name: breakdown_tables.of_events(tab, rows, made, limit, after) for tab in tabs}
    return breakdown_tables.earned_of_events(rows, made) if earned else {}, found


def _kinds(tabs: Sequence[Tab]) -> tuple[list[Tab], list[Tab]]:
    """Those of which a visit has one value, and those of which each event has one."""
    return [tab for tab in tabs if by_visit(tab)], [tab for tab in tabs if not by_visit(tab)]


async def _settled(making: Awaitable[T]) -> T | WindowpaneError:
    """What is made, or what kept it from being made."""
    try:
        return await making
    except WindowpaneError as error:
        return error


def _by_tab(tabs: Sequence[Tab], part: Mapping[str, Table] | WindowpaneError) -> dict[str, Table | WindowpaneError]:
    return {tab.name: part if isinstance(part, WindowpaneError) else part[tab.name] for tab in tabs}


def _of_panes(answer: TopsAnswer, tabs: Sequence[Tab], limit: int, after: int = 0) -> Mapping[str, Table]:
    return {tab.name: breakdown_tables.of_groups(tab, answer.tables[tab.name], limit, after) for tab in tabs}


async def _rows(request: Request, seen: SeenSite, asked: Asked, made: Made) -> Sequence[tuple[Any, ...]]:
    where = ((SITE, (asked.site,)),)
    question = RecordQuestion(
        seen.visible, made.start, made.end, where, record_statements.COLUMNS, made.body, made.values
    )
    return (await ask(request, question))[0].answer.rows


async def events(request: Request, seen: SeenSite, asked: Asked) -> int:
    """How many messages there are."""
    answer, _ = await ask(request, pane_questions.window(seen.visible, asked))
    return sum(group.messages for group in answer.answer.groups)
