"""`GET /metrics` of this process, at an address of its own on loopback: HTTP, loaded with the first who asks."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

LOOPBACK = "127.0.0.1"


class Scraping:
    """Listens at once; `answering` gives what answers calls, which has the metrics. `close` it."""

    def __init__(self, answering: Callable[[], Awaitable[Any]], port: int) -> None:
        """`port`: 0 for a free one. Raises OSError for one that cannot be had."""
        self._answering = answering
        self._listener = socket.create_server((LOOPBACK, port))
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._listener, self._begin)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listener.getsockname()[1]
        return port

    async def close(self) -> None:
        """Listen no more."""
        self._loop.remove_reader(self._listener)
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._listener.close()

    def _begin(self) -> None:
        self._loop.remove_reader(self._listener)
        self._task = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        await (await self._answering()).serve_metrics(self._listener)
