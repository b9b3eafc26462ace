"""Answers that are made anew while those of before are given: one at a time of each question, with rests between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from cachetools import TTLCache

from web.edge.kept import see

_REST = 3.0
"""How many times as long as making one took none of the same question is made."""

_MOST, _REMEMBERED_SECONDS = 1000, 600.0


class Renewals:
    """Of one service; used by its event loop alone."""

    def __init__(self) -> None:
        self._making: dict[Hashable, asyncio.Task[Any]] = {}
        self._rests: TTLCache[Hashable, float] = TTLCache(_MOST, _REMEMBERED_SECONDS)

    def __len__(self) -> int:
        """How many are being made."""
        return len(self._making)

    def begin(self, question: Hashable, make: Callable[[], Awaitable[Any]]) -> asyncio.Task[Any] | None:
        """What makes one; None if one is being made already, or the question rests."""
        if question in self._making or time.monotonic() < self._rests.get(question, 0.0):
            return None
        task = self._making[question] = asyncio.create_task(self._made(question, make))
        task.add_done_callback(see)
        return task

    async def _made(self, question: Hashable, make: Callable[[], Awaitable[Any]]) -> Any:
        begun = time.monotonic()
        try:
            return await make()
        finally:
            now = time.monotonic()
            self._rests[question] = now + _REST * (now - begun)
            del self._making[question]
