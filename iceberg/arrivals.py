"""Ranges of arrival time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["NEVER", "Arrivals", "reaching_over"]

NEVER = datetime.max.replace(tzinfo=UTC)
"""A moment after every arrival."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrival times from `start` up to, but not including, `end`; both aware."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{_shown(self.start)} to {_shown(self.end)}"

    def condition(self, column: str) -> str:
        """A filter of Iceberg rows by a column that says when they arrived."""
        return f"{column} >= '{self.start.isoformat()}' and {column} < '{self.end.isoformat()}'"

    def overlaps(self, other: Arrivals) -> bool:
        """Whether any moment is in both."""
        return self.start < other.end and other.start < self.end


def reaching_over(at: datetime) -> str:
    """A filter of Iceberg rows of arrival windows: those that a moment cuts in two."""
    return f"arrived_from < '{at.isoformat()}' and arrived_until > '{at.isoformat()}'"


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
