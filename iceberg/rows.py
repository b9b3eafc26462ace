"""Rows of a table, read without Trino, and conditions of those that arrived some time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import FileScanTask, Table

from streams.arrivals import Arrivals
from streams.breakdowns import Layer, breakdowns, named_in
from streams.definition import Definition
from streams.panes import Grain

_ALL = AlwaysTrue()


def read_files(table: Table, tasks: Iterable[FileScanTask]) -> pa.Table:
    """Every row of some of a table's data files that was not deleted."""
    return ArrowScan(table.metadata, table.io, table.schema(), _ALL).to_table(tasks)


def any_row(table: Table, condition: str) -> bool:
    """Whether a row of a table meets a condition."""
    column = table.schema().fields[0].name
    return len(table.scan(condition, selected_fields=(column,), limit=1).to_arrow()) > 0


def totals(table: Table, *columns: str, condition: str | BooleanExpression = _ALL) -> tuple[int, ...]:
    """The sum of each column over the rows that meet a condition, read in batches: there may be millions of panes."""
    sums = dict.fromkeys(columns, 0)
    for batch in table.scan(condition, selected_fields=columns).to_arrow_batch_reader():
        for name in columns:
            sums[name] += pc.sum(batch.column(name)).as_py() or 0
    return tuple(sums.values())


def total(table: Table, *columns: str, condition: str | BooleanExpression = _ALL) -> int:
    """The sum of columns together."""
    return sum(totals(table, *columns, condition=condition))


def of_layer(definition: Definition, layer: Layer) -> str:
    """A condition: panes of a layer."""
    named = named_in(definition, layer)
    known = len(breakdowns(definition))
    alternatives = [
        f"grain = '{grain}'" if len(named) == 1 and len(names) == known else f"(grain = '{grain}' and {_among(names)})"
        for grain, names in named.items()
    ]
    return f"({' or '.join(alternatives)})" if len(alternatives) > 1 else alternatives[0]


def of_breakdown(breakdown: str, grain: Grain) -> str:
    """A condition: panes of a breakdown and grain."""
    return f"breakdown = '{breakdown}' and grain = '{grain}'"


def _among(names: Iterable[str]) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return f"breakdown in ({listed})"


def arrived_within(arrivals: Arrivals, column: str) -> str:
    """A condition: the column, which says when a row arrived, is in the range."""
    return f"{column} >= '{arrivals.start.isoformat()}' and {column} < '{arrivals.end.isoformat()}'"


def reaching_over(at: datetime) -> str:
    """A condition of rows of arrival windows: a moment cuts the window in two."""
    return f"arrived_from < '{at.isoformat()}' and arrived_until > '{at.isoformat()}'"
