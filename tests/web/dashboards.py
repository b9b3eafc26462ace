"""A service with sites whose records lie in DuckDB, and whose users are of the test's own; for dashboards over HTTP."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

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
from tests.database.postgres import own_postgres
from tests.query.lake_views import at, lake_view
from tests.systems.merchants.duck_records import DuckRecords
from tests.systems.merchants.made_events import SITE, Event
from tests.web.pages.people import People
from tests.web.people_at_doors import key_of
from tests.web.served import patch_engines, served
from web.app import create_app

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
    with (
        tempfile.TemporaryDirectory(prefix="windowpane-") as folder,
        own_postgres(Path(folder)) as uri,
        socket.socket() as held,
        pytest.MonkeyPatch.context() as patch,
    ):
        held.bind(("127.0.0.1", 0))
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}", uri)
        patch.setenv("WINDOWPANE_HOME", folder)
        store = AccessStore.open(uri)
        app = create_app(AccessStore.open(uri))
        queries, duck = app.state.service.queries, DuckRecords(events)
        definition = read_definitions(app.state.service.settings.streams)[0][STREAM]
        view = replace(
            lake_view(STREAM, panes=None), definition=definition, records_snapshot=7, complete_until=at("6 00:00")
        )
        queries._watcher._views[STREAM] = view
        queries._trino = duck
        patch.setattr(type(queries), "start", lambda _: None)
        if records_alone:
            patch.setattr(pane_questions, "covers", lambda *_: False)
        sites = _sites(store, goals)
        try:
            with served(app) as url, ExitStack() as visitors:
                people = People(url, store, visitors, uri)
                keys = {name: key_of(people, name) for name in ("root", "ann", "bob")}
                yield Dashboards(url, keys, duck, sites, people, queries)
        finally:
            store.close()


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
