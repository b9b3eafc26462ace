"""Messages that Kafka deleted before they were read: what the ledger lacks and Kafka no longer holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Offsets of a partition that no row of the ledger counts, `first` and `last` both included.

    They arrived between `after`, where the row before them ends, and `before`, where the next one begins; None where
    there is none.
    """

    partition: int
    first: int
    last: int
    after: datetime | None = None
    before: datetime | None = None

    def __str__(self) -> str:
        count = self.last - self.first + 1
        return (
            f"partition {self.partition}: offsets {self.first:,} to {self.last:,}, {count:,} messages"
            f"{_arrived(self.after, self.before)}, were deleted by Kafka before they were read"
        )


def lost(gaps: Iterable[Gap], begins: Mapping[int, int]) -> Iterator[Gap]:
    """What of the gaps Kafka no longer holds; `begins`: partition → offset of its oldest message."""
    for gap in gaps:
        end = min(gap.last + 1, begins.get(gap.partition, 0))
        if gap.first < end:
            yield replace(gap, last=end - 1)


def _arrived(after: datetime | None, before: datetime | None) -> str:
    bounds = [*([f"after {_shown(after)}"] if after else []), *([f"before {_shown(before)}"] if before else [])]
    return f" that arrived {' and '.join(bounds)}" if bounds else ""


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
