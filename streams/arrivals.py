"""Ranges of arrival time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

NEVER = datetime.max.replace(tzinfo=UTC)
"""A moment after every arrival."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrival times from `start` up to, but not including, `end`; both aware."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{_shown(self.start)} to {_shown(self.end)}"

    def overlaps(self, other: Arrivals) -> bool:
        """Whether any moment is in both."""
        return self.start < other.end and other.start < self.end


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
