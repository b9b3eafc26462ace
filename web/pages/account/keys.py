"""Somebody's own keys: made, replaced, revoked. A key is in the answer to the form that made it, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.errors import InvalidAccessError, UnknownSubjectError
from access.events import Did, Outcome
from access.store import AccessStore, Key
from web.access.cookies import own_address
from web.access.notes import note
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.page.lifetimes import OVERLAPS, key_end, overlap_of
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.account.handlers import own_asker, shown_account

_UNKNOWN = "You have no such key."


async def make_key(request: Request) -> Response:
    """The new key. It is the answer itself: to lead on to it, it would have to be kept, and only its hash is."""
    asker, form = own_asker(request), await posted(request)
    try:
        ends = key_end(form.secret("lifetime"), datetime.now(UTC))
        key, text = await in_store(
            request, lambda store: store.keys.create(asker.name, form.text("name"), expires_at=ends)
        )
    except ValueError:
        return await shown_account(request, form.wrong("lifetime", "is not one of those offered"))
    except InvalidAccessError as error:
        known = error.field if error.field in ("name", "lifetime") else "name"
        return await shown_account(request, form.wrong(known, error.reason))
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key.id)
    return _made(request, key, text)


async def key_page(request: Request) -> Response:
    """One key, with what can be done to it."""
    return _key_page(await _own_key(request), Posted())


async def rotate_key(request: Request) -> Response:
    """A new key in the place of one, which goes on for a while."""
    key, form = await _own_key(request), await posted(request)
    try:
        overlap = overlap_of(form.secret("overlap"))
        new, text = await in_store(request, lambda store: store.keys.rotate(key.id, overlap=overlap))
    except ValueError:
        return _key_page(key, form.wrong("overlap", "is not one of those offered"))
    except InvalidAccessError as error:
        return _key_page(key, form.wrong("overlap", error.reason))
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key.id)
    return _made(request, new, text, datetime.now(UTC) + overlap)


async def revoke_key(request: Request) -> Response:
    """Nothing gets in with it any more."""
    key = await _own_key(request)
    await in_store(request, lambda store: store.keys.revoke(key.id))
    note(request, Did.CHANGE_KEY, Outcome.DONE, what=key.id)
    return RedirectResponse("/account?done=revoked#keys", 303)


async def _own_key(request: Request) -> Key:
    """The key of the address, if it is the asker's; else 404, as for one that is not there."""
    asker, wanted = own_asker(request), request.path_params["key"]

    def find(store: AccessStore) -> Key | None:
        return next((key for key in store.keys.of(asker.name) if key.id == wanted), None)

    try:
        key = await in_store(request, find)
    except UnknownSubjectError:
        key = None
    if key is None:
        raise ProblemError("not-found", _UNKNOWN)
    return key


def _key_page(key: Key, form: Posted) -> Response:
    return page_response(
        "pages/account/key.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title=f"Key {key.name}",
        key=key,
        form=form,
        overlaps=OVERLAPS,
    )


def _made(request: Request, key: Key, text: str, old_ends: datetime | None = None) -> Response:
    return page_response(
        "pages/account/made.html",
        201,
        {"Cache-Control": "no-store"},
        title=f"Key {key.name}",
        key=key,
        text=text,
        old_ends=old_ends,
        user=key.user,
        example=own_address(request, "/v1/streams"),
    )
