"""Sources in the OpenAPI document: their schemas and their operations."""

from __future__ import annotations

from web.openapi.operations import answer, change, get, in_path, parameter, problems
from web.openapi.shapes import (
    COUNT,
    NUMBER_OR_NULL,
    TEXT,
    TIME,
    TIME_OR_NULL,
    Json,
    array_of,
    map_of,
    object_of,
    reference,
)

_FLAG: Json = {"type": "boolean"}
_COUNT_OR_NULL: Json = {
    "type": ["integer", "null"],
    "description": "Null unless all rows of the stream are shown to you.",
}
_SOURCE_STATES = ("up to date", "waiting", "held", "failing", "paused", "not run yet", "not applied")
_FILE_STATES = ("waiting", "sending", "held", "done")

_SOURCE: Json = {
    "name": TEXT,
    "title": TEXT,
    "stream": {**TEXT, "description": "Where its messages go."},
    "description": TEXT,
    "licence": TEXT,
    "attribution": TEXT,
    "homepage": TEXT,
    "format": TEXT,
    "state": {**TEXT, "enum": [*_SOURCE_STATES]},
    "paused": _FLAG,
    "last_success": TIME_OR_NULL,
    "last_run": TIME_OR_NULL,
    "next_run": TIME_OR_NULL,
    "lag_seconds": {**NUMBER_OR_NULL, "description": "How much longer ago its last success is than it should be."},
    "held": _COUNT_OR_NULL,
    "rejected": _COUNT_OR_NULL,
    "sent": _COUNT_OR_NULL,
    "may": array_of({**TEXT, "enum": ["detail", "send", "administer"]}),
    "from": {"type": "object", "description": "As it is declared; for who administers the stream."},
    "problem": {**TEXT, "description": "Why the last run failed; for who administers the stream."},
    "failures": {**COUNT, "description": "Runs that failed since; for who administers the stream."},
}
_OWN = ("from", "problem", "failures")
_FILE: Json = {
    "id": COUNT,
    "name": TEXT,
    "state": {**TEXT, "enum": [*_FILE_STATES]},
    "size": COUNT,
    "digest": {**TEXT, "description": "SHA-256 of its bytes."},
    "kind": {**TEXT, "enum": ["file", "pages", "upload", "topic"]},
    "licence": TEXT,
    "came": TIME,
    "done": TIME_OR_NULL,
    "counts": map_of(COUNT),
    "messages": {**COUNT, "description": "To send."},
    "sent": COUNT,
    "reason": {**TEXT, "description": "Why it is held; for who sees single messages."},
    "drift": {"description": "What changed of its columns; for who sees single messages."},
    "place": {**TEXT, "description": "Where it was; for who administers the stream."},
    "by": TEXT,
    "attempt": {**COUNT, "description": "How often it was taken again."},
}
_QUOTED = ("reason", "drift", "place", "by", "attempt")
_RUN: Json = {
    "id": COUNT,
    "begun": TIME,
    "ended": TIME_OR_NULL,
    "failed": _FLAG,
    "counts": map_of(COUNT),
    "by": TEXT,
    "problem": TEXT,
}
_ROW: Json = {
    "file": COUNT,
    "name": TEXT,
    "line": {"type": ["integer", "null"]},
    "field": TEXT,
    "reason": TEXT,
    "text": TEXT,
}

SOURCE_SCHEMAS: Json = {
    "Source": object_of(_SOURCE, optional=_OWN),
    "Sources": object_of({"sources": array_of(reference("Source"))}),
    "SourceFile": object_of(_FILE, optional=_QUOTED),
    "SourceReport": object_of(
        {
            **_SOURCE,
            "runs": array_of(object_of(_RUN, optional=("by", "problem"))),
            "files": array_of(reference("SourceFile")),
            "next": {"type": ["string", "null"], "description": "The `after` of older files."},
            "rejected_rows": {**array_of(object_of(_ROW)), "description": "The newest 100 of those that are kept."},
        },
        optional=_OWN,
    ),
    "KeptFile": object_of(
        {
            "id": {"type": ["integer", "null"], "description": "Null where it was known, byte for byte."},
            "name": TEXT,
            "size": COUNT,
            "digest": {**TEXT, "description": "SHA-256 of its bytes."},
            "state": {**TEXT, "enum": [*_FILE_STATES, "known"]},
            "known": _FLAG,
        }
    ),
    "SourceAsked": object_of(
        {"source": TEXT, "asked": _FLAG, "paused": _FLAG, "files": COUNT}, optional=("asked", "paused", "files")
    ),
}

_NAME = in_path("source", "Name of the source.")
_KNOWN = ("unauthorized", "unknown-source", "engine-away")
_CHANGED = (*_KNOWN, "forbidden", "unparseable", "unsupported-type", "invalid-values", "busy")
_LOSSES = object_of(
    {"accept_losses": {**_FLAG, "description": "Also what would take back more than the source allows."}},
    optional=("accept_losses",),
)
_UPLOAD: Json = {
    "operationId": "addSourceFile",
    "summary": "Keep a file of a source, which is taken soon; answered once the object store has it.",
    "parameters": [
        _NAME,
        parameter("name", "Name of the file, where it is the body itself: 2026-03-01.csv.", TEXT),
    ],
    "requestBody": {
        "required": True,
        "description": "The file itself, or a form with it.",
        "content": {
            "application/octet-stream": {"schema": {**TEXT, "format": "binary"}},
            "multipart/form-data": {
                "schema": object_of({"file": {**TEXT, "format": "binary"}}),
            },
        },
    },
    "responses": {**answer("It is kept.", "KeptFile", 202), **problems(*_CHANGED, "too-large", "too-slow")},
}


def _asked(name: str, summary: str, body: Json | None = None) -> Json:
    operation = change("post", name, summary, {**answer("It bites within seconds.", "SourceAsked", 202)}, body, [_NAME])
    operation["post"]["responses"] |= problems(*_CHANGED)
    if body is not None:
        operation["post"]["requestBody"]["required"] = False
    return operation


SOURCE_PATHS: Json = {
    "/v1/sources": get(
        "sources",
        "Sources whose streams you know, and how each stands.",
        [],
        {**answer("The sources, by name.", "Sources"), **problems("unauthorized", "engine-away")},
    ),
    "/v1/sources/{source}": get(
        "source",
        "A source with its newest runs, files and rejected rows.",
        [
            _NAME,
            parameter("state", "Only files that are so.", {**TEXT, "enum": [*_FILE_STATES]}),
            parameter("limit", "At most so many files.", {"type": "integer"}),
            parameter("after", "The `next` of the page before.", TEXT),
        ],
        {**answer("The source.", "SourceReport"), **problems(*_KNOWN, "invalid-values")},
    ),
    "/v1/sources/{source}/files": {"post": _UPLOAD},
    "/v1/sources/{source}/run": _asked("runSource", "Have a source run as soon as can be."),
    "/v1/sources/{source}/pause": _asked("pauseSource", "Fetch and send nothing of a source."),
    "/v1/sources/{source}/resume": _asked("resumeSource", "Go on with a paused source."),
    "/v1/sources/{source}/redrive": _asked("redriveSource", "Take held files and rejected rows again.", _LOSSES),
}
