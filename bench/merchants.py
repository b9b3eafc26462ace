"""How fast the events of many web sites are aggregated, with all that the system of merchants asks of a stream.

The job is the live job of `web_events`: every breakdown, visits, duplicates, records, exactly once. A run counts only
if ledger, each breakdown, visits and records hold exactly what was made. `without` leaves abilities out, which tells
what each costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.ingest import ingest
from bench.jobs import clear
from bench.report import Metrics
from bench.subject import declared
from bench.web_visits import Truth, WebVisits
from iceberg.settings import LakeSettings
from query.rendering import table_name
from query.requests import WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.sql_clients import ledger_totals
from query.trino_client import TrinoClient
from query.visible import Visible
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import day_start
from streams.producer import BulkProducer
from streams.topics import Topics

_NAME = "bench_web_events"
_COUNTED = (
    Path(__file__)
    .with_suffix(".sql")
    .read_text()
    .replace("from panes", f"from {table_name(_NAME, 'panes')}")
    .replace("from accepted", f"from {table_name(_NAME, 'accepted')}")
)
_WORKERS = 2
_EVENTS_OF_A_VISIT = 2.63
_ABILITIES: dict[str, Callable[[Definition], dict[str, Any]]] = {
    "visits": lambda _: {"visits": None},
    "duplicates": lambda _: {"duplicates": None},
    "records": lambda _: {"records": None},
    "breakdowns": lambda known: {"breakdowns": {"site": known.breakdowns["site"]}},
}


@dataclass(frozen=True)
class Settings:
    """About `messages` events of `sites` sites, the n-th with a share of 1/n^`skew`, event times over `minutes`.

    `without`: abilities that are left out, of visits, duplicates, records and breakdowns (then there is one of
    sites alone), with commas between them. The first `warm_up` jobs are not counted.
    """

    messages: int = 10_000_000
    sites: int = 1_000_000
    skew: float = 1.1
    minutes: int = 60
    without: str = ""
    warm_up: int = 1
    runs: int = 3
    checkpoint_seconds: float = 10.0
    timeout_seconds: float = 900.0
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Filling:
    """One worker's part: the visits of every second partition."""

    bootstrap: str
    topic: str
    partitions: int
    visits: WebVisits
    count: int
    worker: int


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Make the events once, then one job after another; raises WindowpaneError if a number is not what was made."""
    script = ServiceSettings()
    definition = _subject(settings, script)
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=30)
    start = max(end - timedelta(minutes=settings.minutes), day_start(end))
    truth = _fill(definition, settings, script.kafka, start, end, say)
    try:
        for run in range(-settings.warm_up, settings.runs):
            measured = ingest(definition, script, settings.checkpoint_seconds, settings.timeout_seconds)
            verify(definition, start, truth)
            if run >= 0:
                yield measured
            else:
                say(f"warm-up: {measured['messages_per_second']:,.0f} messages/s")
    finally:
        clear(definition, script.kafka)


def _subject(settings: Settings, script: ServiceSettings) -> Definition:
    known = declared("web_events", script).model_copy(update={"name": _NAME, "topic": _NAME})
    for ability in filter(None, settings.without.split(",")):
        if ability not in _ABILITIES:
            raise WindowpaneError(f"{ability!r} is no ability to go without; known: {', '.join(_ABILITIES)}")
        known = known.model_copy(update=_ABILITIES[ability](known))
    return known


def _fill(
    definition: Definition,
    settings: Settings,
    kafka: str,
    start: datetime,
    end: datetime,
    say: Callable[[str], None],
) -> Truth:
    with Topics(kafka) as topics:
        topics.delete(definition.topic)
        topics.ensure(definition)
    visits = WebVisits(
        settings.sites, settings.skew, settings.seed, int(start.timestamp() * 1000), int(end.timestamp() * 1000)
    )
    count = int(settings.messages / _EVENTS_OF_A_VISIT) // _WORKERS
    parts = [_Filling(kafka, definition.topic, definition.partitions, visits, count, each) for each in range(_WORKERS)]
    begun = time.monotonic()
    truth = Truth()
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        for part in pool.map(_send, parts):
            truth = truth.plus(part)
    say(f"sent {truth.events:,} events of {truth.visits:,} visits in {time.monotonic() - begun:.0f} s")
    return truth


def _send(part: _Filling) -> Truth:
    """A batch goes to one partition, so that a visitor's events are in one; a worker's batches to its partitions."""
    truth = Truth()
    mine = range(part.worker, part.partitions, _WORKERS)
    with BulkProducer(part.bootstrap) as producer:
        for number, (messages, held) in enumerate(part.visits.batches(part.count, part.worker)):
            producer.send(part.topic, messages, mine[number % len(mine)])
            truth = truth.plus(held)
    return truth


def _counted(definition: Definition) -> str:
    """How many messages each breakdown, and records if there are any, hold."""
    return _COUNTED if definition.records else _COUNTED.partition("union all")[0]


def verify(definition: Definition, start: datetime, truth: Truth) -> None:
    """Raise unless ledger, every breakdown, visits, revenue and records are what was made."""
    service = QueryService(QuerySettings(), {definition.name: definition}, LakeSettings())
    service.refresh()
    trino = TrinoClient(QuerySettings())
    day = timedelta(days=1)
    question = WindowRequest(Visible(definition), day_start(start), day_start(start) + 2 * day, by=())
    (total,) = service.window(question).groups
    ledger = ledger_totals(trino, definition.name)
    copies = truth.copies if definition.duplicates else 0
    found: dict[str, float] = {
        "duplicates": sum(each.duplicates for each in ledger),
        "accepted": sum(each.accepted for each in ledger),
        **{f"messages of {name}": messages for name, messages in trino.rows(_counted(definition))[0]},
        **total.visits,
    }
    if truth.copies > copies:
        del found["bounces"]  # a visit whose only event came twice is none, where nobody knows copies
    visits = {"visits": truth.visits, "bounces": truth.bounces, "visit_seconds": truth.visit_seconds}
    expected = {name: visits.get(name, truth.events - copies) for name in found} | {"duplicates": copies}
    if copies or not truth.copies:
        found["revenue in cents"] = round(float(total.value("revenue", "total")) * 100)
        expected["revenue in cents"] = truth.revenue
    if wrong := {name: (found[name], expected[name]) for name in expected if found[name] != expected[name]}:
        raise WindowpaneError(f"not what was made (found, made): {wrong}")
