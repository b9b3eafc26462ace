"""`GET|POST /login` and `POST /logout`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Door
from access.errors import RefusedLoginError, ThrottledError
from access.events import Did, Outcome
from web.access.cookies import clear_session, set_session
from web.access.notes import note
from web.access.scopes import asker_of
from web.asking.logins import begin_session, end_own_session
from web.page.posted import Posted, posted
from web.page.templating import page_response
from web.pages.login.local_address import local_address


async def login_page(request: Request) -> Response:
    """The form; who is logged in already is led on."""
    asked = local_address(request.query_params.get("next", ""))
    if asker_of(request).door in (Door.SESSION, Door.OPEN):
        return RedirectResponse(asked, 303)
    return _page(Posted(), asked)


async def log_in(request: Request) -> Response:
    """Begin a session and lead on; or the form again, which does not tell a wrong name from a wrong password."""
    form = await posted(request)
    name, password, asked = form.text("user").lower(), form.secret("password"), local_address(form.secret("next"))
    try:
        session, token = await begin_session(request, name, password)
    except RefusedLoginError as error:
        note(request, Did.LOG_IN, Outcome.REFUSED, who=name[:64])
        return _page(form.wrong("", str(error)), asked, 403)
    except ThrottledError as error:
        note(request, Did.LOG_IN, Outcome.REFUSED, who=name[:64])
        return _page(form.wrong("", str(error)), asked, 429, {"Retry-After": str(error.seconds)})
    note(request, Did.LOG_IN, Outcome.DONE, what=session.id, who=session.user)
    response = RedirectResponse(asked, 303, {"Cache-Control": "no-store"})
    set_session(request, response, token, session.expires_at)
    return response


async def log_out(request: Request) -> Response:
    """End the session, here and for whoever else may have its token."""
    await end_own_session(request)
    response = RedirectResponse("/login", 303, {"Cache-Control": "no-store"})
    clear_session(request, response)
    return response


def _page(form: Posted, asked: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return page_response("pages/login/login.html", status, headers, title="Log in", form=form, next=asked)
