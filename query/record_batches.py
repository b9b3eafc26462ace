"""Records as Arrow batches: what exports are written of, and what is sent over gRPC. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from query.record_answers import record_names
from query.record_requests import RecordsRequest
from streams.records import RecordType

_TIME = pa.timestamp("ms", "UTC")
_TYPES: Mapping[RecordType, pa.DataType] = {
    RecordType.STRING: pa.string(),
    RecordType.NUMBER: pa.float64(),
    RecordType.INTEGER: pa.int64(),
    RecordType.BOOLEAN: pa.bool_(),
    RecordType.TIME: _TIME,
}
_TEXT = "%Y-%m-%dT%H:%M:%SZ"
"""RFC 3339; of milliseconds Arrow writes three digits after the seconds."""


def record_schema(request: RecordsRequest) -> pa.Schema:
    """Times are timestamps, to the millisecond, in UTC."""
    kinds = [_TIME, _TIME, pa.int32(), pa.int64(), *(_TYPES[each.type] for each in request.asked)]
    return pa.schema([*zip(record_names(request), kinds, strict=True)])


def batch_of(request: RecordsRequest, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Of rows as Trino has them: event time, partition, offset, arrival, then the fields; times in milliseconds."""
    schema = record_schema(request)
    at, partition, offset, arrived, *fields = zip(*rows, strict=True) if rows else [()] * len(schema)
    columns = (at, arrived, partition, offset, *fields)
    arrays = [pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """As records are put into order: times in milliseconds, columns by place, for names may differ in case alone."""
    kinds = (pa.int64() if pa.types.is_timestamp(kind.type) else kind.type for kind in schema)
    return pa.schema([(f"c{place}", kind) for place, kind in enumerate(kinds)])


def plain_batch(batch: pa.RecordBatch, columns: Sequence[str], plain: pa.Schema) -> pa.RecordBatch:
    """Rows of the table, of these columns; one that the snapshot lacks is null."""
    arrays = [
        _plain(batch.column(name), kind.type) if name in batch.schema.names else pa.nulls(len(batch), kind.type)
        for name, kind in zip(columns, plain, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=plain)


def in_schema(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Sorted rows as they are sent."""
    arrays = [column.cast(kind.type) for column, kind in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _plain(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_timestamp(column.type):
        return column.cast(kind)
    # By way of numbers, for a cast between zones looks them up.
    micros = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).cast(pa.timestamp("us"))
    return pc.round_temporal(micros, 1, "millisecond").cast(pa.timestamp("ms")).cast(pa.int64())


def values_of(column: pa.Array) -> list[Any]:
    """The values as JSON has them: times as RFC 3339."""
    if pa.types.is_timestamp(column.type):
        column = pc.strftime(column.cast(pa.int64()).cast(pa.timestamp("ms")), format=_TEXT)
    values: list[Any] = column.to_pylist()
    return values
