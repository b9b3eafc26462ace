"""`GET /sites/{site}`: the dashboard of a site, and `…/panels/{panel}`: one part of it by itself."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from systems.merchants.asked import Asked
from systems.merchants.goals import Funnel
from systems.merchants.panels import PANELS
from systems.merchants.ranges import RANGES
from systems.merchants.sites import STREAM
from systems.merchants.snippet import snippet
from web.access.cookies import own_address
from web.asking.seen_sites import SeenSite, seen_site
from web.edge.problems import ProblemError
from web.page.templating import inert_json, page_response
from web.pages.site import shown
from web.pages.site.boards import MORE_ROWS, ROWS, board_of, funnel_of, goals_of, has_events, table_of
from web.pages.site.chart import chart_plan, chart_rows
from web.pages.site.view import METRICS, View, read_view
from web.service import service_of

GOALS, FUNNELS = "goals", "funnels"
LAZY = {GOALS: "Goals", FUNNELS: "Funnels"}
"""Panels that are answered of records, and so are asked for by themselves."""


async def site_page(request: Request) -> Response:
    """The dashboard; before the first event, how to get it."""
    seen = await seen_site(request)
    view = view_of(request, seen)
    board = await board_of(request, seen, view)
    chosen = view.filters or view.problem or seen.imported
    if board.silent and not chosen and not await has_events(request, seen, view.now):
        line = snippet(own_address(request, ""), seen.site)
        return page_response("pages/site/waiting.html", 200, _VARY, **_about(seen, view), snippet=line)
    asked = view.asked(seen.site.name)
    points = board.points.value or ()
    return page_response(
        "pages/site/site.html",
        422 if view.problem else 200,
        _VARY,
        **_about(seen, view),
        board=board,
        tiles=shown.tiles_of(board.numbers.value, board.before.value, seen.site.currency)
        if board.numbers.value
        else [],
        plan=inert_json(chart_plan(view, points, board.earlier.value, seen.annotations)),
        chart_rows=chart_rows(view, points),
        metrics=METRICS,
        notes=[note for note in seen.annotations if view.days[0] <= note.day < view.days[1]],
        compared=_compared_days(view, asked.compared_until(view.now), asked.compared),
        complete_until=_complete_until(request),
    )


async def panel_page(request: Request) -> Response:
    """One panel: whole, or with `fragment` as the dashboard has it."""
    seen, name = await seen_site(request), request.path_params["panel"]
    view = view_of(request, seen)
    fragment = "fragment" in request.query_params
    context = await _panel(request, seen, view, name, whole=not fragment)
    template = "pages/site/fragment.html" if fragment else "pages/site/panel.html"
    return page_response(template, 200, _VARY, **_about(seen, view), **context)


async def _panel(request: Request, seen: SeenSite, view: View, name: str, *, whole: bool) -> dict[str, Any]:
    """What the template of one panel is given. Raises ProblemError for one that there is not."""
    asked = view.asked(seen.site.name)
    if name == GOALS:
        return {"name": name, "goals": await goals_of(request, seen, asked)}
    if name == FUNNELS:
        funnel = chosen_funnel(request, seen)
        steps = await funnel_of(request, seen, asked, funnel) if funnel else None
        return {"name": name, "funnel": funnel, "steps": steps}
    if name not in PANELS:
        raise ProblemError("not-found", "There is no such panel.")
    after = request.query_params.get("after", "0")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
    limit = MORE_ROWS if whole else ROWS
    tab = view.tab(name)
    return {
        "name": name,
        "panel": PANELS[name],
        "tab": tab,
        "table": await table_of(request, seen, asked, tab, limit, place),
        "after": place,
    }


_VARY = {"Vary": "Cookie"}


def view_of(request: Request, seen: SeenSite) -> View:
    """What the address asks for."""
    address, now, first = f"/sites/{seen.site.name}", datetime.now(UTC), seen.site.created_at
    if seen.imported is not None:
        first = min(first, datetime.combine(seen.imported.first, time(), seen.zone))
    return read_view(address, seen.zone, first, now, request.query_params.multi_items())


def chosen_funnel(request: Request, seen: SeenSite) -> Funnel | None:
    """That of the address, else the first; None for a site without."""
    chosen = request.query_params.get("funnel", "")
    return next((each for each in seen.funnels if str(each.id) == chosen), next(iter(seen.funnels), None))


def _compared_days(view: View, compared: Asked | None, whole: Asked | None) -> str:
    """The days that numbers are compared with, and until when on the last; empty if they are compared with nothing."""
    if compared is None or whole is None:
        return ""
    first, end = (moment.astimezone(view.zone) for moment in (compared.start, compared.end))
    days = shown.days_in_words(first.date(), (end - timedelta(minutes=1)).date())
    return days if compared.end == whole.end or end.time() == time() else f"{days} until {end:%H:%M}"


def _about(seen: SeenSite, view: View) -> dict[str, Any]:
    """What every page of a site is given."""
    return {
        "title": seen.site.title or seen.site.name,
        "page_name": "sites",
        "site": seen.site,
        "seen": seen,
        "view": view,
        "ranges": RANGES,
        "panels": PANELS,
        "lazy": [name for name, parts in ((GOALS, seen.goals), (FUNNELS, seen.funnels)) if parts],
        "show": shown,
        "titles": LAZY,
    }


def _complete_until(request: Request) -> datetime | None:
    view = service_of(request).queries.views().get(STREAM)
    return view.complete_until if view else None
