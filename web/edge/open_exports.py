"""How many exports run at once: each holds a slice in memory for as long as its reader takes to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from web.edge.problems import ProblemError

T = TypeVar("T")


class OpenExports:
    """At most `most` are open at once, of each asker `of_one`; no more than `threads` wait for an engine."""

    def __init__(self, most: int = 8, of_one: int = 2, threads: int = 2) -> None:
        self._most, self._of_one = most, of_one
        self._open: Counter[str] = Counter()
        self._threads = CapacityLimiter(threads)

    def open(self, who: str) -> None:
        """Count one more. Raises ProblemError beyond what there may be."""
        if self._open[who] >= self._of_one:
            raise ProblemError("busy", f"You have {self._of_one} exports running already; let one of them end.")
        if self._open.total() >= self._most:
            raise ProblemError("busy", "Too many exports are running; ask again in a minute.")
        self._open[who] += 1

    def close(self, who: str) -> None:
        """Count one less."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

    async def read(self, work: Callable[[], T]) -> T:
        """What `work` returns, called in a thread, which goes on by itself when nobody waits any more."""
        return await anyio.to_thread.run_sync(work, limiter=self._threads, abandon_on_cancel=True)
