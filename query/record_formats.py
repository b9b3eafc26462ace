"""Exports of records as files that are written while they are read: CSV, a JSON object a line, Parquet, Arrow, XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from query.record_answers import record_names
from query.record_batches import record_schema, values_of
from query.record_requests import RecordsRequest
from query.sent_file import SentFile
from query.spreadsheets import FORMULAS, XlsxWriter


class Writer(Protocol):
    """Writes batches of an export, as they are read, to one file. Each method gives the bytes to be sent next."""

    def batch(self, batch: pa.RecordBatch) -> bytes:
        """Of some records, those of the beginning before the first."""

    def end(self) -> bytes:
        """Of the end."""


class CsvWriter:
    """Headed by the names; times in UTC, nothing for null, and text that no spreadsheet takes for a formula."""

    def __init__(self, request: RecordsRequest) -> None:
        self._names = record_names(request)
        self._begun = False

    def batch(self, batch: pa.RecordBatch) -> bytes:
        """See Writer."""
        text = io.StringIO()
        writer = csv.writer(text)
        if not self._begun:
            writer.writerow(self._names)
            self._begun = True
        writer.writerows(zip(*map(_plain, batch.columns), strict=True))
        return text.getvalue().encode()

    def end(self) -> bytes:
        """See Writer."""
        if self._begun:
            return b""
        text = io.StringIO()
        csv.writer(text).writerow(self._names)
        return text.getvalue().encode()


class LinesWriter:
    """A JSON object a line, as a page has each record."""

    def __init__(self, request: RecordsRequest) -> None:
        self._names = record_names(request)

    def batch(self, batch: pa.RecordBatch) -> bytes:
        """See Writer."""
        names = self._names
        rows = zip(*map(values_of, batch.columns), strict=True)
        return b"".join(
            orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in rows
        )

    def end(self) -> bytes:
        """See Writer."""
        return b""


class _ColumnsWriter:
    """What pyarrow writes by itself, each batch when it comes; times are timestamps, to the millisecond, in UTC."""

    def __init__(self, begun: Callable[[pa.PythonFile], Any]) -> None:
        self._file = SentFile()
        self._writer = begun(pa.PythonFile(self._file, mode="w"))

    def batch(self, batch: pa.RecordBatch) -> bytes:
        """See Writer."""
        self._writer.write_batch(batch)
        return self._file.taken()

    def end(self) -> bytes:
        """See Writer."""
        self._writer.close()
        return self._file.taken()


class ParquetWriter(_ColumnsWriter):
    """One row group for each batch."""

    def __init__(self, request: RecordsRequest) -> None:
        super().__init__(lambda file: pq.ParquetWriter(file, record_schema(request), compression="zstd"))


class ArrowWriter(_ColumnsWriter):
    """An Arrow IPC stream."""

    def __init__(self, request: RecordsRequest) -> None:
        super().__init__(lambda file: pa.ipc.new_stream(file, record_schema(request)))


ARROW = "application/vnd.apache.arrow.stream"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: Mapping[str, Callable[[RecordsRequest], Writer]] = {
    "text/csv": CsvWriter,
    "application/x-ndjson": LinesWriter,
    "application/vnd.apache.parquet": ParquetWriter,
    ARROW: ArrowWriter,
    XLSX: XlsxWriter,
}
"""Media type → what writes it."""

SUFFIXES: Mapping[str, str] = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "arrow": ARROW,
    "xlsx": XLSX,
}
"""How names of files end → their media type."""

TITLES: Mapping[str, str] = {"csv": "CSV", "ndjson": "NDJSON", "parquet": "Parquet", "arrow": "Arrow", "xlsx": "XLSX"}
"""How names of files end → what people call them."""


def _plain(column: pa.Array) -> list[Any]:
    """Values as a cell of CSV has them."""
    values = values_of(column)
    if pa.types.is_boolean(column.type):
        return [value if value is None else "true" if value else "false" for value in values]
    if pa.types.is_string(column.type):
        return [f"'{value}" if value is not None and value.startswith(FORMULAS) else value for value in values]
    return values
