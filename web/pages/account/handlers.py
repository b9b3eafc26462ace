"""`GET /account`, and what somebody changes there of their own: the password, and the sessions."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Asker, Door
from access.errors import InvalidAccessError, RefusedLoginError, ThrottledError
from access.events import Did, Outcome
from access.passwords import SHORTEST
from access.store import AccessStore, Key, Session, User
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.access import client_of, in_login, in_store
from web.edge.problems import ProblemError
from web.page.lifetimes import KEY_LIFETIMES
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.account.may import what_may
from web.service import service_of

_DONE = {
    "password": "The password is changed, and all your other sessions are ended.",
    "sessions": "Ended. Within ten seconds nothing gets in by it any more.",
    "revoked": "The key is revoked. Within ten seconds nothing gets in with it any more.",
}
"""What the page says after a change, by what its address says was done."""

Mine = tuple[User, list[Key], list[Session]]


async def account_page(request: Request) -> Response:
    """Who one is, what one may do, and one's keys and sessions; in open mode the way to the first administrator."""
    if asker_of(request).door is Door.OPEN:
        return RedirectResponse("/first", 303)
    return await shown_account(request, Posted())


async def change_password(request: Request) -> Response:
    """A new password for who knows the old one, which can be tried as often as at the login."""
    asker, form, address = own_asker(request), await posted(request), client_of(request)

    def change(store: AccessStore) -> Posted:
        try:
            store.sessions.confirm(asker.name, form.secret("password"), address=address)
            store.users.set_password(asker.name, form.secret("new"), keep_session=asker.session)
        except RefusedLoginError:
            return form.wrong("password", "is not your password")
        except InvalidAccessError as error:
            return form.wrong("new", error.reason)
        return form

    try:
        tried = await in_login(request, change)
    except ThrottledError as error:
        note(request, Did.CHANGE_USER, Outcome.REFUSED, what=asker.name)
        wait = {"Retry-After": str(error.seconds)}
        return await shown_account(request, form.wrong("password", str(error)), 429, wait)
    note(request, Did.CHANGE_USER, Outcome.REFUSED if tried.problems else Outcome.DONE, what=asker.name)
    if tried.problems:
        return await shown_account(request, tried)
    return RedirectResponse("/account?done=password", 303)


async def end_sessions(request: Request) -> Response:
    """End one of one's sessions, or all but this one."""
    asker, form = own_asker(request), await posted(request)

    def end(store: AccessStore) -> None:
        mine = [each.id for each in store.sessions.of(asker.name)]
        ended = [each for each in mine if each != asker.session] if form.given("others") else [form.text("session")]
        for each in ended:
            if each in mine:
                store.sessions.end(asker.name, each)

    await in_store(request, end)
    note(request, Did.LOG_OUT, Outcome.DONE, what=asker.name)
    return RedirectResponse("/account?done=sessions#sessions", 303)


def own_asker(request: Request) -> Asker:
    """Whoever is logged in, to change what is theirs. Raises ProblemError: who sees as another changes nothing."""
    asker = asker_of(request)
    if asker.door is not Door.SESSION or asker.seen_by:
        raise ProblemError("forbidden", "This is for whoever is logged in by name and password, and for nobody else.")
    return asker


async def shown_account(
    request: Request, form: Posted, wrong: int = 422, headers: dict[str, str] | None = None
) -> Response:
    """The page, with a form as it was sent if something is wrong with it; then with that status."""
    asker = asker_of(request)
    if asker.door is not Door.SESSION:
        raise ProblemError("forbidden", "This page is for people who log in; /v1/me tells programs the same.")

    def read(store: AccessStore) -> Mine:
        return store.users.get(asker.name), store.keys.of(asker.name), store.sessions.of(asker.name)

    user, keys, sessions = await in_store(request, read)
    return page_response(
        "pages/account/account.html",
        wrong if form.problems else 200,
        {"Cache-Control": "no-store", **(headers or {})},
        title="Account",
        user=user,
        seen=bool(asker.seen_by),
        may=what_may(asker, service_of(request).definitions.values()),
        keys=keys,
        sessions=sorted(sessions, key=lambda each: (each.id != asker.session, -each.used_at.timestamp())),
        current=asker.session,
        form=form,
        lifetimes=KEY_LIFETIMES,
        shortest=SHORTEST,
        done=_DONE.get(request.query_params.get("done", ""), ""),
        now=datetime.now(UTC),
    )
