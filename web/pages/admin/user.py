"""`/admin/users/{user}`: one user, with what administrators may change of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Asker, Door
from access.errors import InvalidAccessError, UnknownSubjectError
from access.events import Did, Outcome
from access.grants import Grant, checked_name
from access.links import INVITATION
from access.store import AccessStore, Key, User
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.access import in_store
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.admin.users import link_page

NO_SUCH_USER = "There is no user of that name."
_FIELDS = ("title", "groups")
_DONE = {"saved": "Saved.", "ended": "All sessions of this user are ended."}


@dataclass(frozen=True, slots=True)
class OfUser:
    """One user, with keys, the number of sessions, and all grants that apply, those of groups among them."""

    user: User
    keys: list[Key]
    sessions: int
    grants: tuple[Grant, ...]


async def user_page(request: Request) -> Response:
    """What is known of the user."""
    return await _user_page(request, Posted())


async def change_user(request: Request) -> Response:
    """Change title, groups, and whether the user administers or may come in at all."""
    name, form = named_user(request), await posted(request)

    def change(store: AccessStore) -> User:
        return store.users.change(
            name,
            title=form.text("title"),
            administrator=form.given("administrator"),
            disabled=not form.given("enabled"),
            groups=form.words("groups"),
        )

    try:
        await in_store(request, change)
    except UnknownSubjectError:
        raise ProblemError("not-found", NO_SUCH_USER) from None
    except InvalidAccessError as error:
        return await _user_page(request, form.wrong(error.field if error.field in _FIELDS else "", error.reason))
    note(request, Did.CHANGE_USER, Outcome.DONE, what=name)
    return _back(name, "saved")


async def make_link(request: Request) -> Response:
    """A one-time link with which the user chooses a password, in the place of those made before."""
    name, by = named_user(request), asker_of(request).name

    def make(store: AccessStore) -> tuple[User, str]:
        return store.users.get(name), store.links.make(name, by=by, lifetime=INVITATION)

    try:
        user, token = await in_store(request, make)
    except UnknownSubjectError:
        raise ProblemError("not-found", NO_SUCH_USER) from None
    note(request, Did.CHANGE_USER, Outcome.DONE, what=name)
    return link_page(request, user, token)


async def end_user_sessions(request: Request) -> Response:
    """Log the user out everywhere."""
    name = named_user(request)

    def end(store: AccessStore) -> None:
        for session in store.sessions.of(name):
            store.sessions.end(name, session.id)

    await in_store(request, end)
    note(request, Did.LOG_OUT, Outcome.DONE, what=name)
    return _back(name, "ended")


def named_user(request: Request) -> str:
    """The user of the address, whether or not there is one. Raises ProblemError for what no user is called."""
    name: str = request.path_params["user"]
    try:
        return checked_name("user", name)
    except InvalidAccessError:
        raise ProblemError("not-found", NO_SUCH_USER) from None


def _back(name: str, done: str) -> Response:
    return RedirectResponse(f"/admin/users/{name}?done={done}", 303)


async def _user_page(request: Request, form: Posted) -> Response:
    name = named_user(request)

    def read(store: AccessStore) -> OfUser:
        user = store.users.get(name)
        as_if = store.askers.of_user(name, door=Door.SESSION) or Asker(Door.NOBODY)
        grants = as_if.grants if not user.disabled else tuple(store.grants.page(subject=f"user:{name}", limit=1000))
        return OfUser(user, store.keys.of(name), len(store.sessions.of(name)), grants)

    try:
        of_user = await in_store(request, read)
    except UnknownSubjectError:
        raise ProblemError("not-found", NO_SUCH_USER) from None
    return page_response(
        "pages/admin/user.html",
        422 if form.problems else 200,
        {"Cache-Control": "no-store"},
        title=of_user.user.title or name,
        it=of_user,
        own=asker_of(request).name == name,
        form=form,
        done=_DONE.get(request.query_params.get("done", ""), ""),
        now=datetime.now(UTC),
    )
