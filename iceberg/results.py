"""The table `results` of a stream: what processes made of its records, with what each run was made by, for ever.

Made with the first run. A run is added once: by one commit, and never again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyiceberg.expressions import And, EqualTo
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import Table
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DoubleType, ListType, LongType, StringType, TimestamptzType

from iceberg.catalog import Catalog
from iceberg.commits import repeated_when_overtaken
from iceberg.errors import translated
from iceberg.schemas import TableLayout
from iceberg.stream_tables import optional_table, table_made

RESULTS = "results"
"""SQL clients read it by this name: the access plugin's `Results` knows it, and its columns."""

_LAYOUT = TableLayout(
    name=RESULTS,
    columns=(
        ("process", StringType(), True),
        ("run", LongType(), True),
        ("step", StringType(), True),
        ("item", StringType(), True),
        ("fields", ListType(1000, StringType(), element_required=True), True),
        ("result", StringType(), False),
        ("detail", StringType(), False),
        ("problem", StringType(), False),
        ("seconds", DoubleType(), True),
        ("snapshot", LongType(), True),
        ("definition", StringType(), True),
        ("declaration", StringType(), True),
        ("code", StringType(), True),
        ("seed", LongType(), True),
        ("rows", LongType(), True),
        ("sampled", LongType(), True),
        ("begun", TimestamptzType(), True),
        ("ended", TimestamptzType(), True),
    ),
    partition=("process", IdentityTransform()),
    sort=("run",),
)


def add_results(catalog: Catalog, stream: str, process: str, run: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append the rows of a run, unless it has some already. Raises LakeError."""
    table = table_made(catalog, stream, _LAYOUT)
    with translated():
        _append(table, process, run, rows)


def results_of(catalog: Catalog, stream: str, process: str, run: int) -> pa.Table | None:
    """The rows of a run; None where there is no table. Raises LakeError."""
    table = optional_table(catalog, stream, RESULTS)
    with translated():
        return None if table is None else _rows(table, process, run)


@repeated_when_overtaken
def _append(table: Table, process: str, run: int, rows: Sequence[Mapping[str, Any]]) -> None:
    if not _rows(table.refresh(), process, run).num_rows:
        table.append(
            pa.Table.from_pylist([*map(dict, rows)], schema_to_pyarrow(table.schema(), include_field_ids=False))
        )


def _rows(table: Table, process: str, run: int) -> pa.Table:
    return table.scan(row_filter=And(EqualTo(term="process", value=process), EqualTo(term="run", value=run))).to_arrow()
