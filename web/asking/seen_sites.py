"""A site as its reader may see it: what is kept of it, and what of the stream of events may be asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request

from access.asker import Door
from access.grants import Action
from query.visible import Visible
from systems.merchants.annotations import Annotation
from systems.merchants.goals import Funnel, Goal
from systems.merchants.importing.daily import Imported
from systems.merchants.site_scope import SiteScope
from systems.merchants.sites import STREAM, Site
from systems.merchants.store import SiteStore
from web.access import sites as sites_seen
from web.access.scopes import asker_of, visible_of
from web.asking.sites import in_sites


@dataclass(frozen=True)
class SeenSite:
    """`visible`: what of the stream of events its reader may see; every question of it asks for this site alone.

    `imported`: of which days there are figures that another service counted, for those who may see all of the site.
    `own`: whether its reader may change it; `shared`: whether it is seen by a shared link, which gets no mail.
    """

    site: Site
    visible: Visible
    goals: tuple[Goal, ...] = ()
    funnels: tuple[Funnel, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    imported: Imported | None = None
    own: bool = False
    shared: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """By whose clocks days begin."""
        return ZoneInfo(self.site.time_zone)

    def funnel(self, number: int) -> Funnel | None:
        """The funnel of that number."""
        return next((each for each in self.funnels if each.id == number), None)


async def seen_site(request: Request) -> SeenSite:
    """The site of the address, also one that is deleted: its numbers stay.

    Raises UnknownSiteError for one that is not there as for one that may not be seen.
    """
    name = sites_seen.seen_site(request)
    scope, own = sites_seen.seen_sites(request), name in sites_seen.own_sites(request)
    visible = visible_of(request, STREAM, Action.ASK)

    def read(store: SiteStore) -> SeenSite:
        return SeenSite(
            store.sites.get(scope, name),
            visible,
            tuple(store.goals.of(scope, name)),
            tuple(store.funnels.of(scope, name)),
            tuple(store.annotations.of(scope, name)),
            store.imported.known(scope, name) if name in SiteScope.whole(visible.scope) else None,
            own,
            asker_of(request).door is Door.LINK,
        )

    return await in_sites(request, read)
