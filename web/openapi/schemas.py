"""The shapes of the HTTP API's bodies, as JSON Schema."""

from __future__ import annotations

from streams.aggregates import AGGREGATES
from web.openapi.shapes import (
    COUNT,
    NUMBER_OR_NULL,
    TEXT,
    TIME,
    TIME_OR_NULL,
    TOTAL,
    Json,
    array_of,
    map_of,
    object_of,
    reference,
)

_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_COUNT_OR_NULL: Json = {"type": ["integer", "null"], "minimum": 0}
_GROUP: Json = reference("Group")
_GRAIN = object_of({"windows": COUNT})

_ANSWERED_FROM = object_of(
    {"snapshot": {"type": ["string", "null"]}, "breakdown": TEXT, "day": _GRAIN, "hour": _GRAIN, "minute": _GRAIN},
    optional=("hour", "minute"),
)

_NEXT: Json = {"type": ["string", "null"], "description": "Cursor of the next page (`after`); null on the last."}

_ABOUT: Json = {
    "stream": TEXT,
    "start": TIME,
    "end": TIME,
    "as_known_at": TIME_OR_NULL,
    "known_until": {
        **TIME_OR_NULL,
        "description": "The moment that was answered for, up to which arrivals are in the answer: `as_known_at` "
        "rounded down to the arrivals that panes tell apart, or how far the lake was complete if that is earlier.",
    },
    "complete_until": {
        **TIME_OR_NULL,
        "description": "Arrivals up to then are in the answer; with `as_known_at`, see `known_until`.",
    },
}

_KINDS: Json = {
    "count": COUNT,
    "quantity": NUMBER_OR_NULL,
    "total": TOTAL,
    "moment": {**TIME_OR_NULL, "description": "When it was first reached."},
    "quantiles": map_of(NUMBER_OR_NULL),
}
_MEASURED = {
    member.name: _KINDS[member.kind]
    for aggregate in AGGREGATES
    if aggregate.of != "stream"
    for member in aggregate.members
}

# Below zero where they were first counted while visits were open.
_WHOLE: Json = {"type": "integer"}
_OF_VISITS: Json = {
    "visits": {**_WHOLE, "description": "Visits that began then."},
    "bounces": {**_WHOLE, "description": "Those of one counting message at most."},
    "visit_seconds": {**_WHOLE, "description": "How long they last in all: to the newest counting message."},
}

SCHEMAS: Json = {
    "Problem": object_of(
        {
            "type": {"type": "string", "format": "uri"},
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "errors": array_of(object_of({"index": COUNT, "field": TEXT, "reason": TEXT}, optional=("index",))),
        },
        optional=("errors",),
        description="RFC 9457 problem details. `errors` names the fields of the input that are wrong.",
    ),
    "Measured": object_of(
        _MEASURED,
        optional=tuple(_MEASURED),
        description="A measure has what its definition and the question ask for; a distinct count, distinct.",
    ),
    "Group": object_of(
        {
            "messages": COUNT,
            **_OF_VISITS,
            "changed_since": {"type": "boolean", "description": "Only if it was asked for."},
        },
        optional=(*_OF_VISITS, "changed_since"),
        additionalProperties={"oneOf": [TEXT, reference("Measured")]},
        description="One value per dimension grouped by, the messages, numbers of visits where the stream has them, "
        "and one member per measure and distinct count.",
    ),
    "Window": object_of(
        {
            **_ABOUT,
            "groups": array_of(_GROUP),
            "next": {**_NEXT, "description": f"{_NEXT['description']} Only if `limit` was asked for."},
            "changed_since": {**TIME, "description": "As it was asked for."},
            "gone_since": {**array_of(_GROUP), "description": "Groups that were known then and are not in the answer."},
            "answered_from": _ANSWERED_FROM,
        },
        optional=("next", "changed_since", "gone_since"),
    ),
    "Series": object_of(
        {**_ABOUT, "step": TEXT, "points": array_of(object_of({"at": TIME, "groups": array_of(_GROUP)}))},
    ),
    "Rejected": object_of(
        {
            "stream": TEXT,
            "start": TIME,
            "end": TIME,
            "complete_until": TIME_OR_NULL,
            "limit": COUNT,
            "messages": array_of(
                object_of(
                    {
                        "partition": COUNT,
                        "offset": COUNT,
                        "arrived": TIME,
                        "reason": TEXT,
                        "field": {"type": ["string", "null"]},
                        "refused_at": {
                            **TEXT,
                            "description": "`edge`, if its sender was told; else absent.",
                        },
                        "payload": {
                            **_TEXT_OR_NULL,
                            "description": "As text; bytes that are not UTF-8 become U+FFFD. "
                            "Null where some fields are not shown to you.",
                        },
                        "payload_base64": {**_TEXT_OR_NULL, "contentEncoding": "base64"},
                        "payload_bytes": {
                            **_COUNT_OR_NULL,
                            "description": "Of the whole payload; only the first 16 KiB are given.",
                        },
                    }
                )
            ),
            "next": _NEXT,
        }
    ),
    "Posted": object_of(
        {
            "accepted": COUNT,
            "rejected": array_of(object_of({"index": COUNT, "field": {"type": ["string", "null"]}, "reason": TEXT})),
        }
    ),
    "Streams": object_of(
        {
            "streams": array_of(
                object_of(
                    {
                        "stream": TEXT,
                        "title": TEXT,
                        "description": TEXT,
                        "topic": TEXT,
                        "dimensions": array_of(TEXT),
                        "breakdowns": map_of(object_of({"by": array_of(TEXT), "grains": array_of(TEXT)})),
                        "measures": array_of(TEXT),
                        "distincts": array_of(TEXT),
                        "complete_until": TIME_OR_NULL,
                        "last_commit": TIME_OR_NULL,
                    },
                    optional=("topic",),
                )
            )
        }
    ),
    "Definition": {
        "type": "object",
        "description": "The stream's TOML as JSON, as far as it is shown to you, and a digest of that. `topic`, and "
        "how the stream is kept, are for whoever sees all of it.",
        "properties": {"name": TEXT, "title": TEXT, "topic": TEXT, "digest": TEXT},
        "required": ["name", "title", "digest"],
        "additionalProperties": True,
    },
    "Readiness": object_of(
        {
            "status": {"type": "string", "enum": ["ready", "not ready"]},
            "engines": map_of(TEXT),
            "seen_seconds_ago": map_of(NUMBER_OR_NULL),
            "streams": map_of(TEXT),
            "sources": map_of(TEXT, description="Source → `ok`, or what somebody should look at."),
            "problems": map_of(TEXT, description="Stream → what a person must see to."),
            "notes": map_of(array_of(TEXT)),
        }
    ),
    "Standing": object_of(
        {
            "engines": map_of(TEXT, description="Engine → `ok`, or what is wrong with it."),
            "streams": {
                "type": "object",
                "additionalProperties": object_of(
                    {
                        "state": {"type": "string", "description": "`ok`, or what is wrong."},
                        "job": {
                            "type": ["string", "null"],
                            "description": "Flink's state of the job, `NONE` or `RETIRED`.",
                        },
                        "complete_until": TIME_OR_NULL,
                        "last_commit": TIME_OR_NULL,
                        "accepted": _COUNT_OR_NULL,
                        "rejected": _COUNT_OR_NULL,
                        "duplicates": _COUNT_OR_NULL,
                        "lag": {
                            "type": ["object", "null"],
                            "additionalProperties": COUNT,
                            "description": "Partition → records that Kafka holds and the ledger does not count yet.",
                        },
                        "problem": {"type": ["string", "null"], "description": "What a person must see to."},
                        "notes": array_of(TEXT),
                    }
                ),
            },
            "disk": {
                "type": ["object", "null"],
                "properties": {
                    "home": TEXT,
                    "free": COUNT,
                    "parts": array_of(object_of({"part": TEXT, "holds": TEXT, "bytes": COUNT})),
                },
            },
            "maintenance": {
                "type": ["object", "null"],
                "properties": {
                    "began": TIME,
                    "ended": TIME,
                    "streams": array_of(TEXT),
                    "problems": map_of(TEXT, description="Stream → why its maintenance failed."),
                },
            },
        }
    ),
}
