"""Flink SQL of each aggregate: from messages, from panes of a finer grain, and as it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from streams.panes import Aggregate, PaneColumn

__all__ = ["FUNCTIONS", "AggregateSql", "aggregate_sql"]

FUNCTIONS = {
    "ARG_MAX": "windowpane.flink.aggregate.ArgMax",
    "TDIGEST": "windowpane.flink.aggregate.Digest",
    "HLL": "windowpane.flink.aggregate.Hll",
}
"""SQL name → class of the JVM part."""

# aggregate: (from messages, from panes); {x} is the measure, {c} the pane's own column
_SQL = {
    Aggregate.MESSAGES: ("count(*)", "sum({c})"),
    Aggregate.COUNT: ("count({x})", "sum({c})"),
    Aggregate.SUM: ("sum({x})", "sum({c})"),
    Aggregate.MIN: ("min({x})", "min({c})"),
    Aggregate.MAX: ("max({x})", "max({c})"),
    Aggregate.MAX_AT: ("arg_max(event_time, {x})", "arg_max({c}, {x_max})"),
    Aggregate.DIGEST: ("tdigest({x})", "tdigest({c})"),
    Aggregate.DISTINCT: ("hll({x})", "hll({c})"),
}


@dataclass(frozen=True, slots=True)
class AggregateSql:
    """A pane's column as Flink SQL expressions."""

    name: str
    from_messages: str
    from_panes: str
    stored: str


def aggregate_sql(column: PaneColumn) -> AggregateSql:
    """The SQL of one aggregate column."""
    first, merge = _SQL[column.aggregate]
    names = {"x": f"`{column.source}`", "c": f"`{column.name}`", "x_max": f"`{column.source}_max`"}
    stored = (
        f"cast(`{column.name}` as timestamp_ltz(6))" if column.aggregate is Aggregate.MAX_AT else f"`{column.name}`"
    )
    return AggregateSql(column.name, first.format(**names), merge.format(**names), stored)
