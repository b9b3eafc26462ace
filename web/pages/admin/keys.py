"""`/admin/keys`: the keys of all users, and the end of one."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.errors import UnknownSubjectError
from access.events import Did, Outcome
from access.store import Key
from web.access.notes import note
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.page.templating import page_response

_MOST_SHOWN = 200
_NO_SUCH_KEY = "There is no such key, or no more."
_DONE = {"revoked": "The key is revoked. Within ten seconds nothing gets in with it any more."}


async def keys_page(request: Request) -> Response:
    """The newest keys whose name or owner has what is searched for in it."""
    search = request.query_params.get("search", "")[:100]
    wanted = search.strip().lower()
    every = await in_store(request, lambda store: store.keys.of(None))
    found = [key for key in every if wanted in key.name or wanted in key.user or wanted == key.id]
    return page_response(
        "pages/admin/keys.html",
        200,
        {"Cache-Control": "no-store"},
        title="Keys",
        keys=found[:_MOST_SHOWN],
        count=len(found),
        search=search,
        done=_DONE.get(request.query_params.get("done", ""), ""),
        now=datetime.now(UTC),
    )


async def admin_key_page(request: Request) -> Response:
    """One key, and whether to revoke it."""
    key = await _key_of(request)
    return page_response(
        "pages/admin/key.html",
        200,
        {"Cache-Control": "no-store"},
        title=f"Key {key.name}",
        key=key,
        now=datetime.now(UTC),
    )


async def admin_revoke_key(request: Request) -> Response:
    """Nothing gets in with it any more."""
    key = await _key_of(request)
    try:
        await in_store(request, lambda store: store.keys.revoke(key.id))
    except UnknownSubjectError:
        raise ProblemError("not-found", _NO_SUCH_KEY) from None
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key.id)
    return RedirectResponse("/admin/keys?done=revoked", 303)


async def _key_of(request: Request) -> Key:
    key_id = request.path_params["key"]
    try:
        if "\0" in key_id:
            raise UnknownSubjectError("key", key_id)
        return await in_store(request, lambda store: store.keys.get(key_id))
    except UnknownSubjectError:
        raise ProblemError("not-found", _NO_SUCH_KEY) from None
