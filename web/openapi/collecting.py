"""Events of web sites in the OpenAPI document."""

from __future__ import annotations

from systems.merchants.event_format import (
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_AGE_MS,
    MOST_PROPS,
    MOST_REVENUE,
)
from web.openapi.operations import in_path, problems
from web.openapi.shapes import TEXT, Json, map_of, reference

_MONEY: Json = {"type": "number", "minimum": -MOST_REVENUE, "maximum": MOST_REVENUE}
_FLAG: Json = {"type": "boolean"}

COLLECTING_SCHEMAS: Json = {
    "Event": {
        "type": "object",
        "description": "What happened on a page. Plausible's names of the fields are understood too.",
        "properties": {
            "name": {**TEXT, "maxLength": LONGEST_NAME, "description": "`pageview`, or an event of one's own."},
            "url": {**TEXT, "description": "Address of the page, of a host that the site names."},
            "domain": {**TEXT, "description": "The site, or some with commas between them, at /api/event."},
            "referrer": {**TEXT, "description": "Address that the visitor came from."},
            "title": {**TEXT, "description": f"Of the page; cut to {LONGEST_TITLE} characters."},
            "width": {"type": "integer", "minimum": 0, "description": "Of the window, in pixels."},
            "language": {**TEXT, "description": "In place of the header Accept-Language."},
            "engaging": {**_FLAG, "description": "False: it ends no bounce."},
            "hash": {**_FLAG, "description": "Pages are told apart by what follows #."},
            "props": {
                **map_of({"type": ["string", "number", "boolean"]}, description="Properties of one's own."),
                "maxProperties": MOST_PROPS,
            },
            "revenue": {
                "oneOf": [_MONEY, {"type": "object", "properties": {"amount": _MONEY, "currency": TEXT}}],
                "description": "In the site's currency, if none is named.",
            },
            "id": {**TEXT, "maxLength": LONGEST_ID, "description": "Sent again within an hour it counts once."},
            "age": {
                "type": "number",
                "maximum": MOST_AGE_MS,
                "description": "Milliseconds for which it waited at its sender.",
            },
        },
        "required": ["name", "url"],
    }
}

_REFUSALS = (
    "unparseable",
    "forbidden",
    "unknown-site",
    "too-slow",
    "too-large",
    "unsupported-type",
    "invalid-values",
    "throttled",
    "engine-away",
)


def _posted(name: str, summary: str, answered: Json, *parameters: Json) -> Json:
    kinds = {kind: {"schema": reference("Event")} for kind in ("application/json", "text/plain")}
    operation: Json = {
        "operationId": name,
        "summary": summary,
        "security": [],
        "requestBody": {"required": True, "content": kinds},
        "responses": {**answered, **problems(*_REFUSALS)},
    }
    return {"post": {**operation, "parameters": [*parameters]} if parameters else operation}


COLLECTING_PATHS: Json = {
    "/collect/{site}": _posted(
        "collect",
        "Take in an event of a web site.",
        {"204": {"description": "Kafka has it."}},
        in_path("site", "Name of the site."),
    ),
    "/api/event": _posted(
        "collectPlausible",
        "Take in an event in Plausible's format, which names its sites.",
        {"202": {"description": "Kafka has it.", "content": {"text/plain": {"schema": TEXT}}}},
    ),
}
