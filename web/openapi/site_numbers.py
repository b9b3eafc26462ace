"""The numbers of sites in the OpenAPI document: their schemas and their operations."""

from __future__ import annotations

from query.requests import Step
from systems.merchants.asked import Compare
from systems.merchants.filters import FIELDS
from systems.merchants.panels import BREAKDOWNS
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

_SITE = in_path("site", "Name of the site.")
_IMPORT = in_path("id", "Number of the import.")
_FUNNEL = in_path("id", "Number of the funnel.", {"type": "integer"})
_SPAN = [
    parameter("start", "First minute, inside; RFC 3339 with an offset, a whole minute.", TIME, required=True),
    parameter("end", "Last minute, not inside; RFC 3339 with an offset, a whole minute.", TIME, required=True),
]
_FILTERS = parameter(
    "filters",
    f"FILTER=VALUE, where FILTER is one of {', '.join(FIELDS)}. Several values of one are alternatives; in those of "
    "pages * is any characters but /, and ** any at all.",
    map_of(array_of(TEXT)),
    style="form",
    explode=True,
)
_NUMBERS: Json = {
    "visitors": COUNT,
    "visits": {**COUNT, "description": "Visits that began in this time."},
    "views": COUNT,
    "bounce_rate": NUMBER_OR_NULL,
    "visit_seconds": {**NUMBER_OR_NULL, "description": "Mean length of a visit."},
    "events": {**COUNT, "description": "Messages of any kind."},
    "revenue": map_of({"type": "number"}, description="Currency → what was earned in it."),
}
_ABOUT: Json = {
    "site": TEXT,
    "time_zone": TEXT,
    "start": TIME,
    "end": TIME,
    "filters": map_of(array_of(TEXT)),
}
_SHARE: Json = {**NUMBER_OR_NULL, "description": "From 0 to 1."}
_NEXT: Json = {"type": ["integer", "null"], "description": "The `after` of the rows that follow."}

SITE_NUMBERS_SCHEMAS: Json = {
    "SiteNumbers": object_of(_NUMBERS),
    "SiteStats": object_of(
        {
            **_ABOUT,
            **_NUMBERS,
            "compared": {"oneOf": [object_of({"start": TIME, "end": TIME, **_NUMBERS}), {"type": "null"}]},
        }
    ),
    "SiteBreakdown": object_of(
        {
            **_ABOUT,
            "by": {**TEXT, "enum": [*BREAKDOWNS]},
            "rows": {
                **array_of({"allOf": [reference("SiteNumbers"), {"type": "object", "additionalProperties": True}]}),
                "description": "Each with its value under the name of `by`. Goals have their own members.",
            },
            "next": _NEXT,
        }
    ),
    "SiteSeries": object_of(
        {
            **_ABOUT,
            "step": {**TEXT, "enum": [str(step) for step in Step]},
            "points": {
                **array_of(object_of({"at": TIME, **_NUMBERS}, optional=tuple(_NUMBERS))),
                "description": "Every step; those that have not begun have no numbers.",
            },
        }
    ),
    "SiteFunnel": object_of(
        {
            **_ABOUT,
            "id": COUNT,
            "name": TEXT,
            "days": {**COUNT, "description": "How long a visitor has for all steps; 0: one visit."},
            "steps": array_of(object_of({"name": TEXT, "visitors": COUNT, "of_first": _SHARE, "of_before": _SHARE})),
        }
    ),
    "SiteImported": object_of(
        {
            **_ABOUT,
            "products": {**array_of(TEXT), "description": "Which services counted."},
            **_NUMBERS,
            "days": array_of(object_of({"day": {**TEXT, "format": "date"}, **_NUMBERS})),
            "tables": {
                **map_of(array_of({"type": "object", "additionalProperties": True})),
                "description": "What they are told apart by → rows as of `breakdown`, at most 1,000.",
            },
        }
    ),
    "ForgottenDays": object_of({"days": COUNT}),
    "SiteImports": object_of(
        {
            "imports": array_of(
                object_of(
                    {
                        "id": COUNT,
                        "product": {**TEXT, "description": "Which service counted."},
                        "files": {**array_of(TEXT), "description": "What they were called."},
                        "first": {**TEXT, "format": "date"},
                        "last": {**TEXT, "format": "date"},
                        "days": COUNT,
                        "made_at": {**TIME_OR_NULL, "description": "Null: before this was noted."},
                        "made_by": TEXT,
                    }
                )
            )
        }
    ),
    "SiteLive": object_of({"site": TEXT, "minutes": COUNT, "visitors": COUNT}),
}

_OWN = ("unauthorized", "forbidden", "unknown-site", "throttled", "engine-away")
_PROBLEMS = ("unparseable", "unauthorized", "unknown-site", "invalid-values", "busy", "throttled", "engine-away")


def _get(name: str, summary: str, parameters: list[Json], schema: str, described: str) -> Json:
    return get(name, summary, [_SITE, *parameters], {**answer(described, schema), **problems(*_PROBLEMS)})


def _forget(name: str, summary: str, *which: Json) -> Json:
    answered = {**answer("Of how many days there was some.", "ForgottenDays"), **problems(*_OWN)}
    return change("delete", name, summary, answered, None, (_SITE, *which))


SITE_NUMBERS_PATHS: Json = {
    "/v1/sites/{site}/stats": _get(
        "siteStats",
        "What visitors of a site did.",
        [
            *_SPAN,
            _FILTERS,
            parameter("compare", "Also of another time.", {**TEXT, "enum": [str(each) for each in Compare]}),
        ],
        "SiteStats",
        "The numbers.",
    ),
    "/v1/sites/{site}/breakdown": _get(
        "siteBreakdown",
        "The same by values of one thing, the largest first.",
        [
            *_SPAN,
            parameter("by", "What they are told apart by.", {**TEXT, "enum": [*BREAKDOWNS]}, required=True),
            _FILTERS,
            parameter("limit", "At most so many rows; 100, at most 1,000.", {"type": "integer"}),
            parameter("after", "The `next` of the answer before.", {"type": "integer"}),
        ],
        "SiteBreakdown",
        "The rows.",
    ),
    "/v1/sites/{site}/series": _get(
        "siteSeries",
        "The same at each step, by the site's clocks.",
        [*_SPAN, parameter("step", "Without it what fits.", {**TEXT, "enum": [str(step) for step in Step]}), _FILTERS],
        "SiteSeries",
        "The points.",
    ),
    "/v1/sites/{site}/funnels/{id}": _get(
        "siteFunnel",
        "How many visitors got to each step of a funnel.",
        [_FUNNEL, *_SPAN, _FILTERS],
        "SiteFunnel",
        "The steps.",
    ),
    "/v1/sites/{site}/imported": {
        **_get(
            "siteImported",
            "What another service counted on the days of a window, before the site was counted here.",
            _SPAN,
            "SiteImported",
            "Sums of days, which are in no other number.",
        ),
        **_forget("forgetImported", "Take away all that another service had counted."),
    },
    "/v1/sites/{site}/imports": get(
        "siteImports",
        "What was imported of what another service had counted, the newest first.",
        [_SITE],
        {**answer("Each import of which there is something.", "SiteImports"), **problems(*_OWN)},
    ),
    "/v1/sites/{site}/imports/{id}": _forget("forgetImport", "Take one import back.", _IMPORT),
    "/v1/sites/{site}/live": _get("siteLive", "Visitors of the last minutes.", [], "SiteLive", "How many."),
}
