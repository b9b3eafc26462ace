"""How much may be taken in at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from web.edge.problems import ProblemError

__all__ = ["SMALL_BYTES", "Held", "Intake"]

SMALL_BYTES = 64 << 10
"""So much of each body counts for nothing: the number of connections is what bounds it."""


@dataclass(slots=True)
class Intake:
    """Bounds the bytes of bodies that are held at the same time, so that a flood is told to wait and not buffered.

    What counts is what has come, unpacked, not what was announced. Small bodies are always let in, and one larger one.
    """

    limit: int
    pending: int = field(default=0)

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """For one body, while it or what was made of it is held."""
        held = Held(self)
        try:
            yield held
        finally:
            self.pending -= held.counted


@dataclass(slots=True)
class Held:
    """The bytes of one body."""

    intake: Intake
    size: int = 0
    counted: int = 0

    def grow(self, size: int) -> None:
        """Hold `size` bytes more, or 429 when that is too much."""
        self.size += size
        more = max(0, self.size - SMALL_BYTES) - self.counted
        others = self.intake.pending - self.counted
        if more and others and self.intake.pending + more > self.intake.limit:
            retry = {"Retry-After": "1"}
            raise ProblemError("busy", "Too many messages are on their way; send again in a second.", (), retry)
        self.intake.pending += more
        self.counted += more
