"""The shape of panes: which columns a definition gives them, and the parts that their table is partitioned by.

The job that fills the columns, the table that holds them and the query that merges them all read it; what a column of
an aggregate is called and how it is merged, `streams.aggregates` says; which breakdowns there are, and what parts are
called, `streams.breakdowns`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import floor

from streams.aggregates import AGGREGATES, Aggregate, ColumnType, Member, ViewColumn
from streams.definition import Definition

FINEST_ARRIVAL_SECONDS = 10
"""Length of the arrival windows of the finest panes and of the ledger."""

ROLLUP_ARRIVAL_SECONDS = 600
"""Length of the arrival windows of rollups: panes made of finer ones. A multiple of those of the finest panes."""


class Grain(StrEnum):
    """The event-time length of a pane."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def seconds(self) -> int:
        """Length of the grain."""
        return {Grain.MINUTE: 60, Grain.HOUR: 3_600, Grain.DAY: 86_400}[self]


class Period(StrEnum):
    """What a part's windows start in, in UTC: how Flink and Trino write it (both know this pattern)."""

    HOUR = "yyyy-MM-dd'T'HH"
    DAY = "yyyy-MM-dd"
    MONTH = "yyyy-MM"

    @property
    def strftime(self) -> str:
        """The same for Python."""
        return {Period.HOUR: "%Y-%m-%dT%H", Period.DAY: "%Y-%m-%d", Period.MONTH: "%Y-%m"}[self]


PERIODS = {Grain.MINUTE: Period.DAY, Grain.HOUR: Period.DAY, Grain.DAY: Period.MONTH}
"""Grain → the period of the parts that its panes are put into."""


def grain_of(part: str) -> Grain:
    """The grain of a part's panes."""
    return Grain(part.split("/")[1])


def span_of(part: str) -> tuple[datetime, datetime]:
    """When the period of a part starts and ends."""
    period = part.rpartition("/")[2]
    if len(period) == len("2026-03"):
        start = datetime.fromisoformat(f"{period}-01").replace(tzinfo=UTC)
        return start, month_start(start + timedelta(days=31))
    start = datetime.fromisoformat(period).replace(tzinfo=UTC)
    return start, start + (timedelta(days=1) if spans_day(part) else timedelta(hours=1))


def spans_day(part: str) -> bool:
    """Whether a part of minute or hour panes is of a whole day."""
    return len(part.rpartition("/")[2]) == len("2026-03-01")


def shelf_of(part: str) -> str:
    """What near parts of a breakdown and grain share: of hours their day, of days their month, of months their year."""
    return part[:-3]


@dataclass(frozen=True, slots=True)
class PaneColumn:
    """One aggregate column. `source` is the measure or distinct count it belongs to, empty for those of the stream.

    `asked`: the options that are set of its measure, or of the stream.
    """

    name: str
    aggregate: Aggregate
    source: str
    asked: frozenset[str] = frozenset()

    @property
    def type(self) -> ColumnType:
        """Logical type of the stored value."""
        return self.aggregate.type

    @property
    def members(self) -> tuple[Member, ...]:
        """What a group of an answer has of it."""
        return tuple(each for each in self.aggregate.members if not each.option or each.option in self.asked)

    @property
    def view(self) -> tuple[ViewColumn, ...]:
        """What SQL clients have of it."""
        return tuple(each for each in self.aggregate.view if not each.option or each.option in self.asked)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What a difference is measured by: columns, and `<measure>_mean`."""
        number = self.aggregate.sql(self.aggregate.number, self.source)
        totalled = (self.name,) if any(member.kind == "total" for member in self.members) else ()
        return (*((number,) if number else ()), *totalled)


def pane_columns(definition: Definition) -> tuple[PaneColumn, ...]:
    """The aggregate columns of a stream's panes, in table order (dimensions and times come before them)."""
    asked = {name: frozenset(measure.asked) for name, measure in definition.measures.items()}
    asked[""] = frozenset({"visits"} if definition.visits else ())
    return tuple(
        PaneColumn(aggregate.column(source), aggregate, source, asked.get(source, frozenset()))
        for of, sources in (("stream", [""]), ("measure", definition.measures), ("distinct", definition.distincts))
        for source in sources
        for aggregate in AGGREGATES
        if aggregate.of == of and (not aggregate.option or aggregate.option in asked[source])
    )


def visit_columns(definition: Definition) -> tuple[str, ...]:
    """The columns of the numbers of visits; none of a stream without."""
    return tuple(column.name for column in pane_columns(definition) if column.aggregate.option == "visits")


def arrival_start(at: datetime) -> datetime:
    """The start, in UTC, of the finest panes' arrival window that a moment lies in."""
    return _window_start(at, FINEST_ARRIVAL_SECONDS)


def rollup_arrival_start(at: datetime) -> datetime:
    """The start, in UTC, of the rollups' arrival window that a moment lies in."""
    return _window_start(at, ROLLUP_ARRIVAL_SECONDS)


def day_start(at: datetime) -> datetime:
    """The start, in UTC, of the day that a moment lies in."""
    return _window_start(at, Grain.DAY.seconds)


def month_start(at: datetime) -> datetime:
    """The start, in UTC, of the month that a moment lies in."""
    return day_start(at).replace(day=1)


def _window_start(at: datetime, length: int) -> datetime:
    seconds = floor(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % length, UTC)
