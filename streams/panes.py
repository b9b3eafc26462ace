"""The shape of panes: which columns a definition gives them, and the tables of a stream.

This is the one place that names the columns; the job that fills them, the tables that hold them and the query that
merges them all read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import floor

from streams.definition import Definition

__all__ = [
    "MINUTE_ARRIVAL_SECONDS",
    "ROLLUPS",
    "ROLLUP_ARRIVAL_SECONDS",
    "Aggregate",
    "ColumnType",
    "Grain",
    "PaneColumn",
    "arrival_start",
    "day_start",
    "grains",
    "pane_columns",
    "rollup_arrival_start",
]

MINUTE_ARRIVAL_SECONDS = 10
"""Length of the arrival windows of minute panes and of the ledger."""

ROLLUP_ARRIVAL_SECONDS = 600
"""Length of the arrival windows of rollups: hour and day panes. A multiple of the minute panes' own."""


class Grain(StrEnum):
    """The event-time length of a pane."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def seconds(self) -> int:
        """Length of the grain."""
        return {Grain.MINUTE: 60, Grain.HOUR: 3_600, Grain.DAY: 86_400}[self]

    @property
    def arrival_seconds(self) -> int:
        """Length of the arrival windows that its panes are made in."""
        return MINUTE_ARRIVAL_SECONDS if self is Grain.MINUTE else ROLLUP_ARRIVAL_SECONDS

    @property
    def table(self) -> str:
        """The name of the table that holds its panes."""
        return f"{self.value}_panes"


ROLLUPS = (Grain.DAY, Grain.HOUR)
"""The grains whose panes are made of minute panes."""


class Aggregate(StrEnum):
    """What a pane's column holds of its messages. Each can be merged with itself, in any order."""

    MESSAGES = "messages"
    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    MAX_AT = "max_at"
    DIGEST = "digest"
    DISTINCT = "distinct"


class ColumnType(StrEnum):
    """Logical type of a column, mapped to Iceberg's and Flink's own where those are made."""

    STRING = "string"
    LONG = "long"
    TIME = "time"
    BYTES = "bytes"


_TYPES = {
    Aggregate.MAX_AT: ColumnType.TIME,
    Aggregate.DIGEST: ColumnType.BYTES,
    Aggregate.DISTINCT: ColumnType.BYTES,
}


@dataclass(frozen=True, slots=True)
class PaneColumn:
    """One aggregate column. `source` is the measure or distinct count it belongs to, empty for `messages`."""

    name: str
    aggregate: Aggregate
    source: str

    @property
    def type(self) -> ColumnType:
        """Logical type of the stored value."""
        return _TYPES.get(self.aggregate, ColumnType.LONG)


def pane_columns(definition: Definition) -> tuple[PaneColumn, ...]:
    """The aggregate columns of a stream's panes, in table order (dimensions and times come before them)."""
    columns = [PaneColumn("messages", Aggregate.MESSAGES, "")]
    for name, measure in definition.measures.items():
        kinds = [Aggregate.COUNT, Aggregate.SUM, Aggregate.MIN, Aggregate.MAX, Aggregate.MAX_AT]
        if measure.quantiles:
            kinds.append(Aggregate.DIGEST)
        columns += [PaneColumn(f"{name}_{kind}", kind, name) for kind in kinds]
    columns += [PaneColumn(f"{name}_distinct", Aggregate.DISTINCT, name) for name in definition.distincts]
    return tuple(columns)


def grains(definition: Definition) -> tuple[Grain, ...]:
    """The grains that a stream has panes of, the shortest first."""
    return tuple(grain for grain in Grain if grain is not Grain.HOUR or definition.hours)


def arrival_start(at: datetime) -> datetime:
    """The start, in UTC, of the minute panes' arrival window that a moment lies in."""
    return _window_start(at, MINUTE_ARRIVAL_SECONDS)


def rollup_arrival_start(at: datetime) -> datetime:
    """The start, in UTC, of the rollups' arrival window that a moment lies in."""
    return _window_start(at, ROLLUP_ARRIVAL_SECONDS)


def day_start(at: datetime) -> datetime:
    """The start, in UTC, of the day that a moment lies in."""
    return _window_start(at, Grain.DAY.seconds)


def _window_start(at: datetime, length: int) -> datetime:
    seconds = floor(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % length, UTC)
