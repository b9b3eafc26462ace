"""Ranges of arrival time, and which column of each table tells when a row arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["ARRIVAL_COLUMN", "NEVER", "Arrivals", "reaching_over"]

NEVER = datetime.max.replace(tzinfo=UTC)
"""A moment after every arrival."""

ARRIVAL_COLUMN = {
    "minute_panes": "arrived_from",
    "hour_panes": "arrived_from",
    "day_panes": "arrived_from",
    "ledger": "arrived_from",
    "rejected": "arrived",
}
"""Table → the column that says when a row, or the first message in it, arrived. Not every stream has `hour_panes`."""


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
