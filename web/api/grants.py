"""`/v1/grants`: who may do what with which rows of which stream, for administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Asker, Door
from access.errors import UnknownSubjectError
from access.events import Did, Outcome
from access.grants import EVERY_STREAM, Action, Grant, Subject, checked_grant, checked_name
from access.scope import Scope, made_of
from access.store import AccessStore
from streams.definition import Definition
from web.access.notes import note
from web.access.scopes import asker_of
from web.api.objects import invalid, page_of, read_members
from web.asking.access import in_store
from web.edge.responses import json_response
from web.service import service_of

_MEMBERS = ("subject", "stream", "can", "where", "hide")


async def grants(request: Request) -> Response:
    """Grants in the order in which they were made; or, by `why` and `stream`, those by which a user sees a stream."""
    page = page_of(request, ("subject", "stream", "why"))
    params = request.query_params
    if "why" in params:
        return await _why(request, params["why"], params.get("stream") or invalid("stream", "is missing"))
    after = page.after or "0"
    if not (after.isascii() and after.isdigit() and len(after) < 12):
        invalid("after", "is the `next` of the page before")
    subject = Subject.parse(params["subject"]) if params.get("subject") else None
    stream = params.get("stream") or None
    found = await in_store(
        request, lambda store: store.grants.page(subject, stream, page.search, int(after), page.one_more)
    )
    shown = found[: page.limit]
    following = str(shown[-1].id) if len(found) > page.limit else None
    return json_response({"grants": [each.as_json() for each in shown], "next": following})


async def add_grant(request: Request) -> Response:
    """A new grant; whoever it is for has it within ten seconds."""
    given = await read_members(request, _MEMBERS)
    grant = checked_grant(
        given.text("subject"),
        given.text("stream"),
        given.texts("can") or [],
        given.lists("where"),
        given.texts("hide") or [],
    )
    check_names(grant, service_of(request).queries.definitions)
    by = asker_of(request).name
    added = await in_store(request, lambda store: store.grants.add(grant, by=by))
    note(request, Did.CHANGE_GRANT, Outcome.DONE, stream=added.stream, what=f"{added.id} {added.subject}")
    return json_response(added.as_json(), 201)


async def remove_grant(request: Request) -> Response:
    """End a grant; nobody has it any more ten seconds later."""
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise UnknownSubjectError("grant", text[:100])
    gone = await in_store(request, lambda store: store.grants.remove(int(text)))
    note(request, Did.CHANGE_GRANT, Outcome.DONE, stream=gone.stream, what=f"{gone.id} {gone.subject}")
    return Response(status_code=204)


def check_names(grant: Grant, definitions: Mapping[str, Definition]) -> None:
    """A grant names streams, dimensions and fields that there are. Raises ProblemError."""
    known = definitions.values() if grant.stream == EVERY_STREAM else filter(None, [definitions.get(grant.stream)])
    streams = [*known]
    if not streams and grant.stream != EVERY_STREAM:
        invalid("stream", f"there is no stream {grant.stream}")
    dimensions = {name for each in streams for name in each.dimensions}
    for name, _ in grant.where:
        if name not in dimensions:
            invalid("where", f"{name[:100]!r} is no dimension of {grant.stream}")
    names = {name for each in streams for name in (*each.fields, *made_of(each))}
    for name in sorted(grant.hide - names):
        invalid("hide", f"{name[:100]!r} is no field, dimension, measure or distinct count of {grant.stream}")


def scope_json(scope: Scope) -> dict[str, Any]:
    """What may be done and seen: `where` has alternatives, none for all rows."""
    return {
        "can": [action for action in Action if action in scope.actions],
        "where": [] if scope.all_rows else [rows_json(rows) for rows in scope.rows],
        "hide": sorted(scope.hidden),
    }


def rows_json(rows: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, list[str]]:
    """Dimension → values."""
    return {name: [*values] for name, values in rows}


async def _why(request: Request, user: str, stream: str) -> Response:
    """By which grants a user sees what of a stream."""
    definition = service_of(request).queries.definitions.get(stream)
    name = checked_name("why", user)

    def find(store: AccessStore) -> tuple[list[Grant], Asker | None]:
        store.users.get(name)
        return store.grants.that_apply(name, stream), store.askers.of_user(name, door=Door.SESSION)

    found, asker = await in_store(request, find)
    scopes = asker.scopes(definition) if definition is not None and asker is not None else ()
    return json_response(
        {
            "user": name,
            "stream": stream,
            "administrator": asker is not None and asker.administrator,
            "disabled": asker is None,
            "sees": {str(action): scope_json(scope) for action, scope in scopes},
            "grants": [each.as_json() for each in found],
        }
    )
