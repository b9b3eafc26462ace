"""How long until a message is in the answer: posted over HTTP under its own name, then asked for until it shows."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np

from bench.report import Metrics, percentiles
from bench.subject import declared, renamed
from services.generator import Generator
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError


@dataclass(frozen=True)
class Settings:
    """One message every `every_seconds`, which should share no factor with the ten seconds of an arrival window."""

    stream: str = "health"
    runs: int = 1
    samples: int = 30
    every_seconds: float = 2.7
    ask_every_seconds: float = 0.2
    give_up_seconds: float = 120.0


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """One run after another; raises WindowpaneError if a message never shows."""
    script = ServiceSettings()
    definition = declared(settings.stream, script)
    for _ in range(settings.runs):
        say(f"{settings.samples} messages, one every {settings.every_seconds} s")
        waits = asyncio.run(_waits(script, definition, settings))
        yield {**percentiles("", waits), "max_ms": round(max(waits) * 1000, 3), "samples": float(len(waits))}


async def _waits(script: ServiceSettings, definition: Definition, settings: Settings) -> list[float]:
    client = httpx.AsyncClient(base_url=script.url, headers=operator_headers(script), timeout=30, trust_env=False)
    async with client, asyncio.TaskGroup() as tasks:
        watched = []
        started = time.perf_counter()
        for number in range(settings.samples):
            await asyncio.sleep(max(0.0, started + number * settings.every_seconds - time.perf_counter()))
            watched.append(tasks.create_task(_wait(client, definition, settings)))
    return [task.result() for task in watched]


async def _wait(client: httpx.AsyncClient, definition: Definition, settings: Settings) -> float:
    """Seconds from sending a message to an answer that counts it."""
    name = f"bench-{uuid.uuid4().hex[:12]}"
    now = datetime.now(UTC)
    generator = Generator(renamed(definition, name))
    [body] = generator.batch(np.zeros(1, dtype=np.int64), np.full(1, int(now.timestamp() * 1000)))
    sent = time.perf_counter()
    answer = await client.post(
        f"/v1/streams/{definition.name}/messages", content=body, headers={"content-type": "application/json"}
    )
    if answer.status_code != 202:
        raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
    minute = now.replace(second=0, microsecond=0)
    question = {
        "start": minute.isoformat(),
        "end": (minute + timedelta(minutes=1)).isoformat(),
        "by": "",
        next(iter(definition.dimensions)): name,
    }
    while time.perf_counter() - sent < settings.give_up_seconds:
        try:
            answer = await client.get(f"/v1/streams/{definition.name}/window", params=question)
        except httpx.TimeoutException:
            continue
        if answer.status_code == 200 and answer.json()["groups"]:
            return time.perf_counter() - sent
        if answer.status_code not in (200, 503):
            raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
        await asyncio.sleep(settings.ask_every_seconds)
    raise WindowpaneError(f"a message was not visible after {settings.give_up_seconds:.0f} s; see `windowpane status`")
