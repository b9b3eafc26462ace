"""The shapes of the HTTP API's bodies, as JSON Schema."""

from __future__ import annotations

from typing import Any

from streams.aggregates import AGGREGATES

__all__ = ["SCHEMAS"]

Json = dict[str, Any]


def _object(properties: Json, *, optional: tuple[str, ...] = (), **more: Any) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


def _words(description: str) -> Json:
    return {"type": "object", "additionalProperties": {"type": "string"}, "description": description}


_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Json = {"type": ["integer", "null"], "minimum": 0}
_NUMBER_OR_NULL: Json = {"type": ["number", "null"]}
_TIME: Json = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_GROUP: Json = {"$ref": "#/components/schemas/Group"}
_GRAIN = _object({"windows": _COUNT})

_ANSWERED_FROM = _object(
    {"snapshot": {"type": ["string", "null"]}, "breakdown": _TEXT, "day": _GRAIN, "hour": _GRAIN, "minute": _GRAIN},
    optional=("hour",),
)

_NEXT: Json = {"type": ["string", "null"], "description": "Cursor of the next page (`after`); null on the last."}

_ABOUT: Json = {
    "stream": _TEXT,
    "start": _TIME,
    "end": _TIME,
    "as_known_at": _TIME_OR_NULL,
    "known_until": {
        **_TIME_OR_NULL,
        "description": "The moment that was answered for, up to which arrivals are in the answer: `as_known_at` "
        "rounded down to the arrivals that panes tell apart, or how far the lake was complete if that is earlier.",
    },
    "complete_until": {
        **_TIME_OR_NULL,
        "description": "Arrivals up to then are in the answer; with `as_known_at`, see `known_until`.",
    },
}

_KINDS: Json = {
    "count": _COUNT,
    "quantity": _NUMBER_OR_NULL,
    "moment": {**_TIME_OR_NULL, "description": "When it was first reached."},
    "quantiles": {"type": "object", "additionalProperties": _NUMBER_OR_NULL},
}
_MEASURED = {
    member.name: _KINDS[member.kind]
    for aggregate in AGGREGATES
    if aggregate.of != "stream"
    for member in aggregate.members
}

SCHEMAS: Json = {
    "Problem": _object(
        {
            "type": {"type": "string", "format": "uri"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "errors": _array(_object({"field": _TEXT, "reason": _TEXT})),
        },
        optional=("errors",),
        description="RFC 9457 problem details. `errors` names the fields of the input that are wrong.",
    ),
    "Measured": _object(
        _MEASURED,
        optional=tuple(_MEASURED),
        description="A measure has what its definition and the question ask for; a distinct count, distinct.",
    ),
    "Group": _object(
        {"messages": _COUNT, "changed_since": {"type": "boolean", "description": "Only if it was asked for."}},
        optional=("changed_since",),
        additionalProperties={"oneOf": [_TEXT, {"$ref": "#/components/schemas/Measured"}]},
        description="One value per dimension grouped by, the messages, and one member per measure and distinct count.",
    ),
    "Window": _object(
        {
            **_ABOUT,
            "groups": _array(_GROUP),
            "next": {**_NEXT, "description": f"{_NEXT['description']} Only if `limit` was asked for."},
            "changed_since": {**_TIME, "description": "As it was asked for."},
            "gone_since": {**_array(_GROUP), "description": "Groups that were known then and are not in the answer."},
            "answered_from": _ANSWERED_FROM,
        },
        optional=("next", "changed_since", "gone_since"),
    ),
    "Series": _object(
        {**_ABOUT, "step": _TEXT, "points": _array(_object({"at": _TIME, "groups": _array(_GROUP)}))},
    ),
    "Rejected": _object(
        {
            "stream": _TEXT,
            "start": _TIME,
            "end": _TIME,
            "complete_until": _TIME_OR_NULL,
            "limit": _COUNT,
            "messages": _array(
                _object(
                    {
                        "partition": _COUNT,
                        "offset": _COUNT,
                        "arrived": _TIME,
                        "reason": _TEXT,
                        "field": {"type": ["string", "null"]},
                        "refused_at": {
                            **_TEXT,
                            "description": "`edge`, if its sender was told; else absent.",
                        },
                        "payload": {**_TEXT, "description": "As text; bytes that are not UTF-8 become U+FFFD."},
                        "payload_base64": {**_TEXT, "contentEncoding": "base64"},
                        "payload_bytes": {
                            **_COUNT,
                            "description": "Of the whole payload; only the first 16 KiB are given.",
                        },
                    }
                )
            ),
            "next": _NEXT,
        }
    ),
    "Posted": _object(
        {
            "accepted": _COUNT,
            "rejected": _array(_object({"index": _COUNT, "field": {"type": ["string", "null"]}, "reason": _TEXT})),
        }
    ),
    "Streams": _object(
        {
            "streams": _array(
                _object(
                    {
                        "stream": _TEXT,
                        "title": _TEXT,
                        "description": _TEXT,
                        "topic": _TEXT,
                        "dimensions": _array(_TEXT),
                        "measures": _array(_TEXT),
                        "distincts": _array(_TEXT),
                        "complete_until": _TIME_OR_NULL,
                        "last_commit": _TIME_OR_NULL,
                    }
                )
            )
        }
    ),
    "Definition": {
        "type": "object",
        "description": "The stream's TOML as JSON, and its digest.",
        "properties": {"name": _TEXT, "title": _TEXT, "topic": _TEXT, "digest": _TEXT},
        "required": ["name", "title", "topic", "digest"],
        "additionalProperties": True,
    },
    "Readiness": _object(
        {
            "status": {"type": "string", "enum": ["ready", "not ready"]},
            "engines": {"type": "object", "additionalProperties": _TEXT},
            "seen_seconds_ago": {"type": "object", "additionalProperties": _NUMBER_OR_NULL},
            "streams": {"type": "object", "additionalProperties": _TEXT},
            "problems": _words("Stream → what a person must see to."),
            "notes": {"type": "object", "additionalProperties": _array(_TEXT)},
        }
    ),
    "Standing": _object(
        {
            "engines": _words("Engine → `ok`, or what is wrong with it."),
            "streams": {
                "type": "object",
                "additionalProperties": _object(
                    {
                        "state": {"type": "string", "description": "`ok`, or what is wrong."},
                        "job": {
                            "type": ["string", "null"],
                            "description": "Flink's state of the job, `NONE` or `RETIRED`.",
                        },
                        "complete_until": _TIME_OR_NULL,
                        "last_commit": _TIME_OR_NULL,
                        "accepted": _COUNT_OR_NULL,
                        "rejected": _COUNT_OR_NULL,
                        "lag": {
                            "type": ["object", "null"],
                            "additionalProperties": _COUNT,
                            "description": "Partition → records that Kafka holds and the ledger does not count yet.",
                        },
                        "problem": {"type": ["string", "null"], "description": "What a person must see to."},
                        "notes": _array(_TEXT),
                    }
                ),
            },
            "disk": {
                "type": ["object", "null"],
                "properties": {
                    "home": _TEXT,
                    "free": _COUNT,
                    "parts": _array(_object({"part": _TEXT, "holds": _TEXT, "bytes": _COUNT})),
                },
            },
            "maintenance": {
                "type": ["object", "null"],
                "properties": {
                    "began": _TIME,
                    "ended": _TIME,
                    "streams": _array(_TEXT),
                    "problems": _words("Stream → why its maintenance failed."),
                },
            },
        }
    ),
}
