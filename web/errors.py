"""Every error as an answer: problem details for programs, a page for people."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from streams.errors import WindowpaneError
from web.problems import problem_of, problem_response
from web.templating import page_response

__all__ = ["HANDLERS", "answer_error"]

_FOR_PROGRAMS = ("/v1/", "/healthz", "/readyz", "/metrics", "/static/")


async def answer_error(request: Request, error: Exception) -> Response:
    """The problem of an error, in the form that the address calls for."""
    problem = problem_of(error)
    if request.url.path.startswith(_FOR_PROGRAMS) or "text/html" not in request.headers.get("accept", ""):
        return problem_response(problem)
    headers = problem.headers
    return page_response("problem.html", problem.status, headers, title=problem.title, problem=problem)


HANDLERS = {HTTPException: answer_error, WindowpaneError: answer_error}
