"""Sites that a benchmark makes in the running stack, and events of made visits to them over the last days.

The first three are of different size; then come such as get single events, and those of the background.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg

from bench.web_visits import Truth, WebVisits
from streams.definition import Definition
from streams.producer import BulkProducer
from streams.settings import StoreSettings
from systems.merchants.entries import MOST_ENTRIES, SiteEntry
from systems.merchants.goals import checked_funnel, checked_goal, checked_step
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import SiteChange
from systems.merchants.store import SiteStore

SIZES = ("small", "middle", "large")
"""The first sites, by their numbers."""
SINGLES, BACKGROUND = len(SIZES), 1000
"""Numbers from which on there are sites of single events, and those of the background."""

EVENTS_OF_A_VISIT = 2.63
_BY = "bench"
_SKEW = 1.1
_GONE = Path(__file__).with_name("made_sites_gone.sql").read_text()
_PURCHASE = ("Purchase", "event", "purchase")


@dataclass(frozen=True, slots=True)
class MadeSites:
    """Visits to them begin in `[start, end)`. Names are of this run alone: what others sent is none of theirs."""

    start: datetime
    end: datetime
    seed: int
    prefix: str = field(default_factory=lambda: f"bench-{secrets.token_hex(4)}-")

    def name(self, number: int) -> str:
        """Of a site by its number."""
        return self.visits(number, 1).name(number)

    def visits(self, first: int, sites: int) -> WebVisits:
        """Of so many sites from a number on, the first of which has the most."""
        start, end = (int(moment.timestamp() * 1000) for moment in (self.start, self.end))
        return WebVisits(sites, _SKEW, self.seed, start, end, first, self.prefix)

    def send(self, kafka: str, definition: Definition, first: int, sites: int, events: int, worker: int) -> Truth:
        """About so many events; `worker` tells visitors apart. A visitor's events go to one partition, in order."""
        truth = Truth()
        visits = max(1, round(events / EVENTS_OF_A_VISIT))
        with BulkProducer(kafka) as producer:
            for number, (messages, held) in enumerate(self.visits(first, sites).batches(visits, worker)):
                producer.send(definition.topic, messages, (number + worker) % definition.partitions)
                truth = truth.plus(held)
        return truth

    @contextmanager
    def kept(self) -> Iterator[SiteStore]:
        """Where sites are kept; those of this run are taken away at the end."""
        uri = StoreSettings().catalog_uri.get_secret_value()
        with closing(SiteStore.open(uri)) as store:
            try:
                yield store
            finally:
                with psycopg.connect(uri, autocommit=True) as postgres:
                    postgres.execute(_GONE.encode(), {"prefix": self.prefix})

    def provide(self, store: SiteStore, numbers: Sequence[int]) -> None:
        """Sites of these numbers, by the list, as platforms do."""
        for at in range(0, len(numbers), MOST_ENTRIES):
            changes = (SiteChange(self.name(number), currency="EUR") for number in numbers[at : at + MOST_ENTRIES])
            store.provisioning.put(EVERY_SITE, [SiteEntry(change) for change in changes], by=_BY)


def with_goal_and_funnel(store: SiteStore, site: str) -> None:
    """Give a site what its dashboard asks records for: purchases as a goal, and a funnel from a page to one."""
    steps = (checked_step("Page", "page", "/page/*"), checked_step(*_PURCHASE))
    store.goals.add(EVERY_SITE, site, checked_goal(*_PURCHASE))
    store.funnels.add(EVERY_SITE, site, checked_funnel("Purchase", steps))
