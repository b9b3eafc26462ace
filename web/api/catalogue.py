"""What there is to ask: `GET /v1/streams`, `GET /v1/streams/{stream}`, and `GET /v1/openapi.json`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from streams.definition import Definition
from streams.time_text import timestamp
from web.edge.responses import json_response
from web.openapi.document import DOCUMENT
from web.service import service_of


async def streams(request: Request) -> Response:
    """Every stream with what can be asked of it and how fresh it is."""
    service = service_of(request)
    views = service.queries.views()
    listed = []
    for name, definition in service.definitions.items():
        view = views.get(name)
        listed.append(
            {
                **_outline(definition),
                "complete_until": timestamp(view.complete_until if view else None, millis=True),
                "last_commit": timestamp(view.committed if view else None, millis=True),
            }
        )
    return json_response({"streams": listed})


async def show_stream(request: Request) -> Response:
    """One stream's definition."""
    return json_response(definition_json(service_of(request).definition(request.path_params["stream"])))


async def show_openapi(_request: Request) -> Response:
    """What this API answers, as an OpenAPI document."""
    return json_response(DOCUMENT, headers={"Cache-Control": "public, max-age=300"})


def definition_json(definition: Definition) -> dict[str, Any]:
    """The definition without the keys that it leaves unset, and the digest that tells two versions apart."""
    return {**definition.model_dump(mode="json", exclude_none=True, exclude={"demo"}), "digest": definition.digest}


def _outline(definition: Definition) -> dict[str, Any]:
    return {
        "stream": definition.name,
        "title": definition.title,
        "description": definition.description,
        "topic": definition.topic,
        "dimensions": list(definition.dimensions),
        "measures": list(definition.measures),
        "distincts": list(definition.distincts),
    }
