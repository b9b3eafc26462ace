"""Which sites an asker may see and which it may change; whatever a handler does with one, it asks here first."""

from __future__ import annotations

from starlette.requests import Request

from access.events import Did, Outcome
from access.grants import Action
from access.scope import EVERYTHING, Scope
from systems.merchants.errors import UnknownSiteError
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import STREAM, is_site_name
from web.access.notes import note
from web.access.scopes import asker_of
from web.edge.problems import ProblemError
from web.service import service_of


def seen_sites(request: Request) -> SiteScope:
    """The sites whose numbers the asker may see."""
    return SiteScope.seen(_scope(request, Action.ASK))


def own_sites(request: Request) -> SiteScope:
    """The sites that the asker may change, with their members and links."""
    return SiteScope.whole(_scope(request, Action.ADMINISTER))


def seen_site(request: Request) -> str:
    """The site of the address, if the asker may see it. Raises UnknownSiteError, also where there is none."""
    name: str = request.path_params["site"]
    if not is_site_name(name) or name not in seen_sites(request):
        note(request, Did.ASK, Outcome.REFUSED, stream=STREAM, what=name)
        raise UnknownSiteError
    return name


def own_site(request: Request) -> str:
    """The site of the address, if the asker may change it. Raises UnknownSiteError; ProblemError where it may only
    see it."""
    name: str = request.path_params["site"]
    if not is_site_name(name) or name not in own_sites(request):
        seen = name in seen_sites(request)
        note(request, Did.CHANGE_SITE, Outcome.REFUSED, stream=STREAM, what=name)
        if not seen:
            raise UnknownSiteError
        raise ProblemError("forbidden", "You may see this site, not change it.")
    return name


def site_owner(request: Request) -> SiteScope:
    """The sites that the asker may change, if there may be any. Raises ProblemError."""
    scope = own_sites(request)
    if not scope:
        note(request, Did.CHANGE_SITE, Outcome.REFUSED, stream=STREAM)
        raise ProblemError("forbidden", "You have no grant by which you may administer sites.")
    return scope


def _scope(request: Request, action: Action) -> Scope | None:
    asker = asker_of(request)
    if asker.administrator:
        return EVERYTHING
    definition = service_of(request).queries.definitions.get(STREAM)
    return None if definition is None else asker.scope(definition, action)
