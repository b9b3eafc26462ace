"""What is made of case reports, in the OpenAPI document: its schemas and its operations."""

from __future__ import annotations

from systems.epidemic.name_search import LONGEST_QUERY
from systems.epidemic.shown import Show
from web.openapi.operations import answer, get, parameter, problems
from web.openapi.shapes import NUMBER_OR_NULL, TEXT, TIME, TIME_OR_NULL, Json, array_of, map_of, object_of

_DAY: Json = {"type": "string", "format": "date"}
_LIKENESS: Json = {"type": "number", "minimum": 0, "maximum": 1}
_SHOW: Json = {**TEXT, "enum": [each.value for each in Show]}
_KINDS = ("unauthorized", "forbidden", "unknown-stream", "invalid-values", "throttled", "busy", "engine-away")

EPIDEMIC_SCHEMAS: Json = {
    "EpidemicWeeks": object_of(
        {
            "source": TEXT,
            "metric": TEXT,
            "variant": TEXT,
            "show": _SHOW,
            "as_known_at": TIME_OR_NULL,
            "breaks": {**array_of({"type": "number"}), "description": "The least value of each class but the first."},
            "two_sided": {"type": "boolean", "description": "Whether the classes are around no change."},
            "days": {**array_of(_DAY), "description": "The last day of each week, a Sunday."},
            "regions": map_of(array_of(NUMBER_OR_NULL), description="Country → what is shown of each week."),
        }
    ),
    "EpidemicNames": object_of(
        {
            "search": TEXT,
            "found": array_of(
                object_of(
                    {
                        "kind": {**TEXT, "enum": ["region", "source"]},
                        "code": TEXT,
                        "name": TEXT,
                        "about": TEXT,
                        "likeness": _LIKENESS,
                    }
                )
            ),
            "reports": array_of(
                object_of(
                    {
                        "source": TEXT,
                        "region": TEXT,
                        "variant": {**TEXT, "description": "Empty: all together."},
                        "metric": TEXT,
                        "name": TEXT,
                        "reports": {"type": "integer", "description": "How many there are."},
                        "likeness": _LIKENESS,
                    }
                ),
            ),
        }
    ),
}

EPIDEMIC_PATHS: Json = {
    "/v1/epidemic/weeks": get(
        "epidemicWeeks",
        "What a map shows of each country in each week, with the classes of its colours; at most the newest 520 weeks.",
        [
            parameter("source", "Whose reports: those of several are of the same people.", TEXT, required=True),
            parameter("metric", "What is counted, such as cases.", TEXT, required=True),
            parameter("variant", "Of this variant alone; without it of all together.", TEXT),
            parameter("show", "What is shown of a week; incidence, if it is not said.", _SHOW),
            parameter("from", "The first day.", _DAY),
            parameter("until", "The last day, inside.", _DAY),
            parameter("as_known_at", "What was known before this moment.", TIME),
        ],
        {**answer("The weeks.", "EpidemicWeeks"), **problems(*_KINDS)},
    ),
    "/v1/epidemic/search": get(
        "epidemicSearch",
        "Regions, sources and reports by name; accents, order and small typing errors do not matter.",
        [parameter("search", f"1 to {LONGEST_QUERY} characters.", TEXT, required=True)],
        {**answer("The names that are most like it, the best first.", "EpidemicNames"), **problems(*_KINDS)},
    ),
}
