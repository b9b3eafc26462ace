"""Sessions, users, keys and grants in the OpenAPI document."""

from __future__ import annotations

from access.grants import Action
from web.openapi.operations import answer, change, get, in_path, parameter, problems
from web.openapi.shapes import COUNT, TEXT, TIME, TIME_OR_NULL, Json, array_of, map_of, object_of

_YES: Json = {"type": "boolean"}
_TEXT_OR_NULL: Json = {"type": ["string", "null"]}
_ACTIONS: Json = array_of({**TEXT, "enum": [str(action) for action in Action]})
_ROWS: Json = map_of(array_of(TEXT), description="Dimension → the values that a row may have; empty: all rows.")

_SCOPE: Json = object_of(
    {
        "can": _ACTIONS,
        "where": {**array_of(_ROWS), "description": "Alternatives; none: all rows."},
        "hide": {**array_of(TEXT), "description": "Fields, dimensions, measures and distinct counts."},
    }
)
_USER: Json = {
    "user": TEXT,
    "title": TEXT,
    "administrator": _YES,
    "disabled": _YES,
    "groups": array_of(TEXT),
    "has_password": _YES,
    "made_at": TIME,
    "made_by": TEXT,
}
_INVITATION: Json = {
    "invitation": {**TEXT, "description": "A one-time link; shown once."},
    "invitation_expires_at": TIME,
}
_KEY: Json = {
    "id": TEXT,
    "user": TEXT,
    "name": TEXT,
    "parent": {**_TEXT_OR_NULL, "description": "Id of the key that made it, and with which it ends."},
    "made_at": TIME,
    "expires_at": TIME_OR_NULL,
    "used_at": {**TIME_OR_NULL, "description": "To the hour."},
}
_GRANT: Json = {
    "id": COUNT,
    "subject": {**TEXT, "description": "user:NAME, group:NAME or key:ID."},
    "stream": {**TEXT, "description": "Name of a stream, or * for every one."},
    "can": _ACTIONS,
    "where": _ROWS,
    "hide": array_of(TEXT),
    "made_at": TIME,
    "made_by": TEXT,
}
_SESSION: Json = {
    "id": TEXT,
    "made_at": TIME,
    "expires_at": TIME,
    "used_at": TIME,
    "address": TEXT,
    "agent": TEXT,
    "current": _YES,
}
_NEXT: Json = {"next": {**_TEXT_OR_NULL, "description": "The `after` of the next page; null on the last one."}}

ACCESS_SCHEMAS: Json = {
    "Me": object_of(
        {
            "name": TEXT,
            "user": {**TEXT, "description": "The same as `name`."},
            "door": {**TEXT, "enum": ["open", "operator", "session", "key", "token"]},
            "administrator": _YES,
            "groups": array_of(TEXT),
            "open": _YES,
            "seen_by": {**_TEXT_OR_NULL, "description": "The administrator who sees as this user."},
            "csrf": {**_TEXT_OR_NULL, "description": "Of a session: its X-CSRF-Token."},
            "streams": map_of(_SCOPE),
        }
    ),
    "Sessions": object_of({"sessions": array_of(object_of(_SESSION))}),
    "User": object_of(_USER),
    "NewUser": object_of({**_USER, **_INVITATION}, optional=(*_INVITATION,)),
    "Users": object_of({"users": array_of(object_of(_USER)), **_NEXT}),
    "Invitation": object_of(_INVITATION),
    "Keys": object_of({"keys": array_of(object_of(_KEY)), **_NEXT}),
    "NewKey": object_of({**_KEY, "key": {**TEXT, "description": "The key itself; shown once."}}),
    "Grant": object_of(_GRANT),
    "Grants": object_of(
        {
            "grants": array_of(object_of(_GRANT)),
            **_NEXT,
            "user": TEXT,
            "stream": TEXT,
            "administrator": _YES,
            "disabled": _YES,
            "sees": map_of(_SCOPE, description="Action → what the user may see by it; asked for by `why`."),
        },
        optional=("next", "user", "stream", "administrator", "disabled", "sees"),
    ),
    "Seeing": object_of({"user": TEXT}),
}

_CHANGES = (
    "unparseable",
    "unauthorized",
    "forbidden",
    "unsupported-type",
    "invalid-values",
    "throttled",
    "engine-away",
)
_GONE: Json = {"204": {"description": "Done."}}
_PAGE = [
    parameter("search", "Only those whose names have this in them.", TEXT),
    parameter("limit", "At most so many, 100 unless it says otherwise.", {"type": "integer", "maximum": 1000}),
    parameter("after", "The `next` of the page before.", TEXT),
]


def _change(
    method: str, name: str, summary: str, answered: Json, *, body: Json | None = None, path: tuple[Json, ...] = ()
) -> Json:
    """What a method that is not GET does."""
    kinds = (*_CHANGES, "unknown-subject") if path else _CHANGES
    return change(method, name, summary, {**answered, **problems(*kinds)}, body, path)


_NAME = {"user": {**TEXT, "description": "1 to 64 lower-case letters, digits and . _ @ + -."}}
_GIVEN: Json = {"title": TEXT, "administrator": _YES, "groups": array_of(TEXT), "password": TEXT}
_THE_USER, _THE_KEY = in_path("user", "Name of the user."), in_path("key", "Id of the key.")
_LISTED = problems("unauthorized", "forbidden", "invalid-values", "throttled", "engine-away")

ACCESS_PATHS: Json = {
    "/v1/sessions": {
        **get("sessions", "Where you are logged in.", [], {**answer("Your sessions.", "Sessions"), **_LISTED}),
        **_change(
            "post",
            "logIn",
            "Log in; the answer sets the session's cookie.",
            answer("Who you are now.", "Me"),
            body=object_of({"user": TEXT, "password": TEXT}),
        ),
    },
    "/v1/sessions/current": _change("delete", "logOut", "Log out.", _GONE),
    "/v1/sessions/{session}": _change(
        "delete", "endSession", "End one of your sessions.", _GONE, path=(in_path("session", "Id of the session."),)
    ),
    "/v1/me": get("me", "Who you are, and what you may do.", [], {**answer("You.", "Me"), **_LISTED}),
    "/v1/see-as": {
        **_change(
            "post",
            "seeAs",
            "See as another user, in this session, without changing anything.",
            answer("As whom.", "Seeing"),
            body=object_of(_NAME),
        ),
        **_change("delete", "seeAsOneself", "See as yourself again.", _GONE),
    },
    "/v1/users": {
        **get("users", "Users, by name.", _PAGE, {**answer("The users.", "Users"), **_LISTED}),
        **_change(
            "post",
            "addUser",
            "Add a user; without a password the answer has a one-time link by which one is chosen.",
            answer("The user.", "NewUser", 201),
            body=object_of({**_NAME, **_GIVEN}, optional=(*_GIVEN,)),
        ),
    },
    "/v1/users/{user}": {
        **get("user", "One user.", [_THE_USER], {**answer("The user.", "User"), **problems("unknown-subject")}),
        **_change(
            "patch",
            "changeUser",
            "Change a user; one that is disabled is logged out.",
            answer("The user.", "User"),
            body=object_of({**_GIVEN, "disabled": _YES}, optional=(*_GIVEN, "disabled")),
            path=(_THE_USER,),
        ),
        **_change(
            "delete", "removeUser", "Remove a user with its keys, grants and sessions.", _GONE, path=(_THE_USER,)
        ),
    },
    "/v1/users/{user}/invitation": _change(
        "post",
        "invite",
        "Make a one-time link in place of older ones.",
        answer("The link.", "Invitation", 201),
        path=(_THE_USER,),
    ),
    "/v1/keys": {
        **get(
            "keys",
            "Your keys; of a key, itself and those that it made.",
            [parameter("user", "Whose keys; for administrators.", TEXT), *_PAGE],
            {**answer("The keys.", "Keys"), **_LISTED},
        ),
        **_change(
            "post",
            "createKey",
            "Make a key; the answer shows it once.",
            answer("The key.", "NewKey", 201),
            body=object_of({"name": TEXT, "expires_at": TIME, "user": TEXT}, optional=("expires_at", "user")),
        ),
    },
    "/v1/keys/{key}": _change("delete", "revokeKey", "End a key, and those that it made.", _GONE, path=(_THE_KEY,)),
    "/v1/keys/{key}/rotate": _change(
        "post",
        "rotateKey",
        "Make a key in place of one, which ends after the overlap.",
        answer("The new key.", "NewKey", 201),
        body=object_of({"overlap_seconds": COUNT}, optional=("overlap_seconds",)),
        path=(_THE_KEY,),
    ),
    "/v1/grants": {
        **get(
            "grants",
            "Grants; or why a user may see a stream.",
            [
                parameter("subject", "Only those for this user, group or key.", TEXT),
                parameter("stream", "Only those of this stream.", TEXT),
                parameter("why", "A user: which grants apply to it at `stream`, and what it sees by them.", TEXT),
                *_PAGE,
            ],
            {**answer("The grants.", "Grants"), **_LISTED},
        ),
        **_change(
            "post",
            "addGrant",
            "Allow something to somebody.",
            answer("The grant.", "Grant", 201),
            body=object_of(
                {name: _GRANT[name] for name in ("subject", "stream", "can", "where", "hide")},
                optional=("where", "hide"),
            ),
        ),
    },
    "/v1/grants/{id}": _change(
        "delete", "removeGrant", "End a grant.", _GONE, path=(in_path("id", "Number of the grant."),)
    ),
}
