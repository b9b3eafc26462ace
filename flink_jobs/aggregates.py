"""Flink SQL of a pane's columns: the type of a part, how parts and finer panes are merged, and what is stored."""

from __future__ import annotations

from dataclasses import dataclass

from streams.aggregates import AGGREGATES, ColumnType
from streams.panes import PaneColumn

FUNCTIONS = dict(aggregate.function for aggregate in AGGREGATES if aggregate.function)
"""SQL name → class of the JVM part."""

_TYPES = {ColumnType.LONG: "bigint", ColumnType.TIME: "timestamp_ltz(3)", ColumnType.BYTES: "bytes"}


@dataclass(frozen=True, slots=True)
class AggregateSql:
    """A pane's column as Flink SQL expressions."""

    name: str
    type: str
    merged: str
    stored: str


def aggregate_sql(column: PaneColumn) -> AggregateSql:
    """The SQL of one aggregate column."""
    own = f"`{column.name}`"
    merged = column.aggregate.flink.format(name=own, source=column.source)
    stored = f"cast({own} as timestamp_ltz(6))" if column.type is ColumnType.TIME else own
    return AggregateSql(column.name, _TYPES[column.type], merged, stored)
