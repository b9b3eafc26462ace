"""Parquet as a table of texts: times in ISO 8601, true and false, what has parts as JSON."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import parquet

from sources.formats import Format
from sources.limits import Limits
from sources.reading.bounded import whole
from sources.reading.csv_rows import Values, cells
from sources.reading.headers import column_names
from sources.reading.outcomes import Outcomes, Refused, Row, Table, Unreadable, shown

_MEMORY = 8
_BATCH = 1024
_MAGIC = b"PAR1"


def parquet_table(stream: io.BufferedReader, form: Format, limits: Limits) -> Table:
    """The table of a file. `line` of an outcome is the row, from 1. Raises Refused."""
    with stream:
        if stream.peek(4)[:4] != _MAGIC:
            raise Refused("is no Parquet file; its source states that it is")
        content = whole(stream, limits.memory_bytes // _MEMORY, "a Parquet file")
    try:
        schema = parquet.read_schema(pa.BufferReader(content))
        # Texts stay where they stand once: a few bytes could unpack to a gigabyte of the same long one.
        texts = [column.name for column in schema if pa.types.is_string(column.type) or pa.types.is_binary(column.type)]
        file = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=texts, pre_buffer=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(error) from error
    metadata = file.metadata
    unpacked = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if unpacked > limits.unpacked_bytes:
        raise Refused(f"is larger than {limits.unpacked_bytes:,} bytes when unpacked; raise limits.unpacked_bytes")
    if metadata.num_rows > limits.rows:
        raise Refused(f"has more than {limits.rows:,} rows; raise limits.rows if it may have")
    columns = column_names(file.schema_arrow.names, limits.columns)
    return Table(columns, _rows(file, cells(form), limits))


def _rows(file: Any, values: Values, limits: Limits) -> Outcomes:
    number, read = 0, 0
    try:
        for batch in file.iter_batches(batch_size=_BATCH, use_threads=False):
            columns = [_texts(column) for column in batch.columns]
            for row in zip(*columns, strict=True):
                number += 1
                read += sum(map(len, filter(None, row)))
                if read > limits.unpacked_bytes:
                    raise Refused(
                        f"is larger than {limits.unpacked_bytes:,} bytes when unpacked; raise limits.unpacked_bytes"
                    )
                if problem := _problem(row, limits.line_bytes):
                    yield Unreadable(number, problem, shown(", ".join(str(each or "") for each in row)))
                else:
                    yield Row(number, values(list(row)))
    except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
        raise _damaged(error) from error


def _problem(row: tuple[Any, ...], most: int) -> str:
    if any(isinstance(value, bytes) for value in row):
        return "holds bytes that are no text"
    if sum(map(len, filter(None, row))) > most:
        return "is longer than a line may be"
    return "holds a NUL" if any("\0" in value for value in row if value) else ""


def _texts(column: Any) -> list[Any]:
    """The values of a column as text; bytes where they are none."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        values = [*_texts(column.dictionary), None]
        return [values[-1 if index is None else index] for index in column.indices.to_pylist()]
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        try:
            return column.to_pylist()  # type: ignore[no-any-return]
        except UnicodeDecodeError:
            return _texts(column.cast(pa.large_binary()))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return [_decoded(value) for value in column.to_pylist()]
    if pa.types.is_nested(kind):
        return [None if value is None else orjson.dumps(value, default=_part).decode() for value in column.to_pylist()]
    if pa.types.is_timestamp(kind):
        return [None if value is None else value.replace(" ", "T", 1) for value in column.cast(pa.string()).to_pylist()]
    return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]


def _part(value: Any) -> str:
    """What JSON has no kind for, within a list or a structure."""
    return value.decode() if isinstance(value, bytes) else str(value)


def _decoded(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return value


def _damaged(error: Exception) -> Refused:
    return Refused(f"is damaged Parquet ({' '.join(str(error).split())[:200]}); write it anew")
