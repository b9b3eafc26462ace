"""The shapes of what the HTTP API says of replays, as JSON Schema."""

from __future__ import annotations

from web.openapi.shapes import COUNT, NUMBER_OR_NULL, TEXT, TIME, TOTAL, Json, array_of, map_of, object_of, reference

_COUNT_OR_NULL: Json = {"type": ["integer", "null"]}
_NUMBER: Json = {"type": "number"}
_BOOLEAN: Json = {"type": "boolean"}


def _or_null(schema: Json) -> Json:
    return {"oneOf": [schema, {"type": "null"}]}


_DIGEST: Json = {
    "type": ["string", "null"],
    "description": "Digest of the definition; null unless all of the stream is shown to you.",
}
_SIDES: Json = {"old": _or_null(reference("Totals")), "new": _or_null(reference("Totals"))}
_GROUP: Json = {"dimensions": map_of(TEXT), "change": _NUMBER, **_SIDES}
_PANES: Json = {
    "compared_until": TIME,
    **dict.fromkeys(("equal", "changed", "only_old", "only_new"), COUNT),
    "messages": reference("Both"),
    "changes": array_of(object_of({"window_start": TIME, **_GROUP})),
}
_REPLAY: Json = {
    "id": COUNT,
    "stream": TEXT,
    "state": {
        **TEXT,
        "enum": ["running", "staged", "publishing", "published", "rolling back", "rolled back", "dropped"],
    },
    "arrived_from": TIME,
    "arrived_until": TIME,
    "messages": {
        **_COUNT_OR_NULL,
        "description": "Offsets in the range, heartbeats included; null unless all rows are shown to you.",
    },
    "offsets": {
        **_or_null(map_of(array_of(COUNT))),
        "description": "Partition: first offset, and the one to stop before. Null as `messages` is.",
    },
    "definition": _DIGEST,
    "made_at": TIME,
    "made_by": {**TEXT, "description": "Empty unless all of the stream is shown to you."},
    "generation": _COUNT_OR_NULL,
}

REPLAY_SCHEMAS: Json = {
    "Replays": object_of({"replays": array_of(object_of(_REPLAY))}),
    "ReplayReport": object_of(
        {
            **_REPLAY,
            "committed": {**_COUNT_OR_NULL, "description": "Messages processed by now; null once it is dropped."},
            "difference": _or_null(reference("Difference")),
            "series": _or_null(
                object_of(
                    {
                        "step": {**TEXT, "description": "The shortest that gives at most 500 points."},
                        "where": map_of(array_of(TEXT)),
                        "points": array_of(object_of({"at": TIME, **_SIDES})),
                    }
                )
            ),
        }
    ),
    "Difference": object_of(
        {
            "identical": {**_BOOLEAN, "description": "Integers are compared, distinct counts as numbers; digests not."},
            "accounted": map_of(reference("Both")),
            "rejected": {**map_of(reference("Both")), "description": "By reason."},
            "breakdown": {**TEXT, "description": "What the panes that are compared are by."},
            "panes": {**map_of(object_of(_PANES)), "description": "By grain, with at most 100 changes."},
            "groups": {**array_of(object_of(_GROUP)), "description": "All windows together; at most 1,000."},
            "groups_in_all": COUNT,
        },
        description="`old` is what is published, or was before this replay was; null where it has no messages.",
    ),
    "Both": object_of({"old": COUNT, "new": COUNT}),
    "Totals": object_of(
        {
            "messages": COUNT,
            "measures": map_of(
                object_of(
                    {"count": COUNT, "mean": NUMBER_OR_NULL, "max": NUMBER_OR_NULL, "total": TOTAL}, optional=("total",)
                )
            ),
            "distincts": map_of(COUNT),
            "visits": {**map_of(COUNT), "description": "Only of a stream that has visits."},
        },
        optional=("visits",),
    ),
    "History": object_of(
        {
            "history": array_of(
                object_of(
                    {
                        "stream": TEXT,
                        "generation": COUNT,
                        "replay": COUNT,
                        "action": {**TEXT, "enum": ["publish", "roll back"]},
                        "arrived_from": TIME,
                        "arrived_until": TIME,
                        "definition": _DIGEST,
                        "at": TIME,
                        "by": TEXT,
                        "reason": TEXT,
                        "rows": {**map_of(object_of({"removed": COUNT, "added": COUNT})), "description": "By table."},
                        "completed": _BOOLEAN,
                    }
                )
            )
        }
    ),
}
