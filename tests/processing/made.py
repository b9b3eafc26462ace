"""A stream of marks with its tables on local disk, and what is asked of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from pyiceberg.table import Table

from analysis.observations import Observations, observations
from iceberg.catalog import Catalog
from iceberg.kinds import RECORDS
from processing.definition import Process
from processing.definition_files import parse_process
from streams.definition import Definition
from streams.definition_files import parse_definition
from tests.iceberg.lakes import make_tables, noon

MARKS = parse_definition(
    {
        "name": "marks", "title": "Marks", "description": "One message for each student.", "topic": "marks",
        "partitions": 1, "records": True,
        "event_time": {"field": "at", "max_ahead_seconds": 300},
        "fields": {
            "school": {"type": "string", "max_length": 40},
            "student": {"type": "string", "max_length": 40},
            "Hours": {"type": "number", "min": 0, "max": 100, "required": False},
            "Mark": {"type": "number", "min": 0, "max": 20},
            "repeats": {"type": "boolean"},
        },
        "dimensions": {"school": "school"},
        "measures": {"mark": {"value": "Mark", "decimals": 1, "min": 0, "max": 20}},
    },
    "marks.toml",
)  # fmt: skip


def process(**changes: Any) -> Process:
    asked: dict[str, Any] = {
        "title": "What marks go with",
        "stream": "marks",
        "correlations": {},
        "differences": {"of": "Mark", "by": ["repeats"]},
        "prediction": {"target": "Mark", "groups": "school", "trees": 20, "folds": 4, "fair_by": ["repeats"]},
        "clusters": {"fields": ["Hours", "Mark"]},
    }
    return parse_process("study", {**asked, **changes}, "processes.toml")


def students(rows: int, seed: int = 0, start: int = 0) -> pa.Table:
    """Marks that hours tell in part; a tenth said no hours."""
    draw = np.random.default_rng(seed)
    hours = draw.uniform(0, 40, rows)
    mark = np.clip(4 + hours / 4 + draw.normal(0, 2, rows), 0, 20)
    said = [None if unsaid else value for unsaid, value in zip(draw.random(rows) < 0.1, hours.tolist(), strict=True)]
    at = pa.array([noon(0)] * rows, pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "partition": pa.array([0] * rows, pa.int32()),
            "offset": pa.array(range(start, start + rows), pa.int64()),
            "arrived": at,
            "event_time": at,
            "school": [f"school {code}" for code in draw.integers(0, 12, rows)],
            "student": [f"student {start + number}" for number in range(rows)],
            "hours": pa.array(said, pa.float64()),
            "mark": mark,
            "repeats": draw.random(rows) < 0.3,
        }
    )


def observed(rows: int, seed: int = 0) -> Observations:
    """The same as columns under the names of their fields."""
    columns = {"school": "school", "student": "student", "hours": "Hours", "mark": "Mark", "repeats": "repeats"}
    table = students(rows, seed).select([*columns]).rename_columns([*columns.values()])
    return observations(table.combine_chunks().to_batches()[0])


def recorded(catalog: Catalog, definition: Definition = MARKS) -> Table:
    """The empty table of records."""
    return make_tables(catalog, definition)[RECORDS.name]


def append(table: Table, rows: pa.Table) -> None:
    schema = table.schema().as_arrow()
    names = [name for name in schema.names if name in rows.column_names]
    table.append(rows.select(names).cast(pa.schema([schema.field(name) for name in names])))
