"""The numbers of a site's dashboard: of breakdowns where one has them, else of records. Each raises what `ask` does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request

from query.record_questions import RecordQuestion
from query.requests import Step
from systems.merchants import breakdown_tables, pane_questions, record_statements
from systems.merchants import series as site_series
from systems.merchants.asked import Asked
from systems.merchants.breakdown_tables import Table
from systems.merchants.conditions import conditions_of
from systems.merchants.goal_tables import FunnelStep, GoalRow, funnel_steps, goal_rows
from systems.merchants.goals import Funnel
from systems.merchants.numbers import Numbers, numbers_of, revenue_of
from systems.merchants.panels import Tab, by_visit
from systems.merchants.record_statements import Made
from systems.merchants.series import Point
from systems.merchants.sites import SITE
from web.asking.questions import ask
from web.asking.seen_sites import SeenSite

LIVE = timedelta(minutes=5)
CURRENCY = "currency"


async def numbers(request: Request, seen: SeenSite, asked: Asked) -> Numbers:
    """Of the whole window."""
    if pane_questions.covers(seen.visible.shown, asked, (CURRENCY,)):
        whole, earned = await asyncio.gather(
            ask(request, pane_questions.window(seen.visible, asked)),
            ask(request, pane_questions.window(seen.visible, asked, (CURRENCY,))),
        )
        groups = whole[0].answer.groups
        return numbers_of(groups[0] if groups else None, revenue_of(earned[0].answer.groups))
    conditions = conditions_of(asked, seen.goals)
    made = record_statements.by_visits(asked, conditions, [], 1, total=True)
    counted, currencies = await asyncio.gather(
        _rows(request, seen, asked, made), _rows(request, seen, asked, record_statements.revenue(asked, conditions))
    )
    whole_row = counted[0][1:] if counted else (0,) * 6
    return replace(Numbers(*whole_row), revenue={str(name): float(earned) for name, earned in currencies})


async def tables(
    request: Request, seen: SeenSite, asked: Asked, tabs: Sequence[Tab], limit: int, after: int = 0
) -> dict[str, Table | Exception]:
    """Tab → its table, or what kept it from being made."""
    of_panes = [tab for tab in tabs if pane_questions.covers(seen.visible.shown, asked, tab.by)]
    left = [tab for tab in tabs if tab not in of_panes]
    parts = await asyncio.gather(
        *(_of_panes(request, seen, asked, tab, limit, after) for tab in of_panes),
        *(_of_records(request, seen, asked, some, limit, after) for some in _by_kind(left)),
        return_exceptions=True,
    )
    found: dict[str, Table | Exception] = {}
    for names, part in zip([[tab] for tab in of_panes] + _by_kind(left), parts, strict=True):
        if isinstance(part, Exception):
            found |= {tab.name: part for tab in names}
        elif isinstance(part, BaseException):
            raise part
        else:
            found |= part
    return found


async def points(request: Request, seen: SeenSite, asked: Asked, step: Step) -> tuple[Point, ...]:
    """Of each step of the window."""
    if pane_questions.covers(seen.visible.shown, asked):
        answer, _ = await ask(request, pane_questions.series(seen.visible, asked, step))
        found = site_series.of_answer(answer.answer)
    else:
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


async def _of_panes(
    request: Request, seen: SeenSite, asked: Asked, tab: Tab, limit: int, after: int
) -> Mapping[str, Table]:
    answer, _ = await ask(request, pane_questions.window(seen.visible, asked, tab.by))
    return {tab.name: breakdown_tables.of_groups(tab, answer.answer.groups, limit, after)}


async def _of_records(
    request: Request, seen: SeenSite, asked: Asked, tabs: Sequence[Tab], limit: int, after: int
) -> Mapping[str, Table]:
    conditions = conditions_of(asked, seen.goals)
    make, read = (
        (record_statements.by_visits, breakdown_tables.of_visits)
        if by_visit(tabs[0])
        else (record_statements.by_events, breakdown_tables.of_events)
    )
    made = make(asked, conditions, tabs, limit + 1, after)
    rows = await _rows(request, seen, asked, made)
    return {tab.name: read(tab, rows, made.keys, made.bits(_keys(tab)), limit, after) for tab in tabs}


def _by_kind(tabs: Sequence[Tab]) -> list[list[Tab]]:
    """Those that one statement answers together."""
    kinds = ([tab for tab in tabs if by_visit(tab)], [tab for tab in tabs if not by_visit(tab)])
    return [kind for kind in kinds if kind]


def _keys(tab: Tab) -> tuple[str, ...]:
    return ("entry",) if tab.name == "entry" else tab.by


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
