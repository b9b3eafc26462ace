"""Panes in DuckDB, which runs the statements that are made for Trino: what they count, not how fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from query.rendering import ident
from streams.aggregates import ColumnType
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.panes import Grain, pane_columns
from tests.query.duck_trino import DuckTrino

_TYPES = {ColumnType.LONG: "bigint", ColumnType.TIME: "timestamptz", ColumnType.BYTES: "blob"}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: when it happened, its dimensions, and each measure in stored units, None where it has none."""

    at: datetime
    dimensions: Mapping[str, str]
    measures: Mapping[str, int | None]


class DuckPanes(DuckTrino):
    """The minute panes of a stream, one a message."""

    def __init__(self, definition: Definition, messages: Sequence[Message]) -> None:
        super().__init__("array_max(listed) as list_max(listed)")
        self.add(definition.name, definition, messages)

    def add(self, namespace: str, definition: Definition, messages: Sequence[Message]) -> None:
        """The panes of another namespace."""
        self._duck.execute(f"create schema {ident(namespace)}")
        columns = [f"{ident(name)} varchar" for name in definition.dimensions]
        columns += [f"{name} varchar" for name in ("breakdown", "grain", "part")]
        columns += [f"{name} timestamptz" for name in ("window_start", "window_end", "arrived_from", "arrived_until")]
        columns += [f"{ident(column.name)} {_TYPES[column.type]}" for column in pane_columns(definition)]
        self._duck.execute(f"create table {ident(namespace)}.panes ({', '.join(columns)})")
        if messages:
            rows = [_row(definition, message) for message in messages]
            marks = ", ".join("?" * len(columns))
            self._duck.executemany(f"insert into {ident(namespace)}.panes values ({marks})", rows)


def _row(definition: Definition, message: Message) -> list[Any]:
    start = message.at.replace(second=0, microsecond=0)
    part = main_breakdown(definition).part(Grain.MINUTE, start)
    row = [
        *(message.dimensions[name] for name in definition.dimensions),
        main_breakdown(definition).name,
        str(Grain.MINUTE),
        part,
    ]
    return [*row, start, start + _MINUTE, start, start + _MINUTE, *_values(definition, message)]


def _values(definition: Definition, message: Message) -> list[Any]:
    made: list[Any] = []
    for column in pane_columns(definition):
        value = message.measures.get(column.source)
        if column.type is ColumnType.BYTES:
            value = None
        of_value = {"count": 0 if value is None else 1, "max_at": None if value is None else message.at}
        made.append(1 if not column.source else of_value.get(column.aggregate.name, value))
    return made
