"""`GET /v1/engines`: how the engines, the streams and the disk stand, in one look."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.asking.engines import standing_of_all
from web.edge.responses import json_response

__all__ = ["show_engines"]


async def show_engines(request: Request) -> Response:
    """All of it as JSON."""
    return json_response(await standing_of_all(request))
