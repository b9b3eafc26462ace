"""Readers of dashboards: pages over kept connections, at a steady rate or one after another.

A page is all that a browser asks for it but for what its cache holds: the document, which has every number. It counts
from the moment it was due, so that one that is slow hides nothing of those that it delays.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx

from streams.errors import WindowpaneError

_PROBLEM = 'class="failed"'
_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Page:
    """An address below the service's, and texts that its document has."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    holds: Sequence[str] = ()

    def check(self, answer: httpx.Response) -> None:
        """Raise WindowpaneError if a part of it failed, or it lacks what it is known to hold."""
        if answer.status_code != 200 or _PROBLEM in answer.text:
            raise WindowpaneError(f"{self.path} was answered {answer.status_code}, with a part that failed")
        if missing := [text for text in self.holds if text not in answer.text]:
            raise WindowpaneError(f"{self.path} does not show {', '.join(missing)}")


@dataclass(frozen=True, slots=True)
class Readers:
    """So many, each on a connection of its own; together they open `rate` pages a second."""

    url: str
    headers: Mapping[str, str]
    count: int
    rate: float

    def steadily(self, page: Page, seconds: float) -> list[float]:
        """The seconds that each page took from when it was due, of those due in so many seconds."""
        return asyncio.run(self._steadily(page, round(seconds * self.rate)))

    async def _steadily(self, page: Page, pages: int) -> list[float]:
        trusted = ssl.create_default_context()
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(self._client(trusted)) for _ in range(self.count)]
            await asyncio.gather(*(client.get("/healthz") for client in clients))
            started = time.perf_counter()
            async with asyncio.TaskGroup() as tasks:
                asked = []
                for number in range(pages):
                    due = started + number / self.rate
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    asked.append(tasks.create_task(_opened(clients[number % self.count], page, due)))
            return [each.result() for each in asked]

    def _client(self, trusted: ssl.SSLContext) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=1, keepalive_expiry=None)
        return httpx.AsyncClient(
            base_url=self.url, headers=self.headers, timeout=_SECONDS, trust_env=False, verify=trusted, limits=limits
        )


async def _opened(client: httpx.AsyncClient, page: Page, due: float) -> float:
    answer = await client.get(page.path, params=page.params)
    took = time.perf_counter() - due
    page.check(answer)
    return took


def one_after_another(client: httpx.Client, pages: Sequence[Page]) -> list[float]:
    """The seconds that each took."""
    took = []
    for page in pages:
        begun = time.perf_counter()
        answer = client.get(page.path, params=page.params)
        took.append(time.perf_counter() - begun)
        page.check(answer)
    return took
