"""`GET|POST /first` and `GET|POST /invitation/{token}`: a name and a password for whoever may choose one.

The token is the right to choose, so no other page is told of it: what the page asks for is sent the origin alone.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Door
from access.errors import InvalidAccessError, UnknownSubjectError
from access.events import Did, Outcome
from access.passwords import SHORTEST
from access.store import AccessStore, Session, User
from web.access.cookies import set_session
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.access import agent_of, client_of, in_login
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.page.templating import page_response

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}
_USED = "This link was used already, or its time is over. An administrator can make another one."

Entered = tuple[User, Session, str]


async def first_page(request: Request) -> Response:
    """Whoever is at the machine becomes its administrator, while there are no users."""
    _check_open(request)
    return _page(Posted(), "/first", None)


async def make_first(request: Request) -> Response:
    """The first administrator, logged in. The store sees to it that there is only one first."""
    _check_open(request)
    form = await posted(request)

    def make(store: AccessStore) -> User:
        name, password = form.text("user"), _password(form)
        return store.users.add(name, by="open mode", administrator=True, password=password, first=True)

    return await _enter(request, form, "/first", None, make)


async def invitation_page(request: Request) -> Response:
    """The form of a one-time link; it is used by what the form sends, not by being looked at."""
    token: str = request.path_params["token"]
    try:
        user = await in_login(request, lambda store: store.links.look(token))
    except UnknownSubjectError:
        raise ProblemError("not-found", _USED) from None
    return _page(Posted(), f"/invitation/{token}", user)


async def accept_invitation(request: Request) -> Response:
    """The password is set, the link is used up, and its user is logged in."""
    token, form = request.path_params["token"], await posted(request)
    try:
        user = await in_login(request, lambda store: store.links.look(token))
    except UnknownSubjectError:
        raise ProblemError("not-found", _USED) from None

    def use(store: AccessStore) -> User:
        return store.links.use(token, _password(form), name=form.text("user") if user is None else None)

    return await _enter(request, form, f"/invitation/{token}", user, use)


async def _enter(
    request: Request, form: Posted, address: str, user: str | None, make: Callable[[AccessStore], User]
) -> Response:
    """Make or change the user and log in; the form again if something is wrong with it."""
    agent, client = agent_of(request), client_of(request)

    def work(store: AccessStore) -> Entered:
        made = make(store)
        return made, *store.sessions.open_for(made.name, address=client, agent=agent)

    try:
        made, session, token = await in_login(request, work)
    except UnknownSubjectError:
        raise ProblemError("not-found", _USED) from None
    except InvalidAccessError as error:
        known = error.field if error.field in ("user", "password", "again") else ""
        return _page(form.wrong(known, error.reason), address, user)
    note(request, Did.CHANGE_USER, Outcome.DONE, what=made.name, who=made.name)
    note(request, Did.LOG_IN, Outcome.DONE, what=session.id, who=made.name)
    response = RedirectResponse("/admin" if made.administrator else "/", 303, _HEADERS)
    set_session(request, response, token, session.expires_at)
    return response


def _password(form: Posted) -> str:
    """The new password, typed twice. Raises InvalidAccessError."""
    if form.secret("password") != form.secret("again"):
        raise InvalidAccessError("again", "is not the same as the password")
    return form.secret("password")


def _check_open(request: Request) -> None:
    if asker_of(request).door is not Door.OPEN:
        raise ProblemError("not-found", "There is an administrator already, or this service is not open.")


def _page(form: Posted, address: str, user: str | None) -> Response:
    title = "Choose a password" if user else "The first administrator"
    status = 422 if form.problems else 200
    more = {"address": address, "user": user, "form": form, "shortest": SHORTEST}
    return page_response("pages/invitation/invitation.html", status, _HEADERS, title=title, **more)
