"""Reports of a site by e-mail: who asks for them, and whose one may see and end."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from access.asker import Door
from systems.merchants.reports.subscriptions import Subscription
from systems.merchants.site_scope import SiteScope
from web.access.scopes import asker_of
from web.access.sites import own_sites, seen_site, seen_sites
from web.asking.sites import in_sites, site_changed
from web.edge.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Asking:
    """Of a site that the asker may see. `user`: whose reports it makes; `whose`: whose it may end, None: any."""

    site: str
    scope: SiteScope
    user: str | None
    whose: str | None


def asking(request: Request) -> Asking:
    """Raises UnknownSiteError."""
    name, asker = seen_site(request), asker_of(request)
    user = None if asker.door is Door.OPEN else asker.name
    return Asking(name, seen_sites(request), user, None if name in own_sites(request) else user)


async def listed(request: Request) -> list[Subscription]:
    """One's own, or for who may change the site all of it."""
    it = asking(request)
    return await in_sites(request, lambda store: store.reports.of(it.scope, it.site, it.whose))


def adding(request: Request) -> Asking:
    """Raises UnknownSiteError; ProblemError for who is no user, since nobody could tell later what it may see."""
    it = asking(request)
    if asker_of(request).door not in (Door.OPEN, Door.SESSION, Door.KEY):
        raise ProblemError("forbidden", "Reports are for users of this service, who log in or send a key.")
    return it


async def add(request: Request, it: Asking, address: str, period: str) -> Subscription:
    """Raises InvalidSiteError."""
    added = await in_sites(
        request, lambda store: store.reports.add(it.scope, it.site, user=it.user, address=address, period=period)
    )
    site_changed(request, it.site)
    return added


async def remove(request: Request, number: str) -> None:
    """Raises UnknownSiteError where it is not one's own."""
    it = asking(request)
    which = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    await in_sites(request, lambda store: store.reports.remove(it.scope, it.site, which, it.whose))
    site_changed(request, it.site)
