"""How much may be taken in at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from web.problems import ProblemError

__all__ = ["Intake"]


@dataclass(slots=True)
class Intake:
    """Bounds the bytes that are being taken in at the same time, so that a flood is told to wait and not buffered.

    One body is always let in, whatever the bound.
    """

    limit: int
    pending: int = field(default=0)

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Count `size` bytes while they are held, or 429 when that is too much."""
        if self.pending and self.pending + size > self.limit:
            retry = {"Retry-After": "1"}
            raise ProblemError("busy", "Too many messages are on their way; send again in a second.", (), retry)
        self.pending += size
        try:
            yield
        finally:
            self.pending -= size
