"""A site as its reader may see it: what is kept of it, and what of the stream of events may be asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import anyio.to_thread
from starlette.requests import Request

from access.grants import Action
from query.visible import Visible
from systems.merchants.annotations import Annotation
from systems.merchants.errors import UnknownSiteError
from systems.merchants.goals import Funnel, Goal
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import STREAM, Site, is_site_name
from systems.merchants.store import SiteStore
from web.access.scopes import visible_of
from web.edge.problems import ProblemError
from web.service import service_of

NO_SUCH_SITE = "There is no site of that name."
"""The same for all, so that it tells nothing of those there are."""


@dataclass(frozen=True)
class SeenSite:
    """`visible`: the stream of events, of this site alone."""

    site: Site
    visible: Visible
    goals: tuple[Goal, ...] = ()
    funnels: tuple[Funnel, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """By whose clocks days begin."""
        return ZoneInfo(self.site.time_zone)

    def funnel(self, number: int) -> Funnel | None:
        """The funnel of that number."""
        return next((each for each in self.funnels if each.id == number), None)


async def seen_site(request: Request, action: Action = Action.ASK) -> SeenSite:
    """The site of the address. Raises ProblemError, 404 for one that is not there as for one that may not be seen."""
    name = request.path_params["site"]
    try:
        visible = visible_of(request, STREAM, action)
    except ProblemError as error:
        if error.problem.kind in ("unknown-stream", "forbidden"):
            raise ProblemError("unknown-site", NO_SUCH_SITE) from None
        raise
    return await _read(request, name, SiteScope.seen(visible.scope), visible)


async def _read(request: Request, name: str, scope: SiteScope, visible: Visible) -> SeenSite:
    store = SiteStore(service_of(request).access.records)

    def read() -> SeenSite:
        return SeenSite(
            store.sites.get(scope, name),
            visible,
            tuple(store.goals.of(scope, name)),
            tuple(store.funnels.of(scope, name)),
            tuple(store.annotations.of(scope, name)),
        )

    if not is_site_name(name) or name not in scope:
        raise ProblemError("unknown-site", NO_SUCH_SITE)
    try:
        seen = await anyio.to_thread.run_sync(read)
    except UnknownSiteError:
        raise ProblemError("unknown-site", NO_SUCH_SITE) from None
    if seen.site.deleted_at is not None:
        raise ProblemError("unknown-site", NO_SUCH_SITE)
    return seen
