"""The HTTP API as an OpenAPI 3.1 document, written by hand; a test holds it to the routes."""

from __future__ import annotations

from typing import Any

from query.requests import MOST_POINTS, Step
from web.edge.problems import KINDS
from web.openapi.replays import REPLAY_SCHEMAS
from web.openapi.schemas import SCHEMAS
from web.openapi.shapes import TEXT, TIME, Json, array_of, map_of, reference

_REFUSED = ("unauthorized", "forbidden")


def _answer(description: str, schema: str, status: int = 200) -> Json:
    return {str(status): {"description": description, "content": {"application/json": {"schema": reference(schema)}}}}


def _problems(*kinds: str) -> Json:
    """The problem answers of these kinds; kinds of the same status share one."""
    by_status: dict[str, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(str(KINDS[kind].status), []).append(KINDS[kind].title)
    content = {"application/problem+json": {"schema": reference("Problem")}}
    return {
        status: {"description": "; ".join(titles), "content": content} for status, titles in sorted(by_status.items())
    }


def _parameter(name: str, description: str, schema: Json, *, required: bool = False, **more: Any) -> Json:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema, **more}


_STREAM = {**_parameter("stream", "Name of the stream.", TEXT, required=True), "in": "path"}
_SPAN = [
    _parameter("start", "First minute, inside; RFC 3339 with an offset, a whole minute.", TIME, required=True),
    _parameter("end", "Last minute, not inside; RFC 3339 with an offset, a whole minute.", TIME, required=True),
]
_FILTERS = _parameter(
    "filters",
    "DIM=VALUE for a dimension DIM of the stream: only messages with that value. Several values of one dimension "
    "are alternatives.",
    map_of(array_of(TEXT)),
    style="form",
    explode=True,
)
_OF_STREAM = _parameter("stream", "Only those of this stream.", TEXT)
_REPLAY = {**_parameter("id", "Number of the replay.", {"type": "integer"}, required=True), "in": "path"}
_GROUPING = [
    _parameter(
        "by",
        "A dimension to group by; may be given several times. Without it all of them; empty, one total.",
        array_of(TEXT),
        style="form",
        explode=True,
    ),
    _FILTERS,
    _parameter("as_known_at", "The answer from the panes that had arrived by then.", TIME),
    _parameter("quantiles", "Quantiles from 0 to 1, separated by commas.", TEXT, example="0.5,0.99"),
]
_SINCE = _parameter(
    "changed_since", "Mark the groups that are not as they were known then, whatever came late or was published.", TIME
)


def _get(name: str, summary: str, parameters: list[Json], responses: Json) -> Json:
    operation: Json = {"operationId": name, "summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    return {"get": operation}


def _question(name: str, summary: str, parameters: list[Json], answer: Json) -> Json:
    """A question by GET, and by POST with the same names in a body."""
    kinds = (*_REFUSED, "unparseable", "unknown-stream", "address-too-long", "invalid-values", "busy", "engine-away")
    unchanged = {"304": {"description": "If-None-Match names the ETag of the newest answer."}}
    responses = {**answer, **unchanged, **_problems(*kinds)}
    posted = {**answer, **_problems(*kinds, "too-large", "unsupported-type")}
    body = {
        "type": "object",
        "properties": {part["name"]: part["schema"] for part in parameters if part is not _FILTERS},
        "required": [part["name"] for part in parameters if part["required"]],
        "additionalProperties": {"oneOf": [TEXT, array_of(TEXT)]},
        "description": "The parameters of the address; a list repeats its name. Other names are dimensions.",
    }
    return {
        **_get(name, summary, [_STREAM, *parameters], responses),
        "post": {
            "operationId": f"{name}ByPost",
            "summary": f"{summary.removesuffix('.')}; for questions that are too long for an address.",
            "parameters": [_STREAM],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": posted,
        },
    }


_STEP = _parameter(
    "step",
    f"Time between two points; at most {MOST_POINTS} points.",
    {"type": "string", "enum": [str(step) for step in Step]},
    required=True,
)
_MEASURE = _parameter(
    "measure",
    "A measure to answer; may be given several times. Without it all of them.",
    array_of(TEXT),
    style="form",
    explode=True,
)
_LIMIT = _parameter(
    "limit", "At most so many in one answer; `next` is then the cursor of those that follow.", {"type": "integer"}
)
_AFTER = _parameter("after", "The `next` of the page before, of the same question.", TEXT)
_REASON = _parameter("reason", "Only messages rejected for this reason.", TEXT)

_POST: Json = {
    "post": {
        "operationId": "postMessages",
        "summary": "Send messages to a stream; answered once Kafka has acknowledged them.",
        "parameters": [_STREAM],
        "requestBody": {
            "required": True,
            "description": "One object, an array of them, or one a line. May be packed with gzip (Content-Encoding).",
            "content": {
                "application/json": {
                    "schema": {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
                },
                "application/x-ndjson": {"schema": TEXT},
            },
        },
        "responses": {
            **_answer("Accepted messages are in Kafka; rejected ones were not sent.", "Posted", 202),
            **_problems(
                *_REFUSED,
                "unparseable",
                "unknown-stream",
                "too-slow",
                "retired",
                "too-large",
                "unsupported-type",
                "busy",
                "engine-away",
            ),
        },
    }
}

_METRICS: Json = {"200": {"description": "Prometheus text.", "content": {"text/plain": {"schema": TEXT}}}}
_READY: Json = {
    **_answer("Every engine answers and every stream is fresh.", "Readiness"),
    **_answer("Something is not; the body names it.", "Readiness", 503),
}

DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "Windowpane",
        "version": "1",
        "description": "What happened between these two minutes? One answer for any stream of messages.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "paths": {
        "/v1/streams/{stream}/window": _question(
            "window",
            "What happened in a window, per group.",
            [*_SPAN, *_GROUPING, _SINCE, _LIMIT, _AFTER],
            _answer("The groups of the window, sorted by their dimensions.", "Window"),
        ),
        "/v1/streams/{stream}/series": _question(
            "series",
            "The same, for each step of the window.",
            [*_SPAN, _STEP, _MEASURE, *_GROUPING],
            _answer("Points for a chart; steps without messages are left out.", "Series"),
        ),
        "/v1/streams/{stream}/rejected": _question(
            "rejected",
            "Messages that broke a rule, by when they arrived, newest first.",
            [*_SPAN, _REASON, _LIMIT, _AFTER],
            _answer("Rejected messages with reason, field and bytes.", "Rejected"),
        ),
        "/v1/streams/{stream}/messages": _POST,
        "/v1/streams": _get(
            "streams",
            "Every stream that you know, and how fresh it is.",
            [],
            {**_answer("The streams.", "Streams"), **_problems("unauthorized")},
        ),
        "/v1/streams/{stream}": _get(
            "definition",
            "How a stream is defined.",
            [_STREAM],
            {**_answer("The definition.", "Definition"), **_problems(*_REFUSED, "unknown-stream")},
        ),
        "/v1/replays": _get(
            "replays",
            "Every replay, the newest first.",
            [_OF_STREAM],
            {**_answer("The replays.", "Replays"), **_problems(*_REFUSED, "unknown-stream", "engine-away")},
        ),
        "/v1/replays/{id}": _get(
            "replay",
            "A replay, and how it differs from what it replaces.",
            [_REPLAY, _FILTERS],
            {
                **_answer("The replay; without a difference while it runs and once it is dropped.", "ReplayReport"),
                **_problems(*_REFUSED, "unknown-replay", "invalid-values", "engine-away"),
            },
        ),
        "/v1/history": _get(
            "history",
            "What was published and rolled back, the newest first.",
            [_OF_STREAM],
            {**_answer("The publications.", "History"), **_problems(*_REFUSED, "unknown-stream", "engine-away")},
        ),
        "/v1/openapi.json": _get("openapi", "This document.", [], {"200": {"description": "OpenAPI 3.1."}}),
        "/healthz": _get("alive", "Whether the service is alive.", [], {"200": {"description": "It is."}}),
        "/readyz": _get("ready", "Whether engines answer and streams are fresh.", [], _READY),
        "/v1/engines": _get(
            "engines",
            "How engines, streams and the disk stand.",
            [],
            _answer("What is away is named; nothing is left out.", "Standing"),
        ),
        "/metrics": _get("metrics", "Metrics for Prometheus.", [], _METRICS),
    },
    "components": {"schemas": SCHEMAS | REPLAY_SCHEMAS},
}
