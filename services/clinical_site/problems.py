"""What is wrong with a request, as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class SiteProblemError(Exception):
    """A request that is not answered: its status, and what to do."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


async def problem_response(_: Request, error: Exception) -> Response:
    """The answer in its place."""
    assert isinstance(error, SiteProblemError)
    return JSONResponse(
        {"title": HTTPStatus(error.status).phrase, "status": error.status, "detail": error.detail},
        error.status,
        {**error.headers, "Cache-Control": "no-store"},
        media_type="application/problem+json",
    )
