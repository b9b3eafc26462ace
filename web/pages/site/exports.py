"""Everything that a dashboard shows, to take away: a panel as CSV, all of it as JSON."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from streams.errors import WindowpaneError
from streams.time_text import timestamp
from systems.merchants.breakdown_tables import Table
from systems.merchants.panels import PANELS, TABS
from web.asking import dashboards
from web.asking.seen_sites import SeenSite, seen_site
from web.edge.problems import ProblemError
from web.page.downloads import download, plain
from web.pages.site.handlers import FUNNELS, GOALS, chosen_funnel, view_of
from web.pages.site.view import METRICS, View

MOST_ROWS = 10_000
"""Rows of a table in an export."""

CHART = "chart"
_NUMBERS = ("visitors", "visits", "views", "bounce_rate", "visit_seconds", "events")

Rows = Iterable[Sequence[Any]]


async def panel_csv(request: Request) -> Response:
    """A panel, the chart, the goals or a funnel as CSV. Raises what `ask` does."""
    seen, name = await seen_site(request), request.path_params["panel"]
    view = view_of(request, seen)
    head, rows = await _sheet(request, seen, view, name)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(head)
    writer.writerows([plain(value) for value in row] for row in rows)
    first, last = view.days[0], view.last_day
    return download(written.getvalue().encode(), f"{seen.site.name}-{name}-{first}-{last}.csv", "text/csv")


async def export_json(request: Request) -> Response:
    """All numbers of the dashboard as one object. Raises what `ask` does."""
    seen = await seen_site(request)
    view = view_of(request, seen)
    asked = view.asked(seen.site.name)
    compared = asked.compared_until(view.now)
    numbers, points, tables, goals = await asyncio.gather(
        dashboards.numbers(request, seen, asked),
        dashboards.points(request, seen, asked, view.step),
        dashboards.tables(request, seen, asked, [*TABS.values()], MOST_ROWS),
        dashboards.goals(request, seen, asked),
    )
    before = await dashboards.numbers(request, seen, compared) if compared else None
    funnels = [await dashboards.funnel(request, seen, asked, each) for each in seen.funnels]
    whole = {
        "site": seen.site.name,
        "time_zone": seen.site.time_zone,
        "start": timestamp(asked.start),
        "end": timestamp(asked.end),
        "filters": {name: list(values) for name, values in asked.filters},
        "numbers": numbers.as_json(),
        "compared": compared
        and before
        and {"start": timestamp(compared.start), "end": timestamp(compared.end), "numbers": before.as_json()},
        "series": {"step": view.step.value, "points": [point.as_json() for point in points]},
        "breakdowns": {name: _whole(table).as_json()["rows"] for name, table in tables.items()},
        "goals": [row.as_json() for row in goals],
        "funnels": [
            {"id": each.id, "name": each.name, "days": each.days, "steps": [step.as_json() for step in steps]}
            for each, steps in zip(seen.funnels, funnels, strict=True)
        ],
    }
    name = f"{seen.site.name}-{view.days[0]}-{view.last_day}.json"
    return download(orjson.dumps(whole, option=orjson.OPT_INDENT_2), name, "application/json")


async def _sheet(request: Request, seen: SeenSite, view: View, name: str) -> tuple[Sequence[str], Rows]:
    """Heads and rows. Raises ProblemError for a panel that there is not."""
    asked = view.asked(seen.site.name)
    if name == CHART:
        points = await dashboards.points(request, seen, asked, view.step)
        known = [point for point in points if point.numbers is not None]
        return (view.step.value, *METRICS), (
            (timestamp(each.at), *(getattr(each.numbers, metric) for metric in METRICS)) for each in known
        )
    if name == GOALS:
        rows = await dashboards.goals(request, seen, asked)
        return ("goal", "visitors", "events", "conversion_rate", f"earned_{seen.site.currency}"), (
            (each.goal.name, each.visitors, each.times, each.rate, each.earned) for each in rows
        )
    if name == FUNNELS and (funnel := chosen_funnel(request, seen)):
        steps = await dashboards.funnel(request, seen, asked, funnel)
        return ("step", "visitors", "of_first", "of_before"), (
            (each.name, each.visitors, each.of_first, each.of_before) for each in steps
        )
    if name not in PANELS:
        raise ProblemError("not-found", "There is no such panel.")
    tab = view.tab(name)
    table = _whole((await dashboards.tables(request, seen, asked, [tab], MOST_ROWS))[tab.name])
    keys = ("country", tab.name) if len(tab.by) > 1 else (tab.name,)
    columns = [name for name in _NUMBERS if name in tab.columns]
    return (*keys, *columns), ((*row.key, *(getattr(row.numbers, column) for column in columns)) for row in table.rows)


def _whole(found: Table | WindowpaneError) -> Table:
    if isinstance(found, WindowpaneError):
        raise found
    return found
