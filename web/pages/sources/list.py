"""`/sources`: where messages come from that nobody sends, and how each source stands."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.access.away import problem_for
from web.access.scopes import asker_of
from web.access.sources import administers_streams
from web.asking.known_streams import known_streams
from web.asking.sources import AWAY, SeenSource, seen_sources, standings_of_sources
from web.edge.problems import Problem
from web.page.templating import page_response
from web.pages.sources.shown import lag_in_words
from web.service import service_of


async def sources_page(request: Request) -> Response:
    """Those that the asker may know, by name; and to those who see all, files that declare none."""
    shown, problems = list[SeenSource](), dict[str, str]()
    away: Problem | None = None
    try:
        standings = await standings_of_sources(request)
        shown = seen_sources(request, standings)
        problems = dict(standings.problems) if asker_of(request).sees_all else {}
    except AWAY as error:
        away = problem_for(request, error)
    known = known_streams(request)
    return page_response(
        "pages/sources/sources.html",
        away.status if away else 200,
        {"Cache-Control": "no-store", **((away and away.headers) or {})},
        title="Sources",
        sources=shown,
        lag=lag_in_words,
        problems=problems,
        away=away,
        titles={name: each.shown.title for name, each in known.items()},
        may_try=bool(administers_streams(request)),
        folder=service_of(request).declared_sources.folders[0],
    )
