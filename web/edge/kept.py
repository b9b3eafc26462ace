"""What is made once for all who ask for it, and kept for a moment: nobody's flood makes it more often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

T = TypeVar("T")


@dataclass
class Kept(Generic[T]):
    """Makes one thing at a time, in a thread of its own, and keeps it for so many seconds."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _made: tuple[float, T] | None = field(init=False, default=None)
    _making: asyncio.Task[T] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._limiter = CapacityLimiter(1)

    async def get(self, make: Callable[[], T]) -> T:
        """What is kept, else what `make` returns. Raises what it raises, which is not kept."""
        if self._made is not None and self.clock() < self._made[0]:
            return self._made[1]
        if self._making is None:
            self._making = asyncio.create_task(self._make(make))
            self._making.add_done_callback(see)
        # Whoever goes away leaves it to the others who wait.
        return await asyncio.shield(self._making)

    async def _make(self, make: Callable[[], T]) -> T:
        try:
            made = await anyio.to_thread.run_sync(make, limiter=self._limiter)
            self._made = self.clock() + self.seconds, made
            return made
        finally:
            self._making = None


@dataclass
class Renewed(Generic[T]):
    """Keeps what was made, and has it made anew once it is older than so many seconds; until then the old is given."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _made: tuple[float, T] | None = field(init=False, default=None)
    _making: asyncio.Task[T] | None = field(init=False, default=None)

    async def get(self, make: Callable[[], Awaitable[T]]) -> T:
        """What is kept; the first time, what `make` gives. Raises what it raises then; later ones leave the old."""
        if self._making is None and (self._made is None or self.clock() >= self._made[0] + self.seconds):
            self._making = asyncio.create_task(self._make(make))
            self._making.add_done_callback(see)
        if self._made is not None:
            return self._made[1]
        assert self._making is not None
        return await asyncio.shield(self._making)

    async def _make(self, make: Callable[[], Awaitable[T]]) -> T:
        try:
            made = await make()
            self._made = self.clock(), made
            return made
        finally:
            self._making = None


def see(task: asyncio.Task[T]) -> None:
    """An error that nobody waits for any more is no warning."""
    if not task.cancelled():
        task.exception()
