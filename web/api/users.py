"""`/v1/users`: who may log in, for administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from access.asker import Door
from access.events import Did, Outcome
from access.links import INVITATION
from access.passwords import checked_password
from access.store import AccessStore, User
from streams.time_text import timestamp
from web.access.cookies import own_address
from web.access.notes import note
from web.access.scopes import asker_of
from web.api.objects import invalid, page_of, read_members
from web.asking.access import in_store
from web.edge.responses import json_response

_NEW = ("user", "title", "administrator", "groups", "password")
_CHANGED = ("title", "administrator", "disabled", "groups", "password")


async def users(request: Request) -> Response:
    """Users in order of their names; `search` looks in names and titles."""
    page = page_of(request)
    found = await in_store(request, lambda store: store.users.page(page.search, page.after, page.one_more))
    shown = found[: page.limit]
    following = shown[-1].name if len(found) > page.limit else None
    return json_response({"users": [user_json(each) for each in shown], "next": following})


async def show_user(request: Request) -> Response:
    """One user."""
    name = request.path_params["user"]
    return json_response(user_json(await in_store(request, lambda store: store.users.get(name))))


async def add_user(request: Request) -> Response:
    """A new user; without a password, a one-time link by which one is chosen."""
    given, by = await read_members(request, _NEW), asker_of(request).name
    name, title, password = given.text("user"), given.text("title", ""), given.optional_text("password")
    administrator, groups = bool(given.flag("administrator")), given.texts("groups") or []
    first = asker_of(request).door is Door.OPEN
    if first and not administrator:
        invalid("administrator", "has to be true of the first user, or nobody here could add another")

    def add(store: AccessStore) -> tuple[User, str | None]:
        user = store.users.add(
            name, by=by, title=title, administrator=administrator, groups=groups, password=password, first=first
        )
        return user, None if password is not None else store.links.make(name, by=by, lifetime=INVITATION)

    user, token = await in_store(request, add)
    note(request, Did.CHANGE_USER, Outcome.DONE, what=name)
    invitation = {} if token is None else invitation_json(request, token)
    return json_response({**user_json(user), **invitation}, 201)


async def change_user(request: Request) -> Response:
    """Change what is given; who is disabled is logged out."""
    name, given = request.path_params["user"], await read_members(request, _CHANGED)
    if not given.values:
        invalid("body", f"has none of {', '.join(_CHANGED)}")
    changes: dict[str, Any] = {
        "title": given.optional_text("title"),
        "administrator": given.flag("administrator"),
        "disabled": given.flag("disabled"),
        "groups": given.texts("groups"),
    }
    password, keep = given.optional_text("password"), asker_of(request).session

    def change(store: AccessStore) -> User:
        if password is not None:
            checked_password(password, name)
        changed = store.users.change(name, **changes)
        if password is None:
            return changed
        store.users.set_password(name, password, keep_session=keep)
        return store.users.get(name)

    user = await in_store(request, change)
    note(request, Did.CHANGE_USER, Outcome.DONE, what=name)
    return json_response(user_json(user))


async def remove_user(request: Request) -> Response:
    """Remove a user with all that is theirs."""
    name = request.path_params["user"]
    await in_store(request, lambda store: store.users.remove(name))
    note(request, Did.CHANGE_USER, Outcome.DONE, what=name)
    return Response(status_code=204)


async def invite(request: Request) -> Response:
    """A new one-time link, in place of older ones, by which the user chooses a password."""
    name, by = request.path_params["user"], asker_of(request).name
    token = await in_store(request, lambda store: store.links.make(name, by=by, lifetime=INVITATION))
    note(request, Did.CHANGE_USER, Outcome.DONE, what=name)
    return json_response(invitation_json(request, token), 201)


def invitation_json(request: Request, token: str) -> dict[str, Any]:
    """A link as it is sent to a user, shown once."""
    ends = timestamp(datetime.now(UTC) + INVITATION)
    return {"invitation": own_address(request, f"/invitation/{token}"), "invitation_expires_at": ends}


def user_json(user: User) -> dict[str, Any]:
    """A user without anything secret."""
    return {
        "user": user.name,
        "title": user.title,
        "administrator": user.administrator,
        "disabled": user.disabled,
        "groups": [*user.groups],
        "has_password": user.has_password,
        "made_at": timestamp(user.made_at),
        "made_by": user.made_by,
    }
