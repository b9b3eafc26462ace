"""`GET /v1/sites/{site}/…`: a dashboard's numbers for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from query.requests import MOST_POINTS, Step, shortened
from streams.time_text import timestamp
from systems.merchants.asked import Asked, read_asked
from systems.merchants.errors import UnknownSiteError
from systems.merchants.importing.daily_records import ImportedFigures
from systems.merchants.panels import BREAKDOWNS, GOAL, TABS
from systems.merchants.ranges import steps_for
from web.access.sites import seen_sites
from web.api.objects import invalid
from web.asking import dashboards
from web.asking.questions import check_span
from web.asking.seen_sites import SeenSite, seen_site
from web.asking.sites import in_sites

USUAL_ROWS, MOST_ROWS = 100, 1000
_LATEST_PLACE = 1_000_000


async def stats(request: Request) -> Response:
    """The numbers of a window, and of the one that it is compared with."""
    seen, asked = await _asked(request)
    compared = asked.compared
    if compared is None:
        numbers = await dashboards.numbers(request, seen, asked)
        return _json({**_about(seen, asked), **numbers.as_json(), "compared": None})
    numbers, before = await asyncio.gather(
        dashboards.numbers(request, seen, asked), dashboards.numbers(request, seen, compared)
    )
    then = {"start": timestamp(compared.start), "end": timestamp(compared.end), **before.as_json()}
    return _json({**_about(seen, asked), **numbers.as_json(), "compared": then})


async def breakdown(request: Request) -> Response:
    """The same by values of one thing, the largest first."""
    seen, asked = await _asked(request, ("by", "limit", "after"))
    by = request.query_params.get("by", "")
    limit = _number(request, "limit", USUAL_ROWS, 1, MOST_ROWS)
    after = _number(request, "after", 0, 0, _LATEST_PLACE)
    if by == GOAL:
        rows = [row.as_json() for row in await dashboards.goals(request, seen, asked)]
        more = after + limit if len(rows) > after + limit else None
        return _json({**_about(seen, asked), "by": by, "rows": rows[after : after + limit], "next": more})
    if by not in TABS:
        invalid("by", f"{shortened(by)!r} is not one of {', '.join(BREAKDOWNS)}" if by else "is missing")
    table = (await dashboards.tables(request, seen, asked, [TABS[by]], limit, after))[by]
    if isinstance(table, Exception):
        raise table
    return _json({**_about(seen, asked), **table.as_json()})


async def series(request: Request) -> Response:
    """The numbers at each step of the window."""
    seen, asked = await _asked(request, ("step",))
    text = request.query_params.get("step", steps_for(asked.end - asked.start)[0].value)
    if text not in {*Step}:
        invalid("step", f"{shortened(text)!r} is not one of {', '.join(Step)}")
    step = Step(text)
    if (asked.end - asked.start) / step.length > MOST_POINTS:
        invalid("step", f"gives more than {MOST_POINTS} points; choose a longer one")
    points = await dashboards.points(request, seen, asked, step)
    return _json({**_about(seen, asked), "step": step.value, "points": [point.as_json() for point in points]})


async def funnel(request: Request) -> Response:
    """How many visitors got to each step of a funnel."""
    seen, asked = await _asked(request)
    number = request.path_params["id"]
    wanted = seen.funnel(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if wanted is None:
        raise UnknownSiteError("funnel")
    steps = await dashboards.funnel(request, seen, asked, wanted)
    about = {"id": wanted.id, "name": wanted.name, "days": wanted.days}
    return _json({**_about(seen, asked), **about, "steps": [step.as_json() for step in steps]})


async def live(request: Request) -> Response:
    """Visitors of the last five minutes."""
    seen = await seen_site(request)
    minutes = int(dashboards.LIVE.total_seconds() // 60)
    return _json({"site": seen.site.name, "minutes": minutes, "visitors": await dashboards.live(request, seen)})


async def imported(request: Request) -> Response:
    """What another service counted on the days that begin in the window, by the site's clocks; it knows no filters."""
    seen, asked = await _asked(request)
    if asked.filters:
        invalid(asked.filters[0][0], "cannot be filtered by: imported figures are sums of days")
    known, name, scope = seen.imported, seen.site.name, seen_sites(request)
    if known is None:
        return _json({**_about(seen, asked), "products": [], **ImportedFigures({}, {}).as_json()})
    first, end = (_next_midnight(at.astimezone(seen.zone)) for at in (asked.start, asked.end))
    found = await in_sites(request, lambda store: store.imported.of(scope, name, first, end, MOST_ROWS))
    return _json({**_about(seen, asked), "products": [*known.products], **found.as_json()})


def _next_midnight(at: datetime) -> date:
    """The day that begins then or next."""
    return at.date() + timedelta(days=at.time() != time())


async def _asked(request: Request, more: Sequence[str] = ()) -> tuple[SeenSite, Asked]:
    """The site and the question. Raises ProblemError and InvalidRequestError."""
    seen = await seen_site(request)
    asked = read_asked(seen.site.name, seen.zone, request.query_params.multi_items(), more)
    check_span(request, asked.start, asked.end)
    return seen, asked


def _about(seen: SeenSite, asked: Asked) -> dict[str, Any]:
    return {
        "site": seen.site.name,
        "time_zone": seen.site.time_zone,
        "start": timestamp(asked.start),
        "end": timestamp(asked.end),
        "filters": {name: list(values) for name, values in asked.filters},
    }


def _number(request: Request, name: str, usual: int, least: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        invalid(name, f"is a number from {least} to {most:,}")
    return int(text)


def _json(content: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "private, no-cache"}
    return Response(orjson.dumps(content), headers=headers, media_type="application/json")
