"""How many events of web sites the edge takes in on a core, each a request of its own, acknowledged by Kafka.

A web service of the benchmark's own takes them, so that its settings and its CPU time are known: the loader stands in
for a proxy that is believed, and gives each visitor another address. First as fast as they are answered, then at a
steady rate, where latency counts from the moment each event was due.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import cast

import orjson
import uvloop

from bench.own_service import WEB, service
from bench.report import Metrics, percentiles
from bench.usage import Usage
from streams.errors import WindowpaneError
from streams.settings import StoreSettings
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.sites import SiteChange
from systems.merchants.store import SiteStore

AGENTS = Path(__file__).with_name("user_agents.txt")
"""Of people's browsers in a real access log."""

_PREFIX = "bench-collect"
_IDLE_SECONDS, _WARM_UP_SECONDS = 3.0, 3.0
_BOUNDS = {"proxies": "127.0.0.1", "limit_site_events": 1_000_000, "limit_address_events": 1_000_000}
_MADE = 20_000
"""Different requests, sent in turn: made before the clock starts."""

_REFERRERS = (
    "",
    "",
    "https://www.google.com/",
    "https://t.co/x1",
    "https://news.ycombinator.com/",
    "https://a.example/b",
)


@dataclass(frozen=True)
class Settings:
    """Events of `sites` sites, of visitors with one of 300 real user agents and an address of their own."""

    sites: int = 50
    visitors: int = 5_000
    connections: int = 64
    seconds: float = 10.0
    rate: int = 1_000
    rate_seconds: float = 10.0
    runs: int = 3


@dataclass(frozen=True, slots=True)
class _Load:
    """What the loader sends, and to whom."""

    port: int
    settings: Settings
    seed: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the loader saw."""

    taken: int
    seconds: float
    latencies: list[float]


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """One run after another; raises WindowpaneError if an event was not taken."""
    with (
        _sites(settings.sites),
        service(_BOUNDS, *WEB) as (port, pid),
        service(_BOUNDS, "bench.bare_service") as (bare_port, bare_pid),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as loader,
    ):
        for number in range(settings.runs):
            load = _Load(port, settings, number)
            with Usage([pid]) as idle:
                time.sleep(_IDLE_SECONDS)
            say(f"a service that does nothing, {settings.seconds / 2:.0f} s")
            with Usage([bare_pid]) as bare_usage:
                bare = loader.submit(_closed, _Load(bare_port, settings, number), settings.seconds / 2).result()
            loader.submit(_closed, load, _WARM_UP_SECONDS).result()
            say(f"as fast as they are answered, {settings.seconds:.0f} s")
            with Usage([pid]) as usage:
                fast = loader.submit(_closed, load, settings.seconds).result()
            say(f"{settings.rate} events a second, {settings.rate_seconds:.0f} s")
            with Usage([pid]) as steady_usage:
                steady = loader.submit(_open, load).result()
            yield {
                "events": float(fast.taken),
                "events_per_second": round(fast.taken / fast.seconds),
                "events_per_cpu_second": round(fast.taken / usage.cpu_seconds),
                "bare_events_per_cpu_second": round(bare.taken / bare_usage.cpu_seconds),
                "idle_cpu_share_of_a_core": round(idle.cpu_seconds / idle.seconds, 3),
                "cpu_share_of_a_core": round(usage.cpu_seconds / usage.seconds, 3),
                "peak_rss_bytes": float(max(usage.peak_rss_bytes, steady_usage.peak_rss_bytes)),
                **percentiles("fast", fast.latencies),
                **percentiles("", steady.latencies),
                "steady_cpu_share_of_a_core": round(steady_usage.cpu_seconds / steady_usage.seconds, 3),
            }


@contextmanager
def _sites(count: int) -> Iterator[None]:
    store = SiteStore.open(StoreSettings().catalog_uri.get_secret_value())
    names = [_name(number) for number in range(count)]
    try:
        known = store.sites.changed(dict.fromkeys(names, -1))
        for name in names:
            if known.get(name) is None:
                store.sites.add(EVERY_SITE, SiteChange(name), by="bench")
            else:
                store.sites.restore(EVERY_SITE, name)
        yield
        for name in names:
            store.sites.delete(EVERY_SITE, name)
    finally:
        store.close()


def _name(number: int) -> str:
    return f"{_PREFIX}-{number}.example"


def _requests(load: _Load) -> list[bytes]:
    """Whole requests, each of a visitor's next page or event."""
    chance, agents = random.Random(load.seed), AGENTS.read_text("utf-8").splitlines()
    made = []
    for number in range(_MADE):
        visitor = chance.randrange(load.settings.visitors)
        of_visitor = random.Random(visitor)
        site = _name(of_visitor.randrange(load.settings.sites))
        event = {
            "name": "pageview" if chance.random() < 0.9 else "Signup",
            "url": f"https://{site}/page/{chance.randrange(200)}" + ("?utm_source=news" if visitor % 10 == 0 else ""),
            "referrer": of_visitor.choice(_REFERRERS),
            "title": f"Page {number}",
            "width": of_visitor.choice((390, 820, 1280, 1920)),
            "id": f"{load.seed}-{time.time_ns()}-{number}",
            "engaging": True,
            "age": 4,
        }
        body = orjson.dumps(event)
        head = {
            "Host": f"127.0.0.1:{load.port}",
            "Origin": f"https://{site}",
            "User-Agent": agents[visitor % len(agents)],
            "Accept": "*/*",
            "Accept-Language": of_visitor.choice(("en-GB,en;q=0.9", "de-AT,de;q=0.8,en;q=0.5", "fr-FR")),
            "Accept-Encoding": "gzip, deflate, br",
            "Content-Type": "text/plain;charset=UTF-8",
            "X-Forwarded-For": f"{of_visitor.randrange(11, 200)}.7.{visitor >> 8}.{visitor & 255}",
            "Content-Length": str(len(body)),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        made.append(f"POST /collect/{site} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    return made


class _Connection(asyncio.Protocol):
    """Sends one request at a time; `answered` is called with each status, and how long it took from when it was due."""

    def __init__(self, answered: Callable[[_Connection, bytes, float], None]) -> None:
        self._answered = answered
        self._due = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        # Answers to events have no body, and come in one piece.
        self._answered(self, data[9:12], time.perf_counter() - self._due)


async def _connect(load: _Load, answered: Callable[[_Connection, bytes, float], None]) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    made = []
    for _ in range(load.settings.connections):
        _, connection = await loop.create_connection(lambda: _Connection(answered), "127.0.0.1", load.port)
        made.append(connection)
    return made


def _closed(load: _Load, seconds: float) -> _Seen:
    """Each connection sends its next event when the last is answered."""
    return uvloop.run(_as_fast(load, _requests(load), seconds))


async def _as_fast(load: _Load, requests: list[bytes], seconds: float) -> _Seen:
    latencies: list[float] = []
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    begun = time.perf_counter()
    end, at, busy = begun + seconds, 0, load.settings.connections

    def answered(connection: _Connection, status: bytes, took: float) -> None:
        nonlocal at, busy
        latencies.append(took)
        now = time.perf_counter()
        if status != b"204" or now >= end:
            busy -= 1
            if not done.done() and (status != b"204" or not busy):
                done.set_result(None) if status == b"204" else done.set_exception(_wrong(status))
            return
        at += 1
        connection.send(requests[at % _MADE], now)

    connections = await _connect(load, answered)
    for number, connection in enumerate(connections):
        connection.send(requests[-number - 1], time.perf_counter())
    await done
    for connection in connections:
        connection.transport.close()
    return _Seen(len(latencies), time.perf_counter() - begun, latencies)


def _wrong(status: bytes) -> WindowpaneError:
    return WindowpaneError(f"an event was answered {status.decode(errors='replace')}")


def _open(load: _Load) -> _Seen:
    """Each event is sent when it is due, on a connection that is free; it waits for one if none is."""
    return uvloop.run(_steadily(load, _requests(load)))


async def _steadily(load: _Load, requests: list[bytes]) -> _Seen:
    latencies: list[float] = []
    count = int(load.settings.rate * load.settings.rate_seconds)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    free: deque[_Connection] = deque()
    waiting: deque[tuple[bytes, float]] = deque()

    def answered(connection: _Connection, status: bytes, took: float) -> None:
        latencies.append(took)
        if status != b"204" and not done.done():
            done.set_exception(_wrong(status))
        elif len(latencies) == count and not done.done():
            done.set_result(None)
        if waiting:
            connection.send(*waiting.popleft())
        else:
            free.append(connection)

    free.extend(await _connect(load, answered))
    begun = time.perf_counter()
    for number in range(count):
        due = begun + number / load.settings.rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        request = requests[number % _MADE]
        if free:
            free.popleft().send(request, due)
        else:
            waiting.append((request, due))
    await done
    for connection in free:
        connection.transport.close()
    return _Seen(count, time.perf_counter() - begun, latencies)
