"""Statements over records that answer what no breakdown does: cross filters, goals, funnels. Pure.

Each reads the relation `records`, which the query package makes of the rows that its asker may see (`RecordQuestion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from query.grouping import set_bits, step_start
from query.rendering import templates_in
from query.requests import Step
from streams.panes import day_start
from streams.records import VISIT_START
from systems.merchants.asked import Asked
from systems.merchants.conditions import Clause, Conditions, clause_of
from systems.merchants.filters import VISIT_COLUMNS
from systems.merchants.goals import Funnel, Goal
from systems.merchants.panels import Tab

COLUMNS = (
    "visitor", "name", "path", "hostname", "view", "engaging", "revenue", "currency", "props",
    *VISIT_COLUMNS, VISIT_START,
)  # fmt: skip
"""Fields that statements read, beside a record's own columns."""

CURRENCY = "currency"

_DAY = timedelta(days=1)
_templates = templates_in(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class Made:
    """SQL without its first `with`, over the records in `[start, end)`; the values of its marks, and its keys."""

    body: str
    values: tuple[Any, ...]
    start: datetime
    end: datetime
    keys: tuple[str, ...] = ()

    def bits(self, by: Sequence[str]) -> int:
        """What `grouping` gives for a set of its keys."""
        return set_bits(self.keys, by)


def by_visits(
    asked: Asked, conditions: Conditions, tabs: Sequence[Tab], limit: int, after: int = 0, *, total: bool = False
) -> Made:
    """Rows by tabs of which a visit has one value, of those after a place; with the total of all, if wanted.

    Columns: each key, the panel's bits, visitors, visits, views, bounces, seconds, events.
    """
    panels = [tab.visit_columns for tab in tabs]
    keys = tuple(dict.fromkeys(name for by in panels for name in by))
    by_begun = [set_bits(keys, by) for tab, by in zip(tabs, panels, strict=True) if tab.counts == "visits"]
    sets = [*({"by": by} for by in panels), *([{"by": ()}] if total or not panels else [])]
    more: dict[str, Any] = {"keys": keys, "panels": sets, "counting_visits": by_begun}
    start, end = _days(asked)
    values = (*_marked(asked, conditions, visits=True), after, after + limit)
    return Made(_rendered("by_visits.sql", conditions, keys, visits=True, **more), values, start, end, keys)


def by_events(
    asked: Asked, conditions: Conditions, tabs: Sequence[Tab], limit: int, after: int = 0, *, earned: bool = False
) -> Made:
    """Rows by tabs of which each event has a value; with those of every currency, if wanted.

    Columns: each key, the panel's bits, visitors, views, events, what was earned.
    """
    panels = [*(tab.by for tab in tabs), *([(CURRENCY,)] if earned else [])]
    keys = tuple(dict.fromkeys(name for by in panels for name in by))
    visits = bool(conditions.visits)
    whole = set_bits(keys, (CURRENCY,)) if earned else None
    more: dict[str, Any] = {"keys": keys, "panels": [{"by": by} for by in panels], "whole": whole}
    start, end = _days(asked) if visits else (asked.start, asked.end)
    values = (*_marked(asked, conditions, visits=visits, seen=True), after, after + limit)
    body = _rendered("by_events.sql", conditions, visits=visits, seen=True, **more)
    return Made(body, values, start, end, keys)


def series(asked: Asked, conditions: Conditions, step: Step) -> Made:
    """Per step: the moment, visitors, visits, views, bounces, seconds, events.

    Moments of days and longer steps are of the site's clocks, without an offset; others are instants.
    """
    zone = asked.zone.key if step.of_calendar else None
    start, end = _days(asked)
    moments = {"happened": step_start("event_time", step, zone), "began": step_start("visit_start", step, zone)}
    body = _rendered("series.sql", conditions, visits=True, seen=True, **moments)
    return Made(body, _marked(asked, conditions, visits=True, seen=True), start, end)


def goals(asked: Asked, conditions: Conditions, wanted: Sequence[Goal], currency: str) -> Made:
    """One row: all visitors, then of each goal its visitors, its events, and what they earned in a currency."""
    visits = bool(conditions.visits)
    clauses = [clause_of(goal.condition) for goal in wanted]
    start, end = _days(asked) if visits else (asked.start, asked.end)
    values = list(_marked(asked, conditions, visits=visits, seen=True))
    for clause in clauses:
        values += [*clause.values, *clause.values, currency]
    return Made(_rendered("goals.sql", conditions, visits=visits, seen=True, goals=clauses), tuple(values), start, end)


def funnel(asked: Asked, conditions: Conditions, wanted: Funnel) -> Made:
    """One row: how many visitors got to each step."""
    clauses = [clause_of(step.condition) for step in wanted.steps]
    visits = bool(conditions.visits or conditions.events)
    start, end = _days(asked)
    more: dict[str, Any] = {"steps": clauses, "days": wanted.days}
    marks = _all_values(clauses)
    values = (*_marked(asked, conditions, visits=visits), *marks, *marks)
    last = end if not wanted.days else max(end, asked.end + _DAY * wanted.days)
    return Made(_rendered("funnel.sql", conditions, visits=visits, **more), values, start, last)


def _rendered(
    template: str,
    conditions: Conditions,
    shown: Sequence[str] = (),
    *,
    visits: bool = False,
    seen: bool = False,
    **more: Any,
) -> str:
    """The statement; `shown`: columns of visits that it is by."""
    wanted = {*shown, *conditions.visit_columns}
    first = [name for name in ("entry", *VISIT_COLUMNS) if name in wanted]
    given = {"conditions": conditions, "first": first, "visits": visits, "seen": seen, **more}
    return _templates.get_template(template).render(given)


def _marked(asked: Asked, conditions: Conditions, *, visits: bool, seen: bool = False) -> tuple[Any, ...]:
    """Values of the marks that every statement begins with."""
    values: tuple[Any, ...] = (*conditions.of_events, asked.start, asked.end)
    if not visits:
        return values
    values += (*conditions.of_beginnings, asked.start, asked.end, *conditions.of_visits)
    return (*values, *conditions.of_visits) if seen and conditions.by_beginnings else values


def _all_values(clauses: Sequence[Clause]) -> tuple[str, ...]:
    return tuple(value for clause in clauses for value in clause.values)


def _days(asked: Asked) -> tuple[datetime, datetime]:
    """All UTC days that a window reaches into: visits end with them."""
    end = day_start(asked.end)
    return day_start(asked.start), end if end == asked.end else end + _DAY
