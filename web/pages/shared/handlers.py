"""`/shared/{token}`: a link that somebody shared leads to its site; with a password first, if it has one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.asker import Door
from access.errors import RefusedLoginError, ThrottledError
from access.events import Did, Outcome
from systems.merchants.errors import UnknownSiteError
from systems.merchants.shared_links import SharedLink
from systems.merchants.sites import STREAM
from web.access.arrival import client_of
from web.access.cookies import set_link
from web.access.notes import note
from web.access.scopes import asker_of
from web.access.sites import seen_sites
from web.asking.sites import in_secret_sites, in_sites
from web.edge.problems import ProblemError
from web.page.posted import Posted, posted
from web.page.templating import page_response

_NOTHING = "This link shows nothing, or no more."
_PRIVATE = {"Cache-Control": "no-store"}


async def shared_page(request: Request) -> Response:
    """Open it; of a link with a password, its form."""
    link = await _looked(request)
    if link.site in seen_sites(request) and asker_of(request).door is not Door.LINK:
        return RedirectResponse(f"/sites/{link.site}", 303, _PRIVATE)
    _refuse_others(request)
    if link.has_password:
        return _form(link, Posted())
    return await _opened(request, link, "")


async def unlock(request: Request) -> Response:
    """Open it with the password that was typed; or the form again."""
    form = await posted(request)  # before anything waits with the request, which would read it
    link = await _looked(request)
    _refuse_others(request)
    try:
        return await _opened(request, link, form.secret("password"))
    except RefusedLoginError:
        note(request, Did.LOG_IN, Outcome.REFUSED, stream=STREAM, who=f"link:{link.id}")
        return _form(link, form.wrong("password", "is wrong"), 403)
    except ThrottledError as error:
        note(request, Did.LOG_IN, Outcome.REFUSED, stream=STREAM, who=f"link:{link.id}")
        said = f"was wrong too often; try again in {error.seconds} s"
        return _form(link, form.wrong("password", said), 429, {"Retry-After": str(error.seconds)})


async def _looked(request: Request) -> SharedLink:
    """The link of the address. Raises ProblemError for what is none."""
    token: str = request.path_params["token"]
    try:
        return await in_sites(request, lambda store: store.links.look(token))
    except UnknownSiteError:
        raise ProblemError("unknown-site", _NOTHING) from None


def _refuse_others(request: Request) -> None:
    """Whoever has a session sees by that alone."""
    if asker_of(request).door is Door.SESSION:
        name = asker_of(request).name
        detail = f"You are logged in as {name}, who may not see this site. Log out first, or open the link elsewhere."
        raise ProblemError("forbidden", detail)


async def _opened(request: Request, link: SharedLink, password: str) -> Response:
    token, address = request.path_params["token"], client_of(request)
    try:
        shown = await in_secret_sites(request, lambda store: store.links.open(token, password, address=address))
    except UnknownSiteError:
        raise ProblemError("unknown-site", _NOTHING) from None
    note(request, Did.LOG_IN, Outcome.DONE, stream=STREAM, what=link.site, who=f"link:{link.id}")
    response = RedirectResponse(f"/sites/{link.site}", 303, _PRIVATE)
    set_link(request, response, shown)
    return response


def _form(link: SharedLink, form: Posted, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    headers = {**_PRIVATE, **(headers or {})}
    return page_response("pages/shared/shared.html", status, headers, title=f"Numbers of {link.site}", form=form)
