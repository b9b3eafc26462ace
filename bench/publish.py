"""How long publishing a replay takes, and rolling it back, while readers ask.

The history and what the replay made of it are written into the tables directly, in as many commits as a replay of that
length makes, and packed as maintenance and the end of a replay do: only the publication is measured. Readers check that
each answer is all old or all new.
"""

from __future__ import annotations

import getpass
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import httpx

from bench.history import await_messages, made_ledger, made_panes
from bench.loading import append_rows
from bench.readers import Answered, Reading, readers
from bench.report import Metrics, percentiles
from bench.subject import declared, make_anew, remove
from database.replay_store import ReplayStore
from database.replays import Replay, ReplayState
from iceberg.catalog import Catalog, open_catalog
from iceberg.kinds import LEDGER, PANES
from iceberg.namespaces import staging_namespace
from iceberg.packing import pack_all
from iceberg.publishing import publish, roll_back
from iceberg.settings import LakeSettings, MaintenanceSettings
from iceberg.staging import make_staging
from scripts.console import message_progress
from scripts.replays.pacing import unhurried
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.arrivals import Arrivals
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import Grain, day_start

_NAME = "bench_publish"
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_OLD, _NEW = 1, 2
"""Messages a second of each key: so an answer tells which state it is of."""


@dataclass(frozen=True)
class Settings:
    """`keys` values of the first dimension over `days` days, in `commits_per_day` commits of each table.

    Each run publishes and rolls back `times` times, with `settle_seconds` after each for the readers alone. Only the
    first run warms up.
    """

    stream: str = "health"
    days: int = 7
    keys: int = 1000
    commits_per_day: int = 24
    questions_per_second: float = 3.0
    warm_up_seconds: float = 60.0
    before_seconds: float = 20.0
    settle_seconds: float = 5.0
    times: int = 3
    runs: int = 3
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Span:
    """When something was done, by the machine's monotonic clock."""

    start: float
    end: float


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Make the history and the replay once, then publish and roll back; raises WindowpaneError on a mixed answer."""
    script, catalog = ServiceSettings(), open_catalog(LakeSettings())
    definition = declared(settings.stream, script).model_copy(update={"name": _NAME, "topic": _NAME})
    end = day_start(datetime.now(UTC))
    arrivals = Arrivals(end - _DAY * settings.days, end)
    try:
        make_anew(catalog, definition)
        _fill(catalog, _NAME, definition, settings, arrivals, _OLD)
        replay = _staged(catalog, definition, settings, arrivals)
        with httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=60, trust_env=False) as client:
            await_messages(client, _NAME, arrivals.start, end, settings.days * settings.keys * 86_400 * _OLD)
        say(f"made {2 * settings.days * settings.keys * 1440:,} minute panes, half of them staged")
        for run in range(settings.runs):
            reading = _reading(definition, settings, script, end, run)
            yield _run(replay, reading, settings, settings.settle_seconds if run else settings.warm_up_seconds)
    finally:
        remove(catalog, definition)


def _reading(definition: Definition, settings: Settings, script: ServiceSettings, end: datetime, run: int) -> Reading:
    return Reading(
        url=script.url,
        stream=_NAME,
        dimension=next(iter(definition.dimensions)),
        keys=settings.keys,
        days=settings.days,
        end=end,
        rate=settings.questions_per_second,
        low=_OLD,
        high=_NEW,
        seed=settings.seed + run,
    )


def _staged(catalog: Catalog, definition: Definition, settings: Settings, arrivals: Arrivals) -> Replay:
    """A replay whose staging tables hold the range, made in another way."""
    store = ReplayStore(catalog.engine)
    replay = store.create(definition, arrivals, {}, getpass.getuser())
    make_staging(catalog, replay)
    _fill(catalog, staging_namespace(replay), definition, settings, arrivals, _NEW)
    return store.set_state(replay, ReplayState.STAGED)


def _fill(
    catalog: Catalog, namespace: str, definition: Definition, settings: Settings, arrivals: Arrivals, rate: int
) -> None:
    length = _DAY / settings.commits_per_day
    days = [arrivals.start + _DAY * day for day in range(settings.days)]
    with message_progress(f"make panes of {namespace}", settings.days * settings.keys * 1440) as counted:
        for number in range(settings.days * settings.commits_per_day):
            start = arrivals.start + length * number
            minutes = [start + _MINUTE * minute for minute in range(length // _MINUTE)]
            panes = made_panes(definition, settings.keys, minutes, Grain.MINUTE, rate)
            append_rows(catalog, namespace, PANES.name, panes)
            ledger = made_ledger(definition, start, start + length, settings.keys * rate)
            append_rows(catalog, namespace, LEDGER.name, ledger)
            counted(len(panes))
    append_rows(catalog, namespace, PANES.name, made_panes(definition, settings.keys, days, Grain.DAY, rate))
    for name in (PANES.name, LEDGER.name):
        pack_all(catalog.load_table((namespace, name)), MaintenanceSettings().packed_bytes)


def _publish(number: int) -> None:
    with unhurried():
        publish(open_catalog(LakeSettings()), number, getpass.getuser(), "benchmark")


def _roll_back(number: int) -> None:
    with unhurried():
        roll_back(open_catalog(LakeSettings()), number, getpass.getuser(), "benchmark")


def _run(replay: Replay, reading: Reading, settings: Settings, warm_up: float) -> Metrics:
    published: list[_Span] = []
    rolled_back: list[_Span] = []
    publishing = ProcessPoolExecutor(1, mp_context=get_context("spawn"))  # as the command does, in its own process
    with publishing as publisher, readers(reading) as answered:
        time.sleep(warm_up)
        before = _timed(lambda: time.sleep(settings.before_seconds))
        for _ in range(settings.times):
            published.append(_timed(lambda: publisher.submit(_publish, replay.id).result()))
            time.sleep(settings.settle_seconds)
            rolled_back.append(_timed(lambda: publisher.submit(_roll_back, replay.id).result()))
            time.sleep(settings.settle_seconds)
    quiet = _latencies(answered, [before])
    busy = _latencies(answered, published)
    after = _latencies(answered, [_Span(span.end, span.end + settings.settle_seconds) for span in published])
    for when, latencies in (("before", quiet), ("while", busy), ("after", after)):
        if not latencies:
            raise WindowpaneError(f"no question was asked {when} publishing; ask more: --set questions_per_second=")
    reader = {
        **percentiles("reader_before", quiet),
        **percentiles("reader_publishing", busy),
        **percentiles("reader_after", after),
    }
    return {
        "publish_seconds": statistics.median(span.end - span.start for span in published),
        "rollback_seconds": statistics.median(span.end - span.start for span in rolled_back),
        "reader_p95_ratio": reader["reader_publishing_p95_ms"] / reader["reader_before_p95_ms"],
        **reader,
        "questions_publishing": len(busy),
    }


def _timed(work: Callable[[], object]) -> _Span:
    start = time.monotonic()
    work()
    return _Span(start, time.monotonic())


def _latencies(answered: Sequence[Answered], spans: Sequence[_Span]) -> list[float]:
    return [each.seconds for each in answered if any(each.during(span.start, span.end) for span in spans)]
