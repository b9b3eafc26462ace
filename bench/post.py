"""How much the web service takes in over HTTP, acknowledged by Kafka.

Two parts: batches of NDJSON from a few connections as fast as they are answered, and single messages at a steady rate
whose latency counts from the moment each was due, so that a stall is not hidden by what it delays. The loader is a
process of its own; the CPU time is the web service's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from bench.connections import Connections
from bench.report import Metrics, percentiles
from bench.subject import declared, renamed
from bench.usage import Usage
from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from services.generator import Generator
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError

_BODIES = 20
"""Different bodies, sent in turn: made before the clock starts."""

_SINGLE_CONNECTIONS = 32


@dataclass(frozen=True)
class Settings:
    """What is sent. Messages carry 100 names of their own, `bench-…`."""

    stream: str = "health"
    runs: int = 3
    batch_messages: int = 1000
    batch_seconds: float = 10.0
    connections: int = 4
    single_rate: int = 200
    single_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the loader saw."""

    accepted: int
    seconds: float
    latencies: list[float]


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """One run after another; raises WindowpaneError if a message was not accepted."""
    script = ServiceSettings()
    definition = renamed(declared(settings.stream, script), *(f"bench-{number:03}" for number in range(100)))
    pid = web_pid(script)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as loader:
        for number in range(settings.runs):
            say(f"{settings.batch_messages} messages a batch, {settings.batch_seconds:.0f} s")
            with Usage([pid]) as usage:
                batches = loader.submit(_batches, script, definition, settings, number).result()
            say(f"{settings.single_rate} single messages a second, {settings.single_seconds:.0f} s")
            with Usage([pid]) as single_usage:
                singles = loader.submit(_singles, script, definition, settings, number).result()
            yield {
                "messages": float(batches.accepted),
                "messages_per_second": round(batches.accepted / batches.seconds),
                "messages_per_cpu_second": round(batches.accepted / usage.cpu_seconds),
                "cpu_share_of_a_core": round(usage.cpu_seconds / usage.seconds, 3),
                "peak_rss_bytes": float(max(usage.peak_rss_bytes, single_usage.peak_rss_bytes)),
                **percentiles("batch", batches.latencies),
                **percentiles("", singles.latencies),
                "single_cpu_share_of_a_core": round(single_usage.cpu_seconds / single_usage.seconds, 3),
            }


def web_pid(settings: ServiceSettings) -> int:
    """The web service's process; raises WindowpaneError if there is none."""
    state = Supervisor(Layout(settings.home.resolve())).states().get("web")
    if state is None or not state.pid:
        raise WindowpaneError("the web service does not run; start the stack with `windowpane up`")
    return state.pid


def _messages(definition: Definition, count: int, seed: int) -> list[bytes]:
    generator = Generator(definition, seed=seed)
    now_ms = time.time_ns() // 1_000_000
    return generator.batch(np.arange(count), np.linspace(now_ms - 60_000, now_ms, count, dtype=np.int64))


def _batches(script: ServiceSettings, definition: Definition, settings: Settings, seed: int) -> _Answers:
    size = settings.batch_messages
    made = _messages(definition, size * _BODIES, seed)
    bodies = [b"\n".join(made[start : start + size]) for start in range(0, len(made), size)]
    return asyncio.run(_closed_loop(script, bodies, settings))


async def _closed_loop(script: ServiceSettings, bodies: list[bytes], settings: Settings) -> _Answers:
    """Each connection sends its next body when the last is answered."""
    latencies: list[float] = []
    accepted = 0
    path, most = f"/v1/streams/{settings.stream}/messages", settings.connections
    async with Connections.opened(script, path, "application/x-ndjson", most) as connections:
        await connections.accepted(bodies[0])
        started = time.perf_counter()
        end = started + settings.batch_seconds

        async def sender(first: int) -> None:
            nonlocal accepted
            turn = first
            while (sent := time.perf_counter()) < end:
                taken = await connections.accepted(bodies[turn % len(bodies)])
                accepted += taken  # in a line of its own: `+= await` would read the old sum before it waits
                latencies.append(time.perf_counter() - sent)
                turn += 1

        await asyncio.gather(*(sender(number * 5) for number in range(most)))
        return _Answers(accepted, time.perf_counter() - started, latencies)


def _singles(script: ServiceSettings, definition: Definition, settings: Settings, seed: int) -> _Answers:
    count = int(settings.single_rate * settings.single_seconds)
    return asyncio.run(_open_loop(script, _messages(definition, count, seed), settings))


async def _open_loop(script: ServiceSettings, bodies: list[bytes], settings: Settings) -> _Answers:
    """Each message is sent when it is due, whether earlier ones are answered or not."""
    latencies: list[float] = []
    path = f"/v1/streams/{settings.stream}/messages"
    async with Connections.opened(script, path, "application/json", _SINGLE_CONNECTIONS) as connections:
        await connections.accepted(bodies[0])
        started = time.perf_counter()

        async def one(body: bytes, due: float) -> None:
            await connections.accepted(body)
            latencies.append(time.perf_counter() - due)

        async with asyncio.TaskGroup() as tasks:
            for number, body in enumerate(bodies):
                due = started + number / settings.single_rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(one(body, due))
        return _Answers(len(bodies), time.perf_counter() - started, latencies)
