"""The HTTP API as an OpenAPI 3.1 document, written by hand; a test holds it to the routes."""

from __future__ import annotations

from query.requests import MOST_POINTS, STEPS
from web.openapi.access import ACCESS_PATHS, ACCESS_SCHEMAS
from web.openapi.collecting import COLLECTING_PATHS, COLLECTING_SCHEMAS
from web.openapi.epidemic import EPIDEMIC_PATHS, EPIDEMIC_SCHEMAS
from web.openapi.operations import answer, get, in_path, parameter, problems
from web.openapi.processes import PROCESS_PATHS, PROCESS_SCHEMAS
from web.openapi.records import RECORDS_PATH, RECORDS_SCHEMAS
from web.openapi.replays import REPLAY_SCHEMAS
from web.openapi.schemas import SCHEMAS
from web.openapi.shapes import TEXT, TIME, Json, array_of, map_of
from web.openapi.site_numbers import SITE_NUMBERS_PATHS, SITE_NUMBERS_SCHEMAS
from web.openapi.site_reports import REPORT_PATHS, REPORT_SCHEMAS
from web.openapi.sites import SITE_PATHS, SITE_SCHEMAS
from web.openapi.sources import SOURCE_PATHS, SOURCE_SCHEMAS

_STREAM = in_path("stream", "Name of the stream.")
_SPAN = [
    parameter("start", "First minute, inside; RFC 3339 with an offset, a whole minute.", TIME, required=True),
    parameter("end", "Last minute, not inside; RFC 3339 with an offset, a whole minute.", TIME, required=True),
]
_FILTERS = parameter(
    "filters",
    "DIM=VALUE for a dimension DIM of the stream: only messages with that value. Several values of one dimension "
    "are alternatives.",
    map_of(array_of(TEXT)),
    style="form",
    explode=True,
)
_OF_STREAM = parameter("stream", "Only those of this stream.", TEXT)
_REPLAY = in_path("id", "Number of the replay.", {"type": "integer"})
_COMPARED_BY = parameter(
    "by",
    "A dimension that the compared panes are to be by; may be given several times. Without it the main breakdown's.",
    array_of(TEXT),
    style="form",
    explode=True,
)
_GROUPING = [
    parameter(
        "by",
        "A dimension to group by; may be repeated. Without it those of the main breakdown; empty, one total.",
        array_of(TEXT),
        style="form",
        explode=True,
    ),
    _FILTERS,
    parameter("as_known_at", "The answer from the panes that had arrived by then.", TIME),
    parameter("quantiles", "Quantiles from 0 to 1, separated by commas.", TEXT, example="0.5,0.99"),
]
_SINCE = parameter(
    "changed_since", "Mark the groups that are not as they were known then, whatever came late or was published.", TIME
)


def _question(name: str, summary: str, parameters: list[Json], answered: Json) -> Json:
    """A question by GET, and by POST with the same names in a body."""
    kinds = (
        "unparseable",
        "unauthorized",
        "forbidden",
        "unknown-stream",
        "address-too-long",
        "invalid-values",
        "busy",
        "throttled",
        "engine-away",
    )
    unchanged = {"304": {"description": "If-None-Match names the ETag of the newest answer."}}
    responses = {**answered, **unchanged, **problems(*kinds)}
    posted = {**answered, **problems(*kinds, "too-large", "unsupported-type")}
    body = {
        "type": "object",
        "properties": {part["name"]: part["schema"] for part in parameters if part is not _FILTERS},
        "required": [part["name"] for part in parameters if part["required"]],
        "additionalProperties": {"oneOf": [TEXT, array_of(TEXT)]},
        "description": "The parameters of the address; a list repeats its name. Other names are dimensions.",
    }
    return {
        **get(name, summary, [_STREAM, *parameters], responses),
        "post": {
            "operationId": f"{name}ByPost",
            "summary": f"{summary.removesuffix('.')}; for questions that are too long for an address.",
            "parameters": [_STREAM],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": posted,
        },
    }


_STEP = parameter(
    "step",
    f"Time between two points; at most {MOST_POINTS} points.",
    {"type": "string", "enum": [str(step) for step in STEPS]},
    required=True,
)
_MEASURE = parameter(
    "measure",
    "A measure to answer; may be given several times. Without it all of them.",
    array_of(TEXT),
    style="form",
    explode=True,
)
_LIMIT = parameter(
    "limit", "At most so many in one answer; `next` is then the cursor of those that follow.", {"type": "integer"}
)
_AFTER = parameter("after", "The `next` of the page before, of the same question.", TEXT)
_REASON = parameter("reason", "Only messages rejected for this reason.", TEXT)

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
            **answer("Accepted messages are in Kafka; rejected ones were not sent.", "Posted", 202),
            **problems(
                "unparseable",
                "unauthorized",
                "forbidden",
                "unknown-stream",
                "too-slow",
                "retired",
                "too-large",
                "unsupported-type",
                "busy",
                "throttled",
                "engine-away",
            ),
        },
    }
}

_METRICS: Json = {"200": {"description": "Prometheus text.", "content": {"text/plain": {"schema": TEXT}}}}
_READY: Json = {
    **answer("Every engine answers and every stream is fresh.", "Readiness"),
    **answer("Something is not; the body names it.", "Readiness", 503),
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
            answer("The groups of the window, sorted by their dimensions.", "Window"),
        ),
        "/v1/streams/{stream}/series": _question(
            "series",
            "The same, for each step of the window.",
            [*_SPAN, _STEP, _MEASURE, *_GROUPING],
            answer("Points for a chart; steps without messages are left out.", "Series"),
        ),
        "/v1/streams/{stream}/rejected": _question(
            "rejected",
            "Messages that broke a rule, by when they arrived, newest first.",
            [*_SPAN, _REASON, _LIMIT, _AFTER],
            answer("Rejected messages with reason, field and bytes.", "Rejected"),
        ),
        "/v1/streams/{stream}/records": RECORDS_PATH,
        "/v1/streams/{stream}/messages": _POST,
        "/v1/streams": get(
            "streams",
            "Every stream that you know, and how fresh it is.",
            [],
            {**answer("The streams.", "Streams"), **problems("unauthorized")},
        ),
        "/v1/streams/{stream}": get(
            "definition",
            "How a stream is defined.",
            [_STREAM],
            {**answer("The definition.", "Definition"), **problems("unauthorized", "forbidden", "unknown-stream")},
        ),
        "/v1/replays": get(
            "replays",
            "Every replay, the newest first.",
            [_OF_STREAM],
            {
                **answer("The replays.", "Replays"),
                **problems("unauthorized", "forbidden", "unknown-stream", "engine-away"),
            },
        ),
        "/v1/replays/{id}": get(
            "replay",
            "A replay, and how it differs from what it replaces.",
            [_REPLAY, _COMPARED_BY, _FILTERS],
            {
                **answer("The replay; without a difference while it runs and once it is dropped.", "ReplayReport"),
                **problems("unknown-replay", "invalid-values", "engine-away"),
            },
        ),
        "/v1/history": get(
            "history",
            "What was published and rolled back, the newest first.",
            [_OF_STREAM],
            {
                **answer("The publications.", "History"),
                **problems("unauthorized", "forbidden", "unknown-stream", "engine-away"),
            },
        ),
        **ACCESS_PATHS,
        **REPORT_PATHS,
        **SITE_PATHS,
        **{path: {**SITE_PATHS.get(path, {}), **methods} for path, methods in SITE_NUMBERS_PATHS.items()},
        **SOURCE_PATHS,
        **PROCESS_PATHS,
        **COLLECTING_PATHS,
        **EPIDEMIC_PATHS,
        "/v1/openapi.json": get("openapi", "This document.", [], {"200": {"description": "OpenAPI 3.1."}}),
        "/healthz": get("alive", "Whether the service is alive.", [], {"200": {"description": "It is."}}),
        "/readyz": get("ready", "Whether engines answer and streams are fresh.", [], _READY),
        "/v1/engines": get(
            "engines",
            "How engines, streams and the disk stand.",
            [],
            answer("What is away is named; nothing is left out.", "Standing"),
        ),
        "/metrics": get("metrics", "Metrics for Prometheus.", [], _METRICS),
    },
    "security": [{"key": []}, {"session": []}, {}],
    "components": {
        "schemas": SCHEMAS
        | RECORDS_SCHEMAS
        | REPORT_SCHEMAS
        | REPLAY_SCHEMAS
        | ACCESS_SCHEMAS
        | SITE_SCHEMAS
        | SITE_NUMBERS_SCHEMAS
        | SOURCE_SCHEMAS
        | PROCESS_SCHEMAS
        | COLLECTING_SCHEMAS
        | EPIDEMIC_SCHEMAS,
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "A key, or a token of the configured issuer."},
            "session": {
                "type": "apiKey",
                "in": "cookie",
                "name": "__Host-windowpane",
                "description": "What POST /v1/sessions sets; a POST that is not of JSON needs X-CSRF-Token, too.",
            },
        },
    },
}
