"""How long until an event is in a dashboard's numbers: sent as a browser sends it, then asked for until it shows."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from bench.collect import AGENTS
from streams.errors import WindowpaneError
from streams.panes import day_start

_EVERY_SECONDS, _ASK_SECONDS, _GIVE_UP_SECONDS = 2.7, 0.3, 120.0
"""The first shares no factor with the ten seconds of an arrival window."""


def waits(url: str, headers: Mapping[str, str], sites: Sequence[str]) -> list[float]:
    """Seconds from sending one event of each site to numbers that count it. Raises WindowpaneError if none ever do."""
    return asyncio.run(_waits(url, headers, sites))


async def _waits(url: str, headers: Mapping[str, str], sites: Sequence[str]) -> list[float]:
    agent = AGENTS.read_text("utf-8").splitlines()[0]
    client = httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False)
    async with client, asyncio.TaskGroup() as tasks:
        watched, started = [], time.perf_counter()
        for number, site in enumerate(sites):
            await asyncio.sleep(max(0.0, started + number * _EVERY_SECONDS - time.perf_counter()))
            watched.append(tasks.create_task(_wait(client, site, agent)))
    return [task.result() for task in watched]


async def _wait(client: httpx.AsyncClient, site: str, agent: str) -> float:
    page = {"name": "pageview", "url": f"https://{site}/", "referrer": "", "id": uuid.uuid4().hex, "engaging": True}
    sent, now = time.perf_counter(), datetime.now(UTC)
    origin = {"origin": f"https://{site}", "user-agent": agent}
    taken = await client.post(f"/collect/{site}", json=page, headers=origin)
    if taken.status_code != 204 or "x-windowpane-dropped" in taken.headers:
        raise WindowpaneError(f"an event was answered {taken.status_code}: {taken.text[:200]}")
    span = {"start": day_start(now).isoformat(), "end": (day_start(now) + timedelta(days=2)).isoformat()}
    while time.perf_counter() - sent < _GIVE_UP_SECONDS:
        answer = await client.get(f"/v1/sites/{site}/stats", params=span)
        if answer.status_code == 200 and answer.json()["views"] == 1:
            return time.perf_counter() - sent
        if answer.status_code not in (200, 503):
            raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
        await asyncio.sleep(_ASK_SECONDS)
    raise WindowpaneError(f"an event was not visible after {_GIVE_UP_SECONDS:.0f} s; see `windowpane status`")
