"""The whole service while Trino takes connections and says nothing, as a stopped process does."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from access.store import AccessStore
from compose.embedded.waiting import until
from tests.definitions import HEALTH
from tests.query.lake_views import at, lake_view
from tests.web.served import patch_engines, served, users_kept
from web.app import create_app

READERS = 200
ASKED_OR_WAITING = 8 + 64
SECONDS = 8.0
TLS = ssl.create_default_context()  # made once, though nothing here uses it: each client would make its own
WINDOW = "/v1/streams/health/window?start=2026-03-01T10:00:00Z&end=2026-03-01T11:00:00Z"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Of a service that knows panes of `health` to ask for."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=1024) as silent,
        socket.socket() as held,
        users_kept() as users,
        pytest.MonkeyPatch.context() as patch,
    ):
        held.bind(("127.0.0.1", 0))
        away = f"127.0.0.1:{held.getsockname()[1]}"
        patch_engines(patch, away)
        patch.setenv("WINDOWPANE_TRINO", f"127.0.0.1:{silent.getsockname()[1]}")
        patch.setenv("WINDOWPANE_QUESTION_SECONDS", str(SECONDS))
        app = create_app(AccessStore.open(users))
        view = replace(lake_view(), definition=HEALTH, began=at("1 00:00"))
        app.state.service.queries._watcher._views["health"] = view
        with (
            served(app) as url,
            httpx.Client(base_url=url, timeout=30, limits=httpx.Limits(max_connections=READERS)) as client,
        ):
            yield client


async def timed(address: httpx.URL, path: str, **more: Any) -> tuple[float, httpx.Response]:
    """By a client of its own: one with hundreds of connections takes seconds of the loop to find a free one."""
    async with httpx.AsyncClient(base_url=address, timeout=30, verify=TLS) as client:
        begun = time.monotonic()
        answer = await client.request("POST" if more else "GET", path, **more)
        return time.monotonic() - begun, answer


async def besides(address: httpx.URL, reading: list[asyncio.Task[Any]]) -> dict[str, float]:
    """How long others wait once all readers that can be served wait for Trino."""
    while sum(task.done() for task in reading) < READERS - ASKED_OR_WAITING:
        await asyncio.sleep(0.01)
    assert {task.result()[1].status_code for task in reading if task.done()} == {429}  # at once: no question has ended
    paths = ("/healthz", "/readyz", "/metrics", "/v1/streams", "/streams")
    waits = {path: (await timed(address, path))[0] for path in paths}
    packed = {"content-type": "application/json", "content-encoding": "gzip"}
    waits["gzip"], posted = await timed(
        address, "/v1/streams/health/messages", content=gzip.compress(b"[{}]"), headers=packed
    )
    assert posted.status_code == 202
    return waits


def test_every_reader_is_answered_in_time_and_nothing_else_waits(client: httpx.Client) -> None:
    address = client.base_url

    async def run() -> tuple[list[tuple[float, httpx.Response]], dict[str, float]]:
        reading = [asyncio.create_task(timed(address, f"{WINDOW}&service={n}")) for n in range(READERS)]
        waits = await besides(address, reading)
        return await asyncio.gather(*reading), waits

    answers, waits = asyncio.run(run())
    slow = waits.pop("/streams")  # asks Trino for totals, and has a few seconds for it
    assert max(waits.values()) < 2, waits
    assert slow < 8
    counted = Counter(answer.status_code for _, answer in answers)
    assert counted == {503: ASKED_OR_WAITING, 429: READERS - ASKED_OR_WAITING}
    assert all(answer.headers["retry-after"] for _, answer in answers)
    assert max(seconds for seconds, _ in answers) < 2 * SECONDS


def test_readiness_names_the_engine_and_how_old_that_is(client: httpx.Client) -> None:
    until(lambda: "trino" in client.get("/readyz").json()["engines"]["trino"], 30)
    ready = client.get("/readyz").json()
    assert ready["seen_seconds_ago"].keys() == ready["engines"].keys() == {"lake", "trino", "kafka"}
    assert 0 <= ready["seen_seconds_ago"]["kafka"] < 15


def test_who_asks_the_same_is_never_one_too_many(client: httpx.Client) -> None:
    with ThreadPoolExecutor(READERS) as pool:
        answers = pool.map(lambda _: client.get(WINDOW).status_code, range(READERS))
    assert Counter(answers) == {503: READERS}
