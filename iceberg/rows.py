"""Rows of a table, read without Trino."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import FileScanTask, Table

__all__ = ["any_row", "read_files", "total"]

_ALL = AlwaysTrue()


def read_files(table: Table, tasks: Iterable[FileScanTask]) -> pa.Table:
    """Every row of some of a table's data files that was not deleted."""
    return ArrowScan(table.metadata, table.io, table.schema(), _ALL).to_table(tasks)


def any_row(table: Table, condition: str) -> bool:
    """Whether a row of a table meets a condition."""
    column = table.schema().fields[0].name
    return len(table.scan(condition, selected_fields=(column,), limit=1).to_arrow()) > 0


def total(table: Table, *columns: str, condition: str | BooleanExpression = _ALL) -> int:
    """The sum of columns over the rows that meet a condition, read in batches: there may be millions of panes."""
    batches = table.scan(condition, selected_fields=columns).to_arrow_batch_reader()
    return sum(pc.sum(column).as_py() or 0 for batch in batches for column in batch.columns)
