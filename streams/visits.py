"""Visits: messages of one key that belong together, and what a stream counts of them.

A message goes on with its key's visit if it happened at most the gap after the newest message of the visit, or before
it, between the same two cuts, and arrived soon enough (see docs/architecture.md); else it begins another one. Numbers
of a visit are signed changes in the pane of its first message.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from streams.horizons import Horizon, horizon_ms

LATENESS_MS = 3_600_000
"""How much later than others of its visit a message may arrive: beside the gap, it is known for as long."""

DAY_MS = 86_400_000


class Visits(BaseModel):
    """What a visit is, and what is counted of it.

    `gap`: messages of a visit follow each other within it, in event time. `cut`: visits end at the multiples of it, in
    UTC. `counts`: a boolean field; messages where it is false belong to a visit, but end no bounce and move no end.
    `first`: dimensions that all messages of a visit have of its first. `last`: dimensions that a visit has of its
    newest counting message.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    gap: Horizon
    cut: Horizon = "24 hours"
    counts: str | None = None
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    @property
    def gap_ms(self) -> int:
        """The gap in milliseconds."""
        return horizon_ms(self.gap)

    @property
    def cut_ms(self) -> int:
        """The time from one cut to the next, in milliseconds."""
        return horizon_ms(self.cut)

    @property
    def known_ms(self) -> int:
        """How long a visit is known after a message of it arrived, in milliseconds."""
        return self.gap_ms + LATENESS_MS

    def read_since(self, arrived_ms: int, max_ahead_ms: int) -> int:
        """The first arrival that visits of messages can depend on that arrive from a time on, in milliseconds.

        `max_ahead_ms`: how much later than its arrival a message may have happened.
        """
        return (arrived_ms - self.known_ms) // self.cut_ms * self.cut_ms - max_ahead_ms

    def horizon_ms(self, max_ahead_ms: int) -> int:
        """The longest time back to there: less is read where the cut is near."""
        return self.cut_ms + self.known_ms + max_ahead_ms
