"""Flink SQL of each aggregate: the type of a part, how parts and finer panes are merged, and what is stored."""

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

# aggregate: (type, merged); {c} is the column itself, {x} its measure
_SQL = {
    Aggregate.MESSAGES: ("bigint", "sum({c})"),
    Aggregate.COUNT: ("bigint", "sum({c})"),
    Aggregate.SUM: ("bigint", "sum({c})"),
    Aggregate.MIN: ("bigint", "min({c})"),
    Aggregate.MAX: ("bigint", "max({c})"),
    Aggregate.MAX_AT: ("timestamp_ltz(3)", "arg_max({c}, `{x}_max`)"),
    Aggregate.DIGEST: ("bytes", "tdigest({c})"),
    Aggregate.DISTINCT: ("bytes", "hll({c})"),
}


@dataclass(frozen=True, slots=True)
class AggregateSql:
    """A pane's column as Flink SQL expressions."""

    name: str
    type: str
    merged: str
    stored: str


def aggregate_sql(column: PaneColumn) -> AggregateSql:
    """The SQL of one aggregate column."""
    kind, merged = _SQL[column.aggregate]
    own = f"`{column.name}`"
    stored = f"cast({own} as timestamp_ltz(6))" if column.aggregate is Aggregate.MAX_AT else own
    return AggregateSql(column.name, kind, merged.format(c=own, x=column.source), stored)
