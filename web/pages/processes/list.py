"""`/processes`: what is asked of records over and over, and how each stands."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from database.errors import LakeAwayError
from query.errors import EngineAwayError, TooSlowError
from web.access.away import problem_for
from web.access.scopes import asker_of
from web.asking.known_streams import known_streams
from web.asking.processes import SeenProcess, declared_here, seen_processes
from web.page.templating import page_response

AWAY = (LakeAwayError, EngineAwayError, TooSlowError)


async def processes_page(request: Request) -> Response:
    """Those that the asker may know, by name; and to those who see all, declarations that cannot be read."""
    declared = await declared_here(request)
    shown, away = list[SeenProcess](), None
    try:
        shown = await seen_processes(request, declared)
    except AWAY as error:
        away = problem_for(request, error)
    problems = declared.problems if asker_of(request).sees_all else {}
    return page_response(
        "pages/processes/processes.html",
        away.status if away else 200,
        {"Cache-Control": "no-store", **((away and away.headers) or {})},
        title="Statistics",
        processes=shown,
        problems=[str(error) for _, error in sorted(problems.items())],
        away=away,
        titles={name: each.shown.title for name, each in known_streams(request).items()},
    )
