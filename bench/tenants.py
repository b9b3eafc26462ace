"""What a quiet tenant notices of one that floods, over HTTP and over SQL: each asks by a key of its own.

The quiet one asks at a steady rate, and each question counts from the moment it was due. The flood asks on as many
connections as it likes, and again at once, whatever it is answered, but for what it is refused (429).
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np

from access.store import AccessStore
from bench.crowd import crowd, name_of, store
from bench.history import append_days, await_messages
from bench.questions import random_span
from bench.report import Metrics, percentiles
from bench.subject import declared, make_anew, remove
from bench.tenant_doors import TOO_MUCH, Ask, HttpDoor, SqlDoor, Tenant
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.aggregates import view_columns_of_names
from query.settings import QuerySettings
from query.sql_clients import drop_views, make_views
from query.trino_client import TrinoClient
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.breakdowns import view_names
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import day_start

_NAME = "bench_tenants"
_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Settings:
    """`keys` values over `days`. The quiet tenant asks `questions` times, `rate` a second, alone and beside the flood
    of `connections`, after a `warm_up`. `doors`: `http`, `sql`, or both with a comma between them."""

    stream: str = "health"
    days: int = 7
    keys: int = 200
    questions: int = 60
    rate: float = 1.0
    connections: int = 16
    warm_up: int = 60
    doors: str = "http,sql"
    runs: int = 3
    seed: int = 7


@dataclass(frozen=True, slots=True)
class _Pair:
    """A quiet tenant and one that floods, at the same door."""

    quiet: Ask
    flood: Ask


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """In each run every door, alone and then flooded, in the next run the other way round."""
    script = ServiceSettings()
    definition = declared(settings.stream, script).model_copy(update={"name": _NAME, "topic": _NAME})
    end = day_start(datetime.now(UTC))
    with _history(settings, definition, script, end), crowd(2, _NAME), ExitStack() as opened:
        access = store()
        pairs = {door: _pair(door, settings, script, definition, access, opened) for door in _doors(settings)}
        for run in range(settings.runs):
            figures: dict[str, float] = {}
            for door, pair in pairs.items():
                figures |= _Run(settings, door, pair, end, run).measure(say)
            yield figures


def _doors(settings: Settings) -> list[str]:
    names = settings.doors.split(",")
    if unknown := {*names} - {"http", "sql"}:
        raise WindowpaneError(f"no such doors: {', '.join(sorted(unknown))}; there are: http, sql")
    return names


@contextmanager
def _history(settings: Settings, definition: Definition, script: ServiceSettings, end: datetime) -> Iterator[None]:
    """The stream that both ask, with its views, while the block runs."""
    catalog, trino = open_catalog(LakeSettings()), TrinoClient(QuerySettings())
    start = end - timedelta(days=settings.days)
    try:
        make_anew(catalog, definition)
        append_days(catalog, definition, settings.keys, start, settings.days)
        make_views(trino, definition)
        store().columns.put(definition, view_columns_of_names(definition))
        with httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=60, trust_env=False) as client:
            await_messages(client, _NAME, start, end, settings.days * settings.keys * 86_400)
        yield
    finally:
        store().columns.remove_of(_NAME)
        drop_views(trino, _NAME, view_names(definition))
        remove(catalog, definition)


def _pair(
    door: str,
    settings: Settings,
    script: ServiceSettings,
    definition: Definition,
    access: AccessStore,
    opened: ExitStack,
) -> _Pair:
    """A key for each of the two, and their connections."""
    expires, asks = datetime.now(UTC) + timedelta(hours=6), list[Ask]()
    for number, connections in ((0, 4), (1, settings.connections)):
        _, key = access.keys.create(name_of(number), "bench", expires_at=expires)
        tenant = Tenant(script, definition, name_of(number), key)
        made = HttpDoor(tenant, connections) if door == "http" else SqlDoor(tenant, connections)
        asks.append(opened.enter_context(closing(made)).ask)
    return _Pair(*asks)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run at one door."""

    settings: Settings
    door: str
    pair: _Pair
    end: datetime
    number: int

    def measure(self, say: Callable[[str], None]) -> Metrics:
        """Raises WindowpaneError if the quiet tenant is refused anything."""
        rng = np.random.default_rng(self.settings.seed + self.number)
        for _ in range(self.settings.warm_up if self.number == 0 else 5):
            self._asked(self.pair.quiet, rng)
        figures: dict[str, float] = {}
        parts = [self._alone, self._beside]
        for part in parts if self.number % 2 == 0 else reversed(parts):
            figures |= part(rng, say)
        ratio = figures[f"{self.door}_beside_p95_ms"] / figures[f"{self.door}_alone_p95_ms"]
        return {**figures, f"{self.door}_p95_ratio": round(ratio, 3)}

    def _alone(self, rng: np.random.Generator, say: Callable[[str], None]) -> Metrics:
        say(f"{self.door}: a quiet tenant alone")
        return percentiles(f"{self.door}_alone", self._steadily(rng))

    def _beside(self, rng: np.random.Generator, say: Callable[[str], None]) -> Metrics:
        say(f"{self.door}: beside a flood on {self.settings.connections} connections")
        with self._flooded() as answered:
            seconds = self._steadily(rng)
        say(f"  the flood was answered {dict(answered)}")
        return {
            **percentiles(f"{self.door}_beside", seconds),
            f"{self.door}_flood_answered": float(answered[200]),
            f"{self.door}_flood_refused": float(answered[TOO_MUCH]),
        }

    def _steadily(self, rng: np.random.Generator) -> list[float]:
        """The quiet tenant's questions, each in a thread when it is due; seconds from then."""
        begun = time.monotonic()

        def ask(question: tuple[str, datetime, datetime], due: float) -> float:
            if self.pair.quiet(*question) != 200:
                raise WindowpaneError(f"the quiet tenant was refused at the door {self.door}")
            return time.monotonic() - due

        with ThreadPoolExecutor(8) as pool:
            asked = []
            for number in range(self.settings.questions):
                due = begun + number / self.settings.rate
                time.sleep(max(0.0, due - time.monotonic()))
                asked.append(pool.submit(ask, self._question(rng), due))
            return [each.result() for each in asked]

    @contextmanager
    def _flooded(self) -> Iterator[Counter[int]]:
        """The flood, while the block runs; how often it was answered with which status, once it is left."""
        stop, answered, counting = threading.Event(), Counter[int](), threading.Lock()

        def flood(number: int) -> None:
            rng = np.random.default_rng([self.settings.seed, self.number, number])
            while not stop.is_set():
                status = self._asked(self.pair.flood, rng)
                with counting:
                    answered[status] += 1
                if status == TOO_MUCH:
                    stop.wait(_AGAIN_SECONDS)

        with ThreadPoolExecutor(self.settings.connections) as pool:
            floods = [pool.submit(flood, number) for number in range(self.settings.connections)]
            try:
                yield answered
            finally:
                stop.set()
        for each in floods:
            each.result()

    def _asked(self, ask: Ask, rng: np.random.Generator) -> int:
        return ask(*self._question(rng))

    def _question(self, rng: np.random.Generator) -> tuple[str, datetime, datetime]:
        """A key, and a window that nobody asked for before."""
        start, end = random_span(rng, self.settings.days * 1440, self.end)
        return f"service-{rng.integers(self.settings.keys):05d}", start, end
