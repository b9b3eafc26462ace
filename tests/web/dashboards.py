"""A service with sites whose records lie in DuckDB, and whose users are of the test's own; for dashboards over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from access.grants import checked_grant
from access.store import AccessStore
from query.service import QueryService
from streams import read_definitions
from systems.merchants import pane_questions
from systems.merchants.annotations import checked_annotation
from systems.merchants.goals import Goal, checked_funnel, checked_step
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import STREAM, checked_change
from systems.merchants.store import SiteStore
from tests.query.lake_views import at, lake_view
from tests.systems.merchants.duck_records import DuckRecords
from tests.systems.merchants.made_events import SITE, Event
from tests.web.over_records import over_records
from tests.web.pages.people import People

OTHER, EMPTY = "other.example.org", "empty.example.org"
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Dashboards:
    """The address, what asks for what is everybody's, and what is asked in DuckDB."""

    url: str
    headers: dict[str, dict[str, str]]
    duck: DuckRecords
    sites: SiteStore
    people: People
    queries: QueryService

    def add(self, events: Sequence[Event]) -> None:
        """More events, in a newer state of the tables."""
        self.duck.add(events)
        views = self.queries._watcher._views
        views[STREAM] = replace(views[STREAM], records_snapshot=(views[STREAM].records_snapshot or 0) + 1)


@contextmanager
def dashboards(
    events: Sequence[Event], goals: Sequence[Goal] = (), *, records_alone: bool = False
) -> Iterator[Dashboards]:
    """Serve sites with these events. `ann` sees and owns the site of them, `bob` another; `root` administers.

    `records_alone`: all is answered of records, also what breakdowns have.
    """
    duck = DuckRecords(events)
    with over_records(duck) as made:
        definition = read_definitions(made.service.settings.streams)[0][STREAM]
        view = lake_view(STREAM, panes=None)
        made.shows(replace(view, definition=definition, records_snapshot=7, complete_until=at("6 00:00")))
        if records_alone:
            made.patch.setattr(pane_questions, "covers", lambda *_: False)
        sites = _sites(made.store, goals)
        with made.served("root", "ann", "bob") as (people, keys):
            yield Dashboards(people.url, keys, duck, sites, people, made.queries)


def _sites(store: AccessStore, goals: Sequence[Goal]) -> SiteStore:
    sites = SiteStore(store.records)
    for name, title in ((SITE, "The shop"), (OTHER, ""), (EMPTY, "")):
        sites.sites.add(EVERY_SITE, checked_change(name, title=title, time_zone=ZONE, currency="EUR"), by="test")
    for goal in goals:
        sites.goals.add(EVERY_SITE, SITE, goal)
    steps = [checked_step("Any page", "page", "/**"), checked_step("Signed up", "event", "signup")]
    sites.funnels.add(EVERY_SITE, SITE, checked_funnel("To sign up", steps))
    sites.annotations.add(EVERY_SITE, SITE, checked_annotation("2026-03-03", "A <b>sale</b>", by="test"))
    store.users.add("root", by="test", administrator=True)
    for name, site in (("ann", SITE), ("bob", OTHER)):
        store.users.add(name, by="test")
        can = ["ask", "detail", "administer"]
        store.grants.add(checked_grant(f"user:{name}", STREAM, can, {"site": [site]}, []), by="test")
    return sites
