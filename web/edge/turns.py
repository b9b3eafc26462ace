"""Turns of the event loop for work that grows with what was sent."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time

SLICE_SECONDS = 0.003
"""How long all of them together may hold the loop before it looks after everything else."""


class Turns:
    """Of all who compute one at a time does, for one slice in each round of the loop; who has computed least is next.

    So a small body waits for one slice of a large one, however many large ones there are.
    """

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._ends: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the slice of this round is used up."""
        return self._ends is None or time.monotonic() >= self._ends

    async def take(self, used: float) -> None:
        """Wait for a turn. `used`: seconds that the caller has computed so far."""
        if self._ends is None:
            self._begin()
        elif self._queue or self.is_over:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._queue, (used, next(self._numbers), turn))
            await turn
            self._ends = time.monotonic() + SLICE_SECONDS

    def _begin(self) -> None:
        self._ends = time.monotonic() + SLICE_SECONDS
        asyncio.get_running_loop().call_soon(self._end)

    def _end(self) -> None:
        """A round of the loop later."""
        self._ends = None
        while self._queue:
            turn = heapq.heappop(self._queue)[2]
            if not turn.done():  # else its caller has gone
                turn.set_result(None)
                self._begin()
                return


class Work:
    """One caller's computing: `begin`, and after each small step `pause` if `is_over`."""

    __slots__ = ("_since", "_turns", "_used")

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._used = self._since = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it should pause."""
        return self._turns.is_over

    async def begin(self) -> None:
        """Wait for a turn, after having waited for something else."""
        await self._turns.take(self._used)
        self._since = time.monotonic()

    async def pause(self) -> None:
        """Let others have theirs."""
        self._used += time.monotonic() - self._since
        await self.begin()
