"""`GET /v1/openapi.json`: what this API answers, as an OpenAPI document."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.edge.responses import json_response
from web.openapi.document import DOCUMENT

__all__ = ["show_openapi"]


async def show_openapi(_request: Request) -> Response:
    """The document."""
    return json_response(DOCUMENT, headers={"Cache-Control": "public, max-age=300"})
