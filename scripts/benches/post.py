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

import httpx
import numpy as np

from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from scripts.benches.report import Metrics, percentiles
from scripts.benches.subject import declared, renamed
from scripts.benches.usage import Usage
from scripts.generator import Generator
from scripts.settings import ScriptSettings
from streams.definition import Definition
from streams.errors import WindowpaneError

__all__ = ["Settings", "measure"]

_BODIES = 20
"""Different bodies, sent in turn: made before the clock starts."""


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
    script = ScriptSettings()
    definition = renamed(declared(settings.stream, script), *(f"bench-{number:03}" for number in range(100)))
    address = f"{script.url}/v1/{settings.stream}/messages"
    pid = _web_pid(script)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as loader:
        for number in range(settings.runs):
            say(f"{settings.batch_messages} messages a batch, {settings.batch_seconds:.0f} s")
            with Usage([pid]) as usage:
                batches = loader.submit(_batches, address, definition, settings, number).result()
            say(f"{settings.single_rate} single messages a second, {settings.single_seconds:.0f} s")
            with Usage([pid]) as single_usage:
                singles = loader.submit(_singles, address, definition, settings, number).result()
            yield {
                "messages_per_second": round(batches.accepted / batches.seconds),
                "messages_per_cpu_second": round(batches.accepted / usage.cpu_seconds),
                "cpu_share_of_a_core": round(usage.cpu_seconds / usage.seconds, 3),
                "peak_rss_bytes": float(max(usage.peak_rss_bytes, single_usage.peak_rss_bytes)),
                **percentiles("batch", batches.latencies),
                **percentiles("", singles.latencies),
                "single_cpu_share_of_a_core": round(single_usage.cpu_seconds / single_usage.seconds, 3),
            }


def _web_pid(settings: ScriptSettings) -> int:
    state = Supervisor(Layout(settings.home.resolve())).states().get("web")
    if state is None or not state.pid:
        raise WindowpaneError("the web service does not run; start the stack with `windowpane up`")
    return state.pid


def _messages(definition: Definition, count: int, seed: int) -> list[bytes]:
    generator = Generator(definition, seed=seed)
    now_ms = time.time_ns() // 1_000_000
    return generator.batch(np.arange(count), np.linspace(now_ms - 60_000, now_ms, count, dtype=np.int64))


def _batches(address: str, definition: Definition, settings: Settings, seed: int) -> _Answers:
    size = settings.batch_messages
    made = _messages(definition, size * _BODIES, seed)
    bodies = [b"\n".join(made[start : start + size]) for start in range(0, len(made), size)]
    return asyncio.run(_closed_loop(address, bodies, settings))


async def _closed_loop(address: str, bodies: list[bytes], settings: Settings) -> _Answers:
    """Each connection sends its next body when the last is answered."""
    latencies: list[float] = []
    accepted = 0
    headers = {"content-type": "application/x-ndjson"}
    async with httpx.AsyncClient(timeout=60, headers=headers, trust_env=False) as client:
        await _accepted(client, address, bodies[0])
        started = time.perf_counter()
        end = started + settings.batch_seconds

        async def connection(first: int) -> None:
            nonlocal accepted
            turn = first
            while (sent := time.perf_counter()) < end:
                accepted += await _accepted(client, address, bodies[turn % len(bodies)])
                latencies.append(time.perf_counter() - sent)
                turn += 1

        await asyncio.gather(*(connection(number * 5) for number in range(settings.connections)))
        return _Answers(accepted, time.perf_counter() - started, latencies)


def _singles(address: str, definition: Definition, settings: Settings, seed: int) -> _Answers:
    count = int(settings.single_rate * settings.single_seconds)
    return asyncio.run(_open_loop(address, _messages(definition, count, seed), settings))


async def _open_loop(address: str, bodies: list[bytes], settings: Settings) -> _Answers:
    """Each message is sent when it is due, whether earlier ones are answered or not."""
    latencies: list[float] = []
    headers = {"content-type": "application/json"}
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(timeout=60, headers=headers, limits=limits, trust_env=False) as client:
        await asyncio.gather(*(_accepted(client, address, bodies[0]) for _ in range(8)))
        started = time.perf_counter()

        async def one(body: bytes, due: float) -> None:
            await _accepted(client, address, body)
            latencies.append(time.perf_counter() - due)

        async with asyncio.TaskGroup() as tasks:
            for number, body in enumerate(bodies):
                due = started + number / settings.single_rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(one(body, due))
        return _Answers(len(bodies), time.perf_counter() - started, latencies)


async def _accepted(client: httpx.AsyncClient, address: str, body: bytes) -> int:
    answer = await client.post(address, content=body)
    if answer.status_code != 202 or answer.json()["rejected"]:
        raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
    return int(answer.json()["accepted"])
