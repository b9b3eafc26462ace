"""Every error as an answer: problem details for programs, a page for people; and what is no error by HTTP's rules."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from streams.errors import WindowpaneError
from web.access.away import problem_for
from web.access.cookies import clear_session, set_link
from web.access.csrf import SAFE
from web.access.doors import SEEN
from web.access.scopes import asker_of
from web.edge.problems import problem_response
from web.page.templating import page_response

_FOR_PROGRAMS = ("/v1/", "/healthz", "/readyz", "/metrics", "/static/")
_READING = "GET, HEAD"
_LONGEST_NEXT = 2_000


async def answer_error(request: Request, error: Exception) -> Response:
    """The problem of an error, in the form that the address calls for."""
    problem = problem_for(request, error)
    if request.scope["path"].startswith(_FOR_PROGRAMS) or "text/html" not in request.headers.get("accept", ""):
        response = problem_response(problem)
    elif problem.status == 401:
        response = Response(status_code=303, headers={"Location": _login(request), "Cache-Control": "no-store"})
    else:
        response = page_response(
            "page/problem.html", problem.status, problem.headers, title=problem.title, problem=problem
        )
    if problem.status == 401 and getattr(request.state, "session_ended", False):
        clear_session(request, response)
    if problem.status == 401 and getattr(request.state, "link_ended", False):
        set_link(request, response, "")
    if asker_of(request).seen_by:
        response.headers[SEEN] = asker_of(request).name
    return response


async def answer_http_error(request: Request, error: Exception) -> Response:
    """As others; but OPTIONS is told what is allowed, and a slash too many leads to the address without."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = {*(error.headers or {}).get("Allow", _READING).split(", "), "OPTIONS"}
        headers = {"Allow": ", ".join(sorted(allowed))}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        return await answer_error(request, HTTPException(405, error.detail, headers))
    if error.status_code == 404 and (address := _without_slash(request)):
        return Response(status_code=308, headers={"Location": address})
    return await answer_error(request, error)


def _login(request: Request) -> str:
    """Where one logs in, and then comes back to what was asked for."""
    query = request.scope["query_string"].decode("latin-1")
    asked = request.scope["path"] + (f"?{query}" if query else "")
    known = request.method in SAFE and asked != "/" and len(asked) < _LONGEST_NEXT
    return f"/login?{urlencode({'next': asked})}" if known else "/login"


def _without_slash(request: Request) -> str:
    """The address without slashes at its end; empty if there is nothing at it."""
    path = request.scope["path"].rstrip("/")
    scope = {**request.scope, "path": path}
    if path == request.scope["path"] or not any(
        isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE for route in request.app.routes
    ):
        return ""
    query = request.scope["query_string"].decode("latin-1")
    address: str = request.scope["raw_path"].decode("latin-1").rstrip("/")
    return f"{address}?{query}" if query else address


HANDLERS = {HTTPException: answer_http_error, WindowpaneError: answer_error}
