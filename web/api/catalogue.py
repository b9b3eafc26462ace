"""What there is to ask: `GET /v1/streams`, `GET /v1/streams/{stream}`, and `GET /v1/openapi.json`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from query.visible import Visible
from streams.time_text import timestamp
from web.asking.definitions import breakdowns_json, definition_json
from web.asking.known_streams import known_stream, known_streams
from web.edge.responses import json_response
from web.openapi.document import DOCUMENT
from web.service import service_of


async def streams(request: Request) -> Response:
    """Every stream that the asker knows, with what can be asked of it and how fresh it is."""
    views = service_of(request).queries.views()
    listed = []
    for name, visible in known_streams(request).items():
        view = views.get(name)
        listed.append(
            {
                **_outline(visible),
                "complete_until": timestamp(view.complete_until if view else None, millis=True),
                "last_commit": timestamp(view.committed if view else None, millis=True),
            }
        )
    return json_response({"streams": listed})


async def show_stream(request: Request) -> Response:
    """One stream's definition, as far as it is shown to the asker."""
    return json_response(definition_json(known_stream(request, request.path_params["stream"])))


async def show_openapi(_request: Request) -> Response:
    """What this API answers, as an OpenAPI document."""
    return json_response(DOCUMENT, headers={"Cache-Control": "private, max-age=300"})


def _outline(visible: Visible) -> dict[str, Any]:
    shown = visible.shown
    return {
        "stream": shown.name,
        "title": shown.title,
        "description": shown.description,
        **({"topic": shown.topic} if visible.scope.whole else {}),
        "dimensions": list(shown.dimensions),
        "breakdowns": breakdowns_json(shown),
        "measures": list(shown.measures),
        "distincts": list(shown.distincts),
    }
