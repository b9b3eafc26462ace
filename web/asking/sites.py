"""Sites: asked of PostgreSQL in the lane of changes; what was changed here bites here at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from access.events import Did, Outcome
from systems.merchants.sites import STREAM
from systems.merchants.store import SiteStore
from web.access.notes import note
from web.asking.access import in_bulk, in_login, in_store
from web.service import service_of

T = TypeVar("T")


async def in_sites(request: Request, work: Callable[[SiteStore], T]) -> T:
    """What `work` returns, in a thread. Raises what it raises; LakeAwayError and TooSlowError are 503."""
    sites = service_of(request).sites
    return await in_store(request, lambda _: work(sites))


async def in_many_sites(request: Request, work: Callable[[SiteStore], T]) -> T:
    """As `in_sites`, for thousands at once."""
    sites = service_of(request).sites
    return await in_bulk(request, lambda _: work(sites))


async def in_secret_sites(request: Request, work: Callable[[SiteStore], T]) -> T:
    """As `in_sites`, for what checks or makes passwords."""
    sites = service_of(request).sites
    return await in_login(request, lambda _: work(sites))


def site_changed(request: Request, site: str, *, rights: bool = False) -> None:
    """Tell the access log, and forget what is known of the site; `rights`: of who may do what too."""
    service = service_of(request)
    service.known_sites.forget(site)
    if rights:
        service.identities.forget_all()
    note(request, Did.CHANGE_SITE, Outcome.DONE, stream=STREAM, what=site)
