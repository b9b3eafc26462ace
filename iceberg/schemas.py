"""Schemas, partitions and sort orders of a stream's tables, derived from its definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform, Transform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DoubleType,
    IcebergType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestamptzType,
)

from iceberg.divided import Fields
from iceberg.kinds import EVENTS, LEDGER, PANES, RECORDS, REJECTED
from streams.aggregates import MESSAGES, ColumnType
from streams.definition import Definition
from streams.panes import pane_columns
from streams.records import DEFINITION_DIGEST, RecordType, column_of, record_columns

_TYPES: Mapping[ColumnType, IcebergType] = {
    ColumnType.LONG: LongType(),
    ColumnType.TIME: TimestamptzType(),
    ColumnType.BYTES: BinaryType(),
}

_PROPERTIES = {
    "write.parquet.compression-codec": "zstd",
    # Sorted by dimension, so that a few groups hold what one value of it needs. Rows, as pyiceberg writes.
    "write.parquet.row-group-limit": "20000",
    # Of a group, pages of as many rows as one value has in a day: those before and after are not decompressed.
    "write.parquet.page-row-limit": "1440",
    "write.parquet.page-size-bytes": "8192",
    # A dictionary is read whole: it pays while it is small.
    "write.parquet.dict-size-bytes": "16384",
    "write.distribution-mode": "hash",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
    "commit.retry.num-retries": "20",
    "commit.retry.min-wait-ms": "50",
    # What others append while a publication replaces rows is no conflict: it arrived later.
    "write.delete.isolation-level": "snapshot",
}

# Of 20,000 rows of a group a question wants few, but all are decompressed: zstd takes a third less room, and a fifth
# more time for each question.
# Flink would merge the manifests of its commits with those of packed files, and no question could leave any out.
_OF_PANES = {
    **_PROPERTIES,
    "write.parquet.compression-codec": "snappy",
    "commit.manifest-merge.enabled": "false",
}

Column = tuple[str, IcebergType, bool]
"""Name, type, required."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table: its columns, how it is partitioned (column and transform), and the columns that it is sorted by.

    `packed`: how packed files are partitioned, where that is otherwise.
    """

    name: str
    columns: tuple[Column, ...]
    partition: tuple[str, Transform[Any, Any]]
    sort: tuple[str, ...]
    packed: Fields = ()
    properties: Mapping[str, str] = field(default_factory=lambda: _PROPERTIES)

    @property
    def schema(self) -> Schema:
        """The Iceberg schema of a new table."""
        return Schema(
            *(
                NestedField(number, name, kind, required=required)
                for number, (name, kind, required) in enumerate(self.columns, start=1)
            )
        )

    @property
    def partition_spec(self) -> PartitionSpec:
        """The partition spec of a new table."""
        column, transform = self.partition
        source = self.schema.find_field(column).field_id
        name = column if isinstance(transform, IdentityTransform) else f"{column}_{transform}"
        return PartitionSpec(PartitionField(source, 1000, transform, name))

    @property
    def sort_order(self) -> SortOrder:
        """The sort order of a new table."""
        find = self.schema.find_field
        return SortOrder(*(SortField(find(name).field_id, IdentityTransform()) for name in self.sort))


def layouts(definition: Definition) -> tuple[TableLayout, ...]:
    """Every table of a stream."""
    return (_panes(definition), _LEDGER, _REJECTED, *_records(definition), *((_EVENTS,) if definition.events else ()))


def _panes(definition: Definition) -> TableLayout:
    """Dimensions may be null: of a breakdown that lacks some."""
    dimensions = tuple(definition.dimensions)
    texts = ("breakdown", "grain", "part")
    times = ("window_start", "window_end", "arrived_from", "arrived_until")
    return TableLayout(
        name=PANES.name,
        columns=(
            *((name, StringType(), False) for name in dimensions),
            *((name, StringType(), True) for name in texts),
            *((name, TimestamptzType(), True) for name in times),
            *((column.name, _TYPES[column.type], column.aggregate is MESSAGES) for column in pane_columns(definition)),
        ),
        partition=("part", IdentityTransform()),
        sort=(*dimensions, "window_start"),
        properties=_OF_PANES,
    )


_RECORD_TYPES: Mapping[RecordType, IcebergType] = {
    RecordType.STRING: StringType(),
    RecordType.NUMBER: DoubleType(),
    RecordType.INTEGER: LongType(),
    RecordType.BOOLEAN: BooleanType(),
    RecordType.TIME: TimestamptzType(),
}


def _records(definition: Definition) -> tuple[TableLayout, ...]:
    """If any. A job's files are of a day of arrival, packed ones of a day of event time and a bucket."""
    kept = definition.records
    if kept is None:
        return ()
    bucket = () if kept.bucket is None else (column_of(kept.bucket),)
    return (
        TableLayout(
            name=RECORDS.name,
            columns=(
                ("partition", IntegerType(), True),
                ("offset", LongType(), True),
                ("arrived", TimestamptzType(), True),
                ("event_time", TimestamptzType(), True),
                *((each.column, _RECORD_TYPES[each.type], False) for each in record_columns(definition)),
                (DEFINITION_DIGEST, StringType(), False),
            ),
            partition=("arrived", DayTransform()),
            sort=(*bucket, "event_time"),
            packed=(
                ("event_time", DayTransform(), "event_time_day"),
                *((column, BucketTransform(kept.buckets), f"{column}_bucket") for column in bucket),
            ),
            # As events are: each task writes what it reads.
            properties={**_PROPERTIES, "write.distribution-mode": "none"},
        ),
    )


_LEDGER = TableLayout(
    name=LEDGER.name,
    columns=(
        ("partition", IntegerType(), True),
        ("arrived_from", TimestamptzType(), True),
        ("arrived_until", TimestamptzType(), True),
        ("first_offset", LongType(), True),
        ("last_offset", LongType(), True),
        ("accepted", LongType(), True),
        ("rejected", LongType(), True),
        ("heartbeats", LongType(), True),
        ("duplicates", LongType(), False),  # null in rows of before they were counted
    ),
    partition=("arrived_from", DayTransform()),
    sort=("partition", "arrived_from"),
)

_REJECTED = TableLayout(
    name=REJECTED.name,
    columns=(
        ("partition", IntegerType(), True),
        ("offset", LongType(), True),
        ("arrived", TimestamptzType(), True),
        ("reason", StringType(), True),
        ("field", StringType(), False),
        ("payload", BinaryType(), False),
    ),
    partition=("arrived", DayTransform()),
    sort=("arrived",),
)

_EVENTS = TableLayout(
    name=EVENTS.name,
    columns=(
        ("partition", IntegerType(), True),
        ("offset", LongType(), True),
        ("arrived", TimestamptzType(), True),
        ("event_time", TimestamptzType(), False),
        ("payload", BinaryType(), False),
    ),
    partition=("arrived", DayTransform()),
    sort=("arrived",),
    # Each task writes what it reads: every message passes here, and only ranges of arrivals are asked for.
    properties={**_PROPERTIES, "write.distribution-mode": "none"},
)
