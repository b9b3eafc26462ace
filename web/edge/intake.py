"""How much may be taken in at the same time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from web.edge.problems import ProblemError

SMALL_BYTES = 64 << 10
"""So much of each body counts for nothing: the number of connections is what bounds it."""

PATIENCE = 1.0
"""Seconds that a body waits for room. A flood of clients that are refused at once would come again at once."""


@dataclass(slots=True)
class Intake:
    """Bounds the bytes of bodies that are held at the same time, so that a flood waits at its senders, not here.

    What counts is what has come, unpacked, not what was announced. Small bodies are always let in, and one larger one.
    """

    limit: int
    pending: int = field(default=0)
    let_go: anyio.Event = field(default_factory=anyio.Event)
    """Set, and replaced, whenever there is more room."""

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Held]:
        """For one body, while it or what was made of it is held."""
        held = Held(self)
        try:
            yield held
        finally:
            self.pending -= held.counted
            if held.counted:
                self.let_go.set()
                self.let_go = anyio.Event()


@dataclass(slots=True)
class Held:
    """The bytes of one body."""

    intake: Intake
    size: int = 0
    counted: int = 0

    async def grow(self, size: int) -> None:
        """Hold `size` bytes more, once there is room; 429 when there is none for a while."""
        self.size += size
        more = max(0, self.size - SMALL_BYTES) - self.counted
        if more and not self._fits(more):
            with anyio.move_on_after(PATIENCE):
                while not self._fits(more):
                    await self.intake.let_go.wait()
            if not self._fits(more):
                retry = {"Retry-After": "1"}
                raise ProblemError("busy", "Too many messages are on their way; send again in a second.", (), retry)
        self.intake.pending += more
        self.counted += more

    def _fits(self, more: int) -> bool:
        others = self.intake.pending - self.counted
        return not others or self.intake.pending + more <= self.intake.limit
