"""The shapes of what the HTTP API says of replays, as JSON Schema."""

from __future__ import annotations

from typing import Any

__all__ = ["REPLAY_SCHEMAS"]

Json = dict[str, Any]


def _object(properties: Json, **more: Any) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), **more}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


def _map(values: Json) -> Json:
    return {"type": "object", "additionalProperties": values}


def _reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


def _or_null(schema: Json) -> Json:
    return {"oneOf": [schema, {"type": "null"}]}


_TEXT: Json = {"type": "string"}
_TIME: Json = {"type": "string", "format": "date-time"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_COUNT_OR_NULL: Json = {"type": ["integer", "null"]}
_NUMBER: Json = {"type": "number"}
_NUMBER_OR_NULL: Json = {"type": ["number", "null"]}
_BOOLEAN: Json = {"type": "boolean"}

_SIDES: Json = {"old": _or_null(_reference("Totals")), "new": _or_null(_reference("Totals"))}
_GROUP: Json = {"dimensions": _map(_TEXT), "change": _NUMBER, **_SIDES}
_PANES: Json = {
    "compared_until": _TIME,
    **dict.fromkeys(("equal", "changed", "only_old", "only_new"), _COUNT),
    "messages": _reference("Both"),
    "changes": _array(_object({"window_start": _TIME, **_GROUP})),
}
_REPLAY: Json = {
    "id": _COUNT,
    "stream": _TEXT,
    "state": {
        **_TEXT,
        "enum": ["running", "staged", "publishing", "published", "rolling back", "rolled back", "dropped"],
    },
    "arrived_from": _TIME,
    "arrived_until": _TIME,
    "messages": {**_COUNT, "description": "Offsets in the range, heartbeats included."},
    "offsets": {**_map(_array(_COUNT)), "description": "Partition: first offset, and the one to stop before."},
    "definition": {**_TEXT, "description": "Digest of the definition."},
    "made_at": _TIME,
    "made_by": _TEXT,
    "generation": _COUNT_OR_NULL,
}

REPLAY_SCHEMAS: Json = {
    "Replays": _object({"replays": _array(_object(_REPLAY))}),
    "ReplayReport": _object(
        {
            **_REPLAY,
            "committed": {**_COUNT_OR_NULL, "description": "Messages processed by now; null once it is dropped."},
            "difference": _or_null(_reference("Difference")),
            "series": _or_null(
                _object(
                    {
                        "step": {**_TEXT, "description": "The shortest that gives at most 500 points."},
                        "where": _map(_array(_TEXT)),
                        "points": _array(_object({"at": _TIME, **_SIDES})),
                    }
                )
            ),
        }
    ),
    "Difference": _object(
        {
            "identical": {**_BOOLEAN, "description": "Integers are compared, distinct counts as numbers; digests not."},
            "accounted": _map(_reference("Both")),
            "rejected": {**_map(_reference("Both")), "description": "By reason."},
            "panes": {**_map(_object(_PANES)), "description": "By grain, with at most 100 changes."},
            "groups": {**_array(_object(_GROUP)), "description": "All windows together; at most 1,000."},
            "groups_in_all": _COUNT,
        },
        description="`old` is what is published, or was before this replay was; null where it has no messages.",
    ),
    "Both": _object({"old": _COUNT, "new": _COUNT}),
    "Totals": _object(
        {
            "messages": _COUNT,
            "measures": _map(_object({"count": _COUNT, "mean": _NUMBER_OR_NULL, "max": _NUMBER_OR_NULL})),
            "distincts": _map(_COUNT),
        }
    ),
    "History": _object(
        {
            "history": _array(
                _object(
                    {
                        "stream": _TEXT,
                        "generation": _COUNT,
                        "replay": _COUNT,
                        "action": {**_TEXT, "enum": ["publish", "roll back"]},
                        "arrived_from": _TIME,
                        "arrived_until": _TIME,
                        "definition": _TEXT,
                        "at": _TIME,
                        "by": _TEXT,
                        "reason": _TEXT,
                        "rows": {**_map(_object({"removed": _COUNT, "added": _COUNT})), "description": "By table."},
                        "completed": _BOOLEAN,
                    }
                )
            )
        }
    ),
}
