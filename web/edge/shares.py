"""Shares: how many questions of one asker are asked at once, so that nobody's flood keeps others waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from query.errors import TooSlowError
from query.limits import Limits
from web.edge.problems import ProblemError


@dataclass
class _Share:
    turns: asyncio.Semaphore
    held: int = 0


@dataclass
class Shares:
    """Each asker has `most` at once and `waiting` more that wait for those; beyond that 429."""

    most: int
    waiting: int
    _held: dict[str, _Share] = field(default_factory=dict)

    @asynccontextmanager
    async def one(self, who: str, limits: Limits) -> AsyncIterator[None]:
        """While one is asked. Raises ProblemError or TooSlowError."""
        share = self._held.get(who) or _Share(asyncio.Semaphore(self.most))
        if share.held >= self.most + self.waiting:
            raise ProblemError("busy", "Too many of your questions wait for an answer already; ask again in a second.")
        self._held[who] = share
        share.held += 1
        try:
            await _turn(share, limits)
            try:
                yield
            finally:
                share.turns.release()
        finally:
            share.held -= 1
            if not share.held:
                del self._held[who]


async def _turn(share: _Share, limits: Limits) -> None:
    try:
        async with asyncio.timeout(limits.left):
            await share.turns.acquire()
    except TimeoutError:
        raise TooSlowError(limits.seconds) from None
