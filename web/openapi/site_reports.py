"""Reports of sites by e-mail in the OpenAPI document."""

from __future__ import annotations

from systems.merchants.reports.periods import Period
from web.openapi.operations import answer, get, in_path, problems
from web.openapi.shapes import COUNT, TEXT, TIME, Json, array_of, object_of

_PERIOD: Json = {**TEXT, "enum": [str(period) for period in Period]}
_REPORT: Json = {
    "id": COUNT,
    "address": TEXT,
    "period": _PERIOD,
    "user": {"type": ["string", "null"], "description": "Who asked for it, and must see the site still; null: nobody."},
    "next_at": TIME,
    "problem": {"type": ["string", "null"], "description": "Why the last one was not sent."},
}

_SITE = in_path("site", "Name of the site.")
_ID = in_path("id", "Number of the report.", COUNT)
_KINDS = ("unauthorized", "forbidden", "unknown-site", "engine-away")
_ENDED: Json = {"204": {"description": "It is no more."}}

REPORT_SCHEMAS: Json = {"Report": object_of(_REPORT), "Reports": object_of({"reports": array_of(object_of(_REPORT))})}

REPORT_PATHS: Json = {
    "/v1/sites/{site}/reports": {
        **get(
            "reports",
            "The reports by e-mail that one gets of a site; all of them for who may change it.",
            [_SITE],
            {**answer("The reports.", "Reports"), **problems(*_KINDS)},
        ),
        "post": {
            "operationId": "addReport",
            "summary": "Send a report to an address each week or month.",
            "parameters": [_SITE],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": object_of({"address": TEXT, "period": _PERIOD})}},
            },
            "responses": {
                **answer("The report; one that was there is as it was.", "Report", 201),
                **problems(*_KINDS, "unparseable", "invalid-values", "too-large", "unsupported-type"),
            },
        },
        "delete": {
            "operationId": "removeReports",
            "summary": "End all reports of a site that one has asked for.",
            "parameters": [_SITE],
            "responses": {**_ENDED, **problems(*_KINDS)},
        },
    },
    "/v1/sites/{site}/reports/{id}": {
        "delete": {
            "operationId": "removeReport",
            "summary": "End a report.",
            "parameters": [_SITE, _ID],
            "responses": {**_ENDED, **problems(*_KINDS)},
        },
    },
}
