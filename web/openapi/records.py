"""Records in the OpenAPI document: a page of them, or all of them as a file."""

from __future__ import annotations

from query.record_formats import FORMATS
from query.record_requests import MOST_RECORDS
from web.openapi.operations import answer, in_path, parameter, problems
from web.openapi.shapes import COUNT, TEXT, TIME, TIME_OR_NULL, Json, array_of, map_of, object_of

_STREAM = in_path("stream", "Name of the stream.")
_PARAMETERS = [
    parameter("start", "Event times from then; RFC 3339 with an offset.", TIME, required=True),
    parameter("end", "Event times before then; RFC 3339 with an offset.", TIME, required=True),
    parameter("fields", "Only these fields, separated by commas; without it all of them.", TEXT),
    parameter("limit", f"Records in a page, at most {MOST_RECORDS:,}; files have all.", {"type": "integer"}),
    parameter("after", "The `next` of the page before, of the same question.", TEXT),
]
_FILTERS = parameter(
    "filters",
    "FIELD=VALUE for a string, boolean or integer field of the stream: only records with that value. Several values of "
    "one field are alternatives.",
    map_of(array_of(TEXT)),
    style="form",
    explode=True,
)
_KINDS = ("unparseable", "unauthorized", "forbidden", "unknown-stream", "address-too-long", "invalid-values", "busy",
          "throttled", "engine-away")  # fmt: skip


def _answered() -> Json:
    answered = answer("A page of records, or with another Accept all of them as a file, newest first.", "Records")
    files: Json = {media: {"schema": {"type": "string", "format": "binary"}} for media in FORMATS}
    answered["200"]["content"] |= files
    return answered


RECORDS_PATH: Json = {
    "get": {
        "operationId": "records",
        "summary": "Accepted messages, typed, by when they happened, newest first.",
        "parameters": [_STREAM, *_PARAMETERS, _FILTERS],
        "responses": {
            **_answered(),
            "304": {"description": "If-None-Match names the ETag of the newest answer."},
            **problems(*_KINDS),
        },
    },
    "post": {
        "operationId": "recordsByPost",
        "summary": "The same; for questions that are too long for an address.",
        "parameters": [_STREAM],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {part["name"]: part["schema"] for part in _PARAMETERS},
                        "required": [part["name"] for part in _PARAMETERS if part["required"]],
                        "additionalProperties": {"oneOf": [TEXT, array_of(TEXT)]},
                        "description": "As in the address; a list repeats its name. Other names are fields.",
                    }
                }
            },
        },
        "responses": {**_answered(), **problems(*_KINDS, "too-large", "unsupported-type")},
    },
}


RECORDS_SCHEMAS: Json = {
    "Records": object_of(
        {
            "stream": TEXT,
            "start": TIME,
            "end": TIME,
            "complete_until": {**TIME_OR_NULL, "description": "Arrivals up to then are in the answer."},
            "kept_since": {
                **TIME_OR_NULL,
                "description": "Since which arrivals there are records; null: all there were.",
            },
            "limit": COUNT,
            "records": array_of(
                {
                    "type": "object",
                    "properties": {"event_time": TIME, "arrived": TIME, "partition": COUNT, "offset": COUNT},
                    "required": ["event_time", "arrived", "partition", "offset"],
                    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                    "description": "Beside these, each field under its own name; times are RFC 3339.",
                }
            ),
            "next": {"type": ["string", "null"], "description": "Cursor of the next page (`after`); null on the last."},
            "answered_from": object_of({"snapshot": {"type": ["string", "null"]}}),
        }
    )
}
