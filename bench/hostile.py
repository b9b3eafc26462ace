"""What others notice while a hundred clients send bodies that are made to hurt.

The hostile clients and the others, a sender of single messages, a reader of windows and a probe, are processes of their
own. Latency counts from the moment each request was due.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import httpx
import numpy as np

from bench.hostile_bodies import HOSTILE
from bench.post import web_pid
from bench.report import Metrics, percentiles
from bench.subject import declared, renamed
from bench.usage import Usage
from services.generator import Generator
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.errors import WindowpaneError

_NOTICED = 5.0
"""Others wait no longer than this for an answer; what takes longer counts as so long."""


@dataclass(frozen=True)
class Settings:
    """`kinds` is `all` or names with commas between them."""

    stream: str = "health"
    kinds: str = "all"
    clients: int = 100
    seconds: float = 15.0


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """One run for each kind of body, and one before them with none."""
    script = ServiceSettings()
    names = ["none", *HOSTILE] if settings.kinds == "all" else settings.kinds.split(",")
    if unknown := set(names) - {"none", *HOSTILE}:
        raise WindowpaneError(f"no such kinds: {', '.join(sorted(unknown))}; there are: {', '.join(HOSTILE)}")
    message = _message(settings.stream, script)
    pid = web_pid(script)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        for name in names:
            say(f"{settings.clients} clients with {name}")
            with Usage([pid]) as usage:
                hostile = processes.submit(pester, script.host, script.port, settings, name)
                others = processes.submit(notice, script, settings, message)
                answers, noticed = hostile.result(), others.result()
            say(f"  hostile clients were answered {dict(answers)}, others with an error {noticed['errors']:.0f} times")
            yield {f"{name}_{key}": value for key, value in noticed.items()} | {
                f"{name}_peak_rss_bytes": float(usage.peak_rss_bytes)
            }


def _message(stream: str, script: ServiceSettings) -> bytes:
    generator = Generator(renamed(declared(stream, script), "bench-hostile"), seed=1)
    return generator.batch(np.arange(1), np.array([time.time_ns() // 1_000_000]))[0]


def pester(host: str, port: int, settings: Settings, name: str) -> Counter[str]:
    """So many clients, each of which begins again once it is answered or left alone; statuses and how often."""
    if name == "none":
        return Counter()
    hostile = HOSTILE[name](f"/v1/streams/{settings.stream}/messages", 16 << 20)
    answers: Counter[str] = Counter()
    end = time.monotonic() + settings.seconds

    async def client() -> None:
        while time.monotonic() < end:
            status = "none"
            with suppress(OSError, TimeoutError):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    async with asyncio.timeout_at(asyncio.get_running_loop().time() + end - time.monotonic()):
                        writer.write(hostile.sent)
                        await writer.drain()
                        status = (await reader.readline()).decode("latin-1")[9:12] or "closed"
                finally:
                    writer.transport.abort()
            answers[status] += 1

    async def all_clients() -> None:
        await asyncio.gather(*(client() for _ in range(settings.clients)))

    asyncio.run(all_clients())
    return answers


def notice(script: ServiceSettings, settings: Settings, message: bytes) -> dict[str, float]:
    """Latencies of a probe, a sender and a reader, and how many of their requests were not answered well."""
    return asyncio.run(_notice(script, settings, message))


async def _notice(script: ServiceSettings, settings: Settings, message: bytes) -> dict[str, float]:
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    window = {"start": (end - timedelta(hours=1)).isoformat(), "end": end.isoformat()}
    address = f"/v1/streams/{settings.stream}"
    headers = {"content-type": "application/json"}
    errors = 0

    async def ask(http: httpx.AsyncClient, request: httpx.Request, due: float, latencies: list[float]) -> None:
        nonlocal errors
        try:
            answer = await http.send(request)
            errors += not answer.is_success
            latencies.append(time.perf_counter() - due)
        except httpx.HTTPError:
            errors += 1
            latencies.append(_NOTICED)

    async def repeat(every: float, make: Callable[[], httpx.Request], latencies: list[float]) -> None:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(settings.seconds / every)):
                due = started + number * every
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(ask(http, make(), due, latencies))

    probes: list[float] = []
    posts: list[float] = []
    reads: list[float] = []
    told = operator_headers(script)
    async with (
        httpx.AsyncClient(base_url=script.url, headers=told, timeout=_NOTICED) as http,
        asyncio.TaskGroup() as tasks,
    ):
        path = f"{address}/messages"
        post = functools.partial(http.build_request, "POST", path, content=message, headers=headers)
        tasks.create_task(repeat(0.05, lambda: http.build_request("GET", "/healthz"), probes))
        tasks.create_task(repeat(0.1, post, posts))
        tasks.create_task(repeat(0.5, lambda: http.build_request("GET", f"{address}/window", params=window), reads))
    return {
        **percentiles("probe", probes),
        **percentiles("post", posts),
        **percentiles("window", reads),
        "errors": float(errors),
    }
