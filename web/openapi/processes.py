"""Processes in the OpenAPI document: their schemas and their operations."""

from __future__ import annotations

from web.openapi.operations import answer, get, in_path, parameter, problems
from web.openapi.shapes import COUNT, TEXT, TIME, TIME_OR_NULL, Json, array_of, map_of, object_of, reference

_COUNT_OR_NULL: Json = {"type": ["integer", "null"], "minimum": 0}
_STATES = ("not applied", "not run yet", "running", "done", "failed")
_PROCESS: Json = {
    "name": TEXT,
    "title": TEXT,
    "stream": {**TEXT, "description": "Whose records it reads."},
    "about": {**TEXT, "description": "For whom it holds."},
    "every": {"type": ["string", "null"], "description": "How often it runs by itself: `1 day`."},
    "after": {"type": ["string", "null"], "enum": ["publication", None]},
    "seed": COUNT,
    "sample": {**COUNT, "description": "Rows that are held for what is not counted over all of them."},
    "steps": array_of(TEXT),
    "state": {
        "type": ["string", "null"],
        "enum": [*_STATES, None],
        "description": "Of its newest run; null where no results are shown to you.",
    },
    "last_run": TIME_OR_NULL,
    "may": {**array_of({**TEXT, "enum": ["ask", "detail"]}), "description": "Empty: no results are shown to you."},
}
_RUN: Json = {
    "id": COUNT,
    "state": {**TEXT, "enum": ["running", "done", "failed"]},
    "snapshot": {**TEXT, "description": "Of the records that it read."},
    "definition": {**TEXT, "description": "Version of the stream's definition, rules of cleaning included."},
    "declaration": {**TEXT, "description": "Version of the process."},
    "code": {**TEXT, "description": "Version of what computes."},
    "seed": COUNT,
    "rows": _COUNT_OR_NULL,
    "sampled": {**_COUNT_OR_NULL, "description": "Of these rows, how many were held."},
    "begun": TIME,
    "ended": TIME_OR_NULL,
    "by": {**TEXT, "description": "Who began it; for who administers the stream."},
    "problem": {**TEXT, "description": "Why it failed; for who administers the stream."},
}
_OWN = ("by", "problem")
_STEP: Json = object_of(
    {
        "seconds": {"type": "number"},
        "problem": {**TEXT, "description": "Why there is no result, where there is none."},
        "result": {"type": ["object", "null"], "description": "By step; see the documentation of statistics."},
    }
)

PROCESS_SCHEMAS: Json = {
    "Process": object_of(_PROCESS),
    "Processes": object_of(
        {
            "processes": array_of(reference("Process")),
            "problems": {
                **array_of(object_of({"name": TEXT, "problem": TEXT})),
                "description": "Declarations that cannot be read; for who administers every stream.",
            },
        }
    ),
    "ProcessRun": object_of(_RUN, optional=_OWN),
    "ProcessRuns": object_of(
        {
            "runs": array_of(reference("ProcessRun")),
            "next": {"type": ["string", "null"], "description": "The `after` of older runs."},
        }
    ),
    "ProcessResults": object_of({**_RUN, "results": map_of(_STEP)}, optional=_OWN),
    "ProcessReport": object_of(
        {
            **_PROCESS,
            "run": {
                "oneOf": [reference("ProcessResults"), {"type": "null"}],
                "description": "The newest that was done.",
            },
        }
    ),
}

_NAME = in_path("process", "Name of the process.")
_KNOWN = ("unauthorized", "forbidden", "unknown-process", "engine-away")

PROCESS_PATHS: Json = {
    "/v1/processes": get(
        "processes",
        "Processes whose streams you know, and how the newest run of each stands.",
        [],
        {**answer("The processes, by name.", "Processes"), **problems("unauthorized", "engine-away")},
    ),
    "/v1/processes/{process}": get(
        "process",
        "A process with the results of its newest run that was done.",
        [_NAME],
        {**answer("The process.", "ProcessReport"), **problems(*_KNOWN)},
    ),
    "/v1/processes/{process}/runs": get(
        "processRuns",
        "The runs of a process, the newest first, without their results.",
        [
            _NAME,
            parameter("limit", "At most so many runs.", {"type": "integer"}),
            parameter("after", "The `next` of the page before.", TEXT),
        ],
        {**answer("The runs.", "ProcessRuns"), **problems(*_KNOWN, "invalid-values")},
    ),
    "/v1/processes/{process}/runs/{run}": get(
        "processRun",
        "One run with its results.",
        [_NAME, in_path("run", "Number of the run.", {"type": "integer"})],
        {**answer("The run.", "ProcessResults"), **problems(*_KNOWN)},
    ),
}
