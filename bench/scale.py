"""How the figures change with size: windows against history and rate, ingest against partitions and cores.

The history grows backwards while the windows asked for stay in its newest days, so that two lengths of history answer
the same questions. Days older than `full_days` have minute panes every `sparse_minutes` minutes only: as many data
files, manifests and day panes as full ones, which is what a window outside of them can cost, in less room.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

import httpx
import psutil

from bench.history import append_days, await_messages
from bench.ingest import ingest, verify
from bench.jobs import clear
from bench.preload import preload
from bench.questions import Asker
from bench.report import Metrics, percentiles
from bench.subject import declared, make_anew
from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from iceberg.stream_tables import panes_table
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.panes import Grain, day_start

_NAME = "bench_scale"
_COMMIT_DAYS = 30


@dataclass(frozen=True)
class Settings:
    """`days` and `rates` (messages a second of each key), `partitions` and `cores`: numbers with commas between them.

    No `messages`: nothing is ingested.
    """

    stream: str = "health"
    days: str = "1,30,365,3650"
    rates: str = "1,100"
    keys: int = 1000
    full_days: int = 30
    sparse_minutes: int = 240
    warm_up: int = 500
    questions: int = 200
    messages: int = 10_000_000
    partitions: str = "1,2"
    cores: str = "1,2"
    runs: int = 1
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Everything once a run; raises WindowpaneError if an answer is wrong or a message lost."""
    script = ServiceSettings()
    definition = declared(settings.stream, script).model_copy(update={"name": _NAME, "topic": _NAME})
    for run in range(settings.runs):
        metrics: dict[str, float] = {}
        try:
            with httpx.Client(
                base_url=script.url, headers=operator_headers(script), timeout=60, trust_env=False
            ) as client:
                history = _History(definition, settings, client, settings.seed + run, say)
                for name, figures in chain(_windows(history, settings), _ingests(definition, settings, script, say)):
                    metrics |= {f"{name}_{metric}": value for metric, value in figures.items()}
                    say(f"{name}: " + ", ".join(f"{metric} {value:,.0f}" for metric, value in figures.items()))
        finally:
            clear(definition, script.kafka)
        yield metrics


def _windows(history: _History, settings: Settings) -> Iterator[tuple[str, Metrics]]:
    """Windows of one key: of each length of history at the first rate, then of full days at the other rates."""
    first_rate, *other_rates = _numbers(settings.rates)
    history.begin(first_rate)
    for days in sorted(_numbers(settings.days)):
        history.grow(days)
        yield f"history_{days}_days", history.ask(min(days, settings.full_days))
    for rate in other_rates:
        history.begin(rate)
        history.grow(settings.full_days)
        yield f"rate_{rate}", history.ask(settings.full_days)


class _History:
    """Made history that ends with the last day and grows backwards, and who asks about it."""

    def __init__(
        self, definition: Definition, settings: Settings, client: httpx.Client, seed: int, say: Callable[[str], None]
    ) -> None:
        self._definition, self._settings, self._client = definition, settings, client
        self._seed, self._say = seed, say
        self._catalog, self._end = open_catalog(LakeSettings()), day_start(datetime.now(UTC))
        self._days, self._rate = 0, 1

    def begin(self, rate: int) -> None:
        """Have no history; what is added from now on is of that many messages a second."""
        make_anew(self._catalog, self._definition)
        self._days, self._rate = 0, rate

    def grow(self, days: int) -> None:
        """Let the history be so many days long: the newest of them full, older ones sparse."""
        started = time.monotonic()
        full = min(days, self._settings.full_days)
        rows = self._append(full, range(1440), 1)
        rows += self._append(days, range(0, 1440, self._settings.sparse_minutes), _COMMIT_DAYS)
        self._say(f"made {rows:,} minute panes in {time.monotonic() - started:.0f} s")

    def _append(self, days: int, minutes: Sequence[int], commit_days: int) -> int:
        added, self._days = max(0, days - self._days), max(days, self._days)
        if not added:
            return 0
        start = self._end - timedelta(days=days)
        return append_days(
            self._catalog, self._definition, self._settings.keys, start, added, self._rate, minutes, commit_days
        )

    def ask(self, days: int) -> Metrics:
        """How long windows of one key within the newest days take, and what takes Trino no reading at all."""
        settings = self._settings
        start, messages = self._end - timedelta(days=days), days * settings.keys * 86_400 * self._rate
        await_messages(self._client, _NAME, start, self._end, messages)
        first = next(iter(self._definition.dimensions))
        asker = Asker(self._client, _NAME, first, settings.keys, days, self._end, self._seed, self._rate)
        asker.seconds([asker.one_key() for _ in range(settings.warm_up)])
        return {
            **percentiles("", asker.seconds([asker.one_key() for _ in range(settings.questions)])),
            "select_1_ms": statistics.median(_select_seconds(settings.questions)) * 1000,
            "minute_pane_bytes": self._pane_bytes(Grain.MINUTE),
            "day_pane_bytes": self._pane_bytes(Grain.DAY),
        }

    def _pane_bytes(self, grain: Grain) -> float:
        """What a pane takes in storage, quantile digests apart."""
        files = [task.file for task in panes_table(self._catalog, _NAME).scan(f"grain == '{grain}'").plan_files()]
        return sum(file.file_size_in_bytes for file in files) / sum(file.record_count for file in files)


def _select_seconds(count: int) -> list[float]:
    """What Trino takes for a question that reads nothing, the first one apart."""
    client, seconds = TrinoClient(QuerySettings()), []
    client.rows("select 1", ())
    for _ in range(count):
        started = time.perf_counter()
        client.rows("select 1", ())
        seconds.append(time.perf_counter() - started)
    return seconds


def _ingests(
    definition: Definition, settings: Settings, script: ServiceSettings, say: Callable[[str], None]
) -> Iterator[tuple[str, Metrics]]:
    """A topic of each number of partitions on all cores, and the last of them with the TaskManager on fewer cores."""
    if not settings.messages:
        return
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - timedelta(hours=1)
    ingested = definition

    def measured() -> Metrics:
        metrics = ingest(ingested, script, 10.0, 600.0)
        verify(ingested, start, end, settings.messages)
        return {name: metrics[name] for name in ("messages_per_second", "messages_per_cpu_second", "peak_rss_bytes")}

    for partitions in _numbers(settings.partitions):
        ingested = definition.model_copy(update={"partitions": partitions})
        preload(script.kafka, _NAME, ingested, settings.messages, 40, start=start, end=end, say=say)
        measured()  # a TaskManager that has just started is busy compiling its code
        yield f"partitions_{partitions}", measured()
    for cores in _numbers(settings.cores):
        with _taskmanager_on(script, cores):
            yield f"cores_{cores}", measured()


@contextmanager
def _taskmanager_on(script: ServiceSettings, cores: int) -> Iterator[None]:
    """The TaskManager, all its threads, runs on so many cores while the block does."""
    taskmanager = psutil.Process(Supervisor(Layout(script.home)).states()["taskmanager"].pid)
    before = taskmanager.cpu_affinity()
    _pin(taskmanager, before[:cores])
    try:
        yield
    finally:
        _pin(taskmanager, before)


def _pin(process: psutil.Process, cores: list[int]) -> None:
    """A thread that starts later runs where the one that starts it does."""
    for thread in process.threads():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(thread.id, cores)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]
