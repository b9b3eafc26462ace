"""Dashboards of small and large web sites among others: pages, cross filters, freshness, growth; beside it DuckDB.

Events go through Kafka and the live job of `web_events`, as everybody's do. A web service of the benchmark's own, on
the same engines, keeps no answers, so each page asks the engines anew. A run counts only if every breakdown, records
and the numbers of dashboards are what was made, visitors within the error of their estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path

import httpx

from bench import site_freshness, site_peers
from bench.made_sites import BACKGROUND, SINGLES, SIZES, MadeSites, with_goal_and_funnel
from bench.own_service import WEB, service
from bench.peer_programs.site_questions import SiteQuestion
from bench.report import Metrics, percentiles
from bench.settled import settle
from bench.site_readers import Page, Readers, one_after_another
from bench.subject import declared
from bench.web_visits import BROWSERS, SOURCES, Truth
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.rendering import table_name
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import day_start
from systems.merchants.sites import STREAM
from systems.merchants.store import SiteStore

SMALL, MIDDLE, LARGE = SIZES
_COUNTED = (
    Path(__file__)
    .with_suffix(".sql")
    .read_text()
    .replace("from panes", f"from {table_name(STREAM, 'panes')}")
    .replace("from accepted", f"from {table_name(STREAM, 'accepted')}")
)
_UNKEPT = {"cache_bytes": 0, "warm_up_seconds": 0}
_P50 = f"{LARGE}_p50_ms"
_PAIRS = [*product(SOURCES[1:], BROWSERS)]


@dataclass(frozen=True)
class Settings:
    """Sites of so many events in the last `days`, beside `sites` others of about `site_events` each, then `growth`
    times as many (1: no more). `readers` open `rate` pages a second in all, for `seconds` of each site; `filtered`
    pages are cross filtered, `samples` single events are waited for, and `questions` of each kind asked of us and of
    DuckDB.

    What was sent stays in `web_events` until its retention: run it on a stack that is thrown away.
    """

    small: int = 1_000
    middle: int = 10_000
    large: int = 1_000_000
    sites: int = 1_000
    growth: int = 10
    site_events: int = 30
    days: int = 30
    readers: int = 50
    rate: float = 1.0
    seconds: float = 45.0
    warm_up: int = 30
    filtered: int = 20
    samples: int = 20
    questions: int = 12
    timeout_seconds: float = 1800.0
    seed: int = 7


@dataclass
class _Run:
    """What is measured on. `truths`: of the three sites; `sent`: all events that count."""

    settings: Settings
    script: ServiceSettings
    definition: Definition
    made: MadeSites
    say: Callable[[str], None]
    truths: dict[str, Truth] = field(default_factory=dict)
    sent: int = 0

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The days of dashboards, today with them."""
        return self.made.start, self.made.start + timedelta(days=self.settings.days)

    def site(self, size: str) -> str:
        """The name of one of the three."""
        return self.made.name(SIZES.index(size))

    def page(self, size: str, **params: str) -> Page:
        """A dashboard; unless it is filtered, it shows how many views there are."""
        holds = () if params else (f': {self.truths[size].views:,}"',)
        return Page(f"/sites/{self.site(size)}", params, holds)


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """One run; raises WindowpaneError if a number is not what was made."""
    script, now = ServiceSettings(), datetime.now(UTC).replace(second=0, microsecond=0)
    start = day_start(now) - timedelta(days=settings.days - 1)
    made = MadeSites(start, now - timedelta(minutes=30), settings.seed)
    run = _Run(settings, script, declared(STREAM, script), made, say)
    with made.kept() as store, service(_UNKEPT, *WEB) as (port, _):
        own = script.model_copy(update={"port": port})
        headers = operator_headers(own)
        readers = Readers(own.url, headers, settings.readers, settings.rate)
        with httpx.Client(base_url=own.url, headers=headers, timeout=120, trust_env=False) as client:
            settled = _fill(run, store)
            _check(run, client)
            pages = _pages(run, client, readers)
            yield {
                **settled,
                **pages,
                f"events_{settings.large // settings.middle}_times": pages[_P50] / pages[f"{MIDDLE}_p50_ms"],
                **(_grown(run, store, client, readers, pages) if settings.growth > 1 else {}),
                **_filtered(run, client),
                **_fresh(run),
                **_beside(run, client),
                **_of_records(run, store, client),
            }
            say("measured")


def _fill(run: _Run, store: SiteStore) -> Metrics:
    """The three sites, those of single events, and the first of the background; how long they took to be ready."""
    settings, made = run.settings, run.made
    background = range(BACKGROUND, BACKGROUND + settings.sites)
    made.provide(store, [*range(SINGLES + settings.samples), *background])
    begun = datetime.now(UTC)
    for number, size in enumerate(SIZES):
        run.truths[size] = _send(run, number, 1, getattr(settings, size), number)
    _send(run, BACKGROUND, settings.sites, settings.sites * settings.site_events, len(SIZES))
    ended = datetime.now(UTC)
    run.say(f"sent {run.sent:,} events in {(ended - begun).total_seconds():.0f} s")
    return settle(run.definition, ended, settings.timeout_seconds, run.say)


def _grown(run: _Run, store: SiteStore, client: httpx.Client, readers: Readers, before: Mapping[str, float]) -> Metrics:
    """The same pages among more sites, and how many times as long those of the large site take."""
    _fill_more(run, store)
    _check(run, client)
    after = _pages(run, client, readers)
    figures = {f"more_sites_{name}": value for name, value in after.items()}
    return figures | {f"sites_{run.settings.growth}_times": after[_P50] / before[_P50]}


def _fill_more(run: _Run, store: SiteStore) -> None:
    """The rest of the background."""
    settings = run.settings
    first, more = BACKGROUND + settings.sites, settings.sites * (settings.growth - 1)
    run.say(f"sending to {more:,} more sites")
    run.made.provide(store, range(first, first + more))
    _send(run, first, more, more * settings.site_events, len(SIZES) + 1)
    settle(run.definition, datetime.now(UTC), settings.timeout_seconds, run.say)


def _send(run: _Run, first: int, sites: int, events: int, worker: int) -> Truth:
    truth = run.made.send(run.script.kafka, run.definition, first, sites, events, worker)
    run.sent += truth.counted
    return truth


def _check(run: _Run, client: httpx.Client) -> None:
    """Raise unless all breakdowns, records and the numbers of the three sites are what was made."""
    trino = TrinoClient(QuerySettings().model_copy(update={"query_seconds": 300}))
    rows, _ = trino.rows(_COUNTED, [run.made.prefix] * 2)
    found = {str(name): int(count) for name, count in rows}
    if found != dict.fromkeys((*run.definition.breakdowns, "records"), run.sent):
        raise WindowpaneError(f"not the {run.sent:,} events that were made, but of breakdowns and records {found}")
    start, end = (int(moment.timestamp() * 1_000_000) for moment in run.span)
    for size, truth in run.truths.items():
        told = [truth.visits, truth.visits, truth.views, truth.bounces, truth.visit_seconds, truth.counted]
        numbers = site_peers.of_service(client, SiteQuestion("numbers", run.site(size), start, end))
        if not site_peers.alike(numbers, [told]):
            raise WindowpaneError(f"the dashboard of the {size} site has {numbers}, not {told}")


def _pages(run: _Run, client: httpx.Client, readers: Readers) -> dict[str, float]:
    """Dashboards of each site by all readers, once those of the large one are warm."""
    settings, figures = run.settings, dict[str, float]()
    run.say("warming up")
    one_after_another(client, [run.page(size) for size in SIZES for _ in range(settings.warm_up // len(SIZES))])
    for size in SIZES:
        run.say(f"measuring: {readers.count} readers of the {size} site, {settings.seconds:.0f} s")
        figures |= percentiles(size, readers.steadily(run.page(size), settings.seconds))
    run.say(f"measured: {_shown(figures)}")
    return figures


def _filtered(run: _Run, client: httpx.Client) -> Metrics:
    """Pages of the large site with filters that no breakdown has together, another pair each time."""
    run.say("measuring: cross filters")
    pages = [
        run.page(LARGE, source=source, browser=browser)
        for source, browser in islice(_PAIRS * (run.settings.filtered // len(_PAIRS) + 1), run.settings.filtered + 2)
    ]
    figures = percentiles("filtered", one_after_another(client, pages)[2:])
    run.say(f"measured: {_shown(figures)}")
    return figures


def _fresh(run: _Run) -> Metrics:
    """By the stack's own service, whose answers are kept until there is something new: it is asked again and again."""
    run.say("measuring: freshness")
    sites = [run.made.name(SINGLES + number) for number in range(run.settings.samples)]
    figures = percentiles("fresh", site_freshness.waits(run.script.url, operator_headers(run.script), sites))
    run.say(f"measured: {_shown(figures)}")
    return figures


def _beside(run: _Run, client: httpx.Client) -> Metrics:
    """The same questions of us and of DuckDB."""
    run.say("measuring: the same questions of us and of DuckDB")
    asked = site_peers.asked_of(run.site(LARGE), *run.span, run.settings.questions)
    return site_peers.compared(client, open_catalog(LakeSettings()), run.script.home, asked)


def _of_records(run: _Run, store: SiteStore, client: httpx.Client) -> Metrics:
    """What a browser asks for beside the page where a site has goals and funnels."""
    site = run.site(LARGE)
    with_goal_and_funnel(store, site)
    panels = {name: Page(f"/sites/{site}/panels/{name}", {"fragment": "1"}) for name in ("goals", "funnels")}
    return {
        name: value
        for panel, page in panels.items()
        for name, value in percentiles(panel, one_after_another(client, [page] * run.settings.questions)).items()
    }


def _shown(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:,.0f}" for name, value in figures.items())
