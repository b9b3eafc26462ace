"""`/v1/keys`: keys of programs. One's own; a key's are itself and those that it made; administrators': all."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Asker, Door
from access.errors import UnknownSubjectError
from access.events import Did, Outcome
from access.keys import LONGEST_OVERLAP, may
from access.store import AccessStore, Key
from web.access.notes import note
from web.access.scopes import asker_of
from web.api.objects import invalid, page_of, read_members
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.edge.responses import json_response

_OVERLAP = timedelta(hours=1)


async def keys(request: Request) -> Response:
    """The keys that the asker may see, the newest first; `user`: of another, for administrators."""
    asker, page = asker_of(request), page_of(request, ("user",))
    user = request.query_params.get("user") or (None if _is_nobodys(asker) else asker.name)
    if user != asker.name and not asker.administrator:
        raise ProblemError("forbidden", "The keys of others are for administrators.")

    all_keys = await in_store(request, lambda store: store.keys.of(user))
    seen = [key for key in all_keys if asker.administrator or may(asker, key.id, all_keys)]
    found = [key for key in seen if page.search.lower() in key.name]
    begin = next((at + 1 for at, key in enumerate(found) if key.id == page.after), 0)
    shown = found[begin : begin + page.limit]
    following = shown[-1].id if len(found) > begin + page.limit else None
    return json_response({"keys": [each.as_json() for each in shown], "next": following})


async def create_key(request: Request) -> Response:
    """A new key, shown once, of `user`, in the body or the address. What a key makes ends with it."""
    asker, given = asker_of(request), await read_members(request, ("name", "expires_at", "user"))
    name, expires_at = given.text("name"), given.moment("expires_at")
    asked = {given.optional_text("user"), request.query_params.get("user")} - {None, ""}
    if len(asked) > 1:
        invalid("user", "is one in the body, another in the address")
    user = next(iter(asked), None) or asker.name
    if user != asker.name and not asker.administrator:
        raise ProblemError("forbidden", "Keys of others are made by administrators.")
    if _is_nobodys(asker) and not asked:
        invalid("user", "is missing: whose key is it?")
    key, text = await in_store(
        request, lambda store: store.keys.create(user, name, expires_at=expires_at, parent=asker.key)
    )
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key.id)
    return json_response({**key.as_json(), "key": text}, 201)


async def revoke_key(request: Request) -> Response:
    """End a key, and those that it made."""
    asker, key_id = asker_of(request), request.path_params["key"]

    def revoke(store: AccessStore) -> None:
        _check(store, asker, key_id)
        store.keys.revoke(key_id)

    await in_store(request, revoke)
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key_id)
    return Response(status_code=204)


async def rotate_key(request: Request) -> Response:
    """A new key in place of one, which ends `overlap_seconds` later."""
    asker, key_id = asker_of(request), request.path_params["key"]
    given = await read_members(request, ("overlap_seconds",), optional=True)
    overlap = timedelta(seconds=given.number("overlap_seconds", int(_OVERLAP.total_seconds())))
    if overlap > LONGEST_OVERLAP:
        invalid("overlap_seconds", f"is at most {int(LONGEST_OVERLAP.total_seconds()):,}")

    def rotate(store: AccessStore) -> tuple[Key, str]:
        _check(store, asker, key_id)
        # No key can make itself last.
        return store.keys.rotate(key_id, overlap=overlap, lengthen=asker.door is not Door.KEY)

    key, text = await in_store(request, rotate)
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key.id)
    return json_response({**key.as_json(), "key": text}, 201)


def _check(store: AccessStore, asker: Asker, key_id: str) -> None:
    """One that the asker may not see is as one that is not there. Raises UnknownSubjectError."""
    if not asker.administrator and not may(asker, key_id, store.keys.of(asker.name)):
        raise UnknownSubjectError("key", key_id)


def _is_nobodys(asker: Asker) -> bool:
    """Whether the asker is no user: whoever is at the machine."""
    return asker.door in (Door.OPEN, Door.OPERATOR)
