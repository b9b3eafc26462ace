"""Sites in the OpenAPI document: their schemas and their operations."""

from __future__ import annotations

from access.grants import Action
from systems.merchants.entries import MOST_ENTRIES
from systems.merchants.members import MAY
from web.openapi.operations import answer, change, get, in_path, parameter, problems
from web.openapi.shapes import COUNT, TEXT, TIME, TIME_OR_NULL, Json, array_of, map_of, object_of, reference

_FLAG: Json = {"type": "boolean"}
_EXCLUSIONS: Json = object_of(
    {
        "paths": {**array_of(TEXT), "description": "Patterns: * within one part of a path, ** across all."},
        "hostnames": {**array_of(TEXT), "description": "Patterns of hosts."},
        "addresses": {**array_of(TEXT), "description": "Addresses or networks of visitors."},
    },
    optional=("paths", "hostnames", "addresses"),
)
_GIVEN: Json = {
    "title": TEXT,
    "origins": {**array_of(TEXT), "description": "Hosts whose pages may send; *.example.org is every host below it."},
    "time_zone": {**TEXT, "description": "A name such as Europe/Berlin."},
    "currency": {**TEXT, "description": "A code of ISO 4217."},
    "exclusions": _EXCLUSIONS,
    "respect_dnt": {**_FLAG, "description": "Whether nothing is kept of browsers that send `Sec-GPC: 1` or `DNT: 1`."},
}
_SITE: Json = {
    "name": {**TEXT, "description": "A host, in lower case."},
    **_GIVEN,
    "created_at": TIME,
    "created_by": TEXT,
    "deleted_at": {**TIME_OR_NULL, "description": "Since when nothing is collected."},
    "administer": {**_FLAG, "description": "Whether you may change it."},
}
_OWNERS = ("exclusions", "created_by")
_SNIPPET: Json = {"snippet": {**TEXT, "description": "A line of HTML for its pages."}}
_MAY: Json = {**array_of({**TEXT, "enum": [*MAY]}), "description": "Without it ask and detail."}
_MEMBER: Json = {"subject": {**TEXT, "description": "`user:NAME`, `group:NAME` or `key:ID`."}, "can": _MAY}
_CONDITION: Json = {
    "name": TEXT,
    "kind": {**TEXT, "enum": ["page", "event"]},
    "value": {**TEXT, "description": "A pattern of paths, or the name of an event."},
    "properties": map_of(TEXT, description="Which values of its properties an event has to have."),
}
_STEP = object_of(_CONDITION, optional=("name", "properties"))
_FUNNEL: Json = {
    "name": TEXT,
    "days": {**COUNT, "description": "How long a visitor has for all steps; 0: within one visit."},
    "steps": array_of(_STEP),
}
_NOTE: Json = {"day": {**TEXT, "format": "date"}, "text": TEXT}
_LINK: Json = {
    "id": TEXT,
    "name": TEXT,
    "password": {**_FLAG, "description": "Whether it has one."},
    "made_at": TIME,
    "made_by": TEXT,
    "expires_at": TIME_OR_NULL,
}
_ID: Json = {"id": {"type": "integer"}}

SITE_SCHEMAS: Json = {
    "Site": object_of(
        {
            **_SITE,
            **_SNIPPET,
            "goals": array_of(reference("Goal")),
            "funnels": array_of(reference("Funnel")),
            "annotations": array_of(reference("Annotation")),
            "history": {**TEXT, "description": "Of one that was deleted just now: what becomes of its history."},
        },
        optional=(*_OWNERS, "snippet", "goals", "funnels", "annotations", "history"),
    ),
    "Sites": object_of(
        {
            "sites": array_of(object_of(_SITE, optional=_OWNERS)),
            "next": {"type": ["string", "null"], "description": "The `after` of the next page; null on the last one."},
        }
    ),
    "Provisioned": object_of(
        dict.fromkeys(("added", "changed", "unchanged", "members_added", "members_ended", "users_added"), COUNT)
    ),
    "Goal": object_of({**_ID, **_CONDITION}),
    "Goals": object_of({"goals": array_of(reference("Goal"))}),
    "Funnel": object_of({**_ID, **_FUNNEL}),
    "Funnels": object_of({"funnels": array_of(reference("Funnel"))}),
    "Annotation": object_of({**_ID, **_NOTE, "made_by": TEXT}),
    "Annotations": object_of({"annotations": array_of(reference("Annotation"))}),
    "SharedLinks": object_of({"links": array_of(object_of(_LINK))}),
    "NewSharedLink": object_of({**_LINK, "link": {**TEXT, "description": "Its address; shown once."}}),
    "Member": object_of(_MEMBER),
    "Members": object_of({"members": array_of(reference("Member"))}),
}

_ASKED = ("unauthorized", "forbidden", "throttled", "engine-away")
_SENT = (*_ASKED, "unparseable", "unsupported-type", "too-large", "invalid-values")
_GONE: Json = {"204": {"description": "Done."}}


_THE_SITE = in_path("site", "Name of the site.")
_PAGE = [
    parameter("search", "Only those whose name or title has this in it.", TEXT),
    parameter("deleted", "Those that are deleted.", _FLAG),
    parameter("limit", "At most so many, 100 unless it says otherwise.", {"type": "integer", "maximum": 1000}),
    parameter("after", "The `next` of the page before.", TEXT),
]


def _get(name: str, summary: str, schema: str) -> Json:
    answered = {**answer("What there is.", schema), **problems(*_ASKED, "unknown-site")}
    return get(name, summary, [_THE_SITE], answered)


def _change(method: str, name: str, summary: str, answered: Json, body: Json | None, *path: Json) -> Json:
    kinds = (*(_SENT if body else _ASKED), *(("unknown-site",) if path else ()))
    return change(method, name, summary, {**answered, **problems(*kinds)}, body, path)


def _parts(plural: str, kind: str, schema: str, body: Json, optional: tuple[str, ...]) -> Json:
    """The addresses of one kind of part."""
    name, a = kind.capitalize(), "an" if kind[0] == "a" else "a"
    one = in_path("id", f"Number of the {kind}.")
    added = answer(f"The {kind}.", schema, 201)
    new = object_of(body, optional=optional)
    return {
        f"/v1/sites/{{site}}/{plural}": {
            **_get(plural, f"The {plural} of a site.", f"{schema}s"),
            **_change("post", f"add{name}", f"Add {a} {kind}.", added, new, _THE_SITE),
        },
        f"/v1/sites/{{site}}/{plural}/{{id}}": _change(
            "delete", f"remove{name}", f"Remove {a} {kind}.", _GONE, None, _THE_SITE, one
        ),
    }


_SITES: Json = {
    "/v1/sites": {
        **get(
            "sites",
            "The sites whose numbers you may see, by name.",
            _PAGE,
            {**answer("The sites.", "Sites"), **problems(*_ASKED, "invalid-values")},
        ),
        **_change(
            "post",
            "addSite",
            "Add a site, which collects at once.",
            answer("The site.", "Site", 201),
            object_of({"name": TEXT, **_GIVEN}, optional=(*_GIVEN,)),
        ),
        **_change(
            "put",
            "putSites",
            f"Make up to {MOST_ENTRIES:,} sites with their members, or change them to be so; all of them or nothing.",
            answer("What was changed; the same again changes nothing.", "Provisioned"),
            object_of(
                {
                    "sites": array_of(
                        object_of(
                            {
                                "name": TEXT,
                                **_GIVEN,
                                "members": {
                                    **array_of({"oneOf": [TEXT, object_of(_MEMBER, optional=("can",))]}),
                                    "description": "All of them; without it they stay as they are.",
                                },
                            },
                            optional=(*_GIVEN, "members"),
                        )
                    ),
                    "new_users": {**_FLAG, "description": "Members who are no users become some; administrators."},
                },
                optional=("new_users",),
            ),
        ),
    },
    "/v1/sites/{site}": {
        **_get("site", "A site with its goals, funnels and annotations.", "Site"),
        **_change(
            "patch",
            "changeSite",
            "Change what is given; `deleted`: false collects again.",
            answer("The site.", "Site"),
            object_of({**_GIVEN, "deleted": _FLAG}, optional=(*_GIVEN, "deleted")),
            _THE_SITE,
        ),
        **_change(
            "delete",
            "deleteSite",
            "Collect nothing more of a site; what was collected stays.",
            answer("The site.", "Site"),
            None,
            _THE_SITE,
        ),
    },
}

SITE_PATHS: Json = {
    **_SITES,
    **_parts("goals", "goal", "Goal", _CONDITION, ("name", "properties")),
    **_parts("funnels", "funnel", "Funnel", _FUNNEL, ("days",)),
    **_parts("annotations", "annotation", "Annotation", _NOTE, ()),
    "/v1/sites/{site}/links": {
        **_get("sharedLinks", "The shared links of a site, without their secrets.", "SharedLinks"),
        **_change(
            "post",
            "makeSharedLink",
            "Make a link that shows a site's numbers to whoever has it; the answer shows it once.",
            answer("The link.", "NewSharedLink", 201),
            object_of({"name": TEXT, "password": TEXT, "expires_at": TIME}, optional=("password", "expires_at")),
            _THE_SITE,
        ),
    },
    "/v1/sites/{site}/links/{id}": _change(
        "delete", "revokeSharedLink", "End a shared link, at once.", _GONE, None, _THE_SITE, in_path("id", "Its id.")
    ),
    "/v1/sites/{site}/members": {
        **_get("siteMembers", "Those with a grant of exactly this site.", "Members"),
        **_change(
            "post",
            "putSiteMember",
            f"Add a member, or say anew what one may; `{Action.ADMINISTER}` is to change the site too.",
            answer("The member.", "Member", 201),
            object_of(_MEMBER, optional=("can",)),
            _THE_SITE,
        ),
    },
    "/v1/sites/{site}/members/{subject}": _change(
        "delete",
        "removeSiteMember",
        "End a member's grant of the site.",
        _GONE,
        None,
        _THE_SITE,
        in_path("subject", "`user:NAME`, `group:NAME` or `key:ID`."),
    ),
}
