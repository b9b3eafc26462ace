"""Exports of records as files that are written while they are read: CSV, a JSON object a line, Parquet, XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from query.record_answers import record_names, record_reader
from query.record_requests import RecordsRequest
from query.sent_file import SentFile
from query.spreadsheets import FORMULAS, XlsxWriter
from streams.records import RecordType

Rows = Sequence[Sequence[Any]]


class Writer(Protocol):
    """Writes rows of an export, as they are read, to one file. Each method gives the bytes that are to be sent next."""

    def rows(self, rows: Rows) -> bytes:
        """Of some rows, those of the beginning before the first."""

    def end(self) -> bytes:
        """Of the end."""


class CsvWriter:
    """Headed by the names; times in UTC, nothing for null, and text that no spreadsheet takes for a formula."""

    def __init__(self, request: RecordsRequest) -> None:
        self._names, self._read = record_names(request), record_reader(request)
        self._begun = False

    def rows(self, rows: Rows) -> bytes:
        """See Writer."""
        text = io.StringIO()
        writer = csv.writer(text)
        if not self._begun:
            writer.writerow(self._names)
            self._begun = True
        writer.writerows([_plain(value) for value in self._read(row)] for row in rows)
        return text.getvalue().encode()

    def end(self) -> bytes:
        """See Writer."""
        return b"" if self._begun else self.rows(())


class LinesWriter:
    """A JSON object a line, as a page has each record."""

    def __init__(self, request: RecordsRequest) -> None:
        self._names, self._read = record_names(request), record_reader(request)

    def rows(self, rows: Rows) -> bytes:
        """See Writer."""
        return b"".join(
            orjson.dumps(dict(zip(self._names, self._read(row), strict=True)), option=orjson.OPT_APPEND_NEWLINE)
            for row in rows
        )

    def end(self) -> bytes:
        """See Writer."""
        return b""


_TIME = pa.timestamp("ms", "UTC")
_TYPES: Mapping[RecordType, pa.DataType] = {
    RecordType.STRING: pa.string(),
    RecordType.NUMBER: pa.float64(),
    RecordType.INTEGER: pa.int64(),
    RecordType.BOOLEAN: pa.bool_(),
    RecordType.TIME: _TIME,
}


class ParquetWriter:
    """One row group for each slice; times are timestamps, to the millisecond, in UTC."""

    def __init__(self, request: RecordsRequest) -> None:
        kinds = [_TIME, _TIME, pa.int32(), pa.int64(), *(_TYPES[each.type] for each in request.asked)]
        self._schema = pa.schema([*zip(record_names(request), kinds, strict=True)])
        self._file = SentFile()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._file, mode="w"), self._schema, compression="zstd")

    def rows(self, rows: Rows) -> bytes:
        """See Writer."""
        at, partition, offset, arrived, *fields = zip(*rows, strict=True) if rows else [()] * len(self._schema)
        columns = (at, arrived, partition, offset, *fields)
        arrays = [pa.array(column, kind.type) for column, kind in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        return self._file.taken()

    def end(self) -> bytes:
        """See Writer."""
        self._writer.close()
        return self._file.taken()


FORMATS: Mapping[str, Callable[[RecordsRequest], Writer]] = {
    "text/csv": CsvWriter,
    "application/x-ndjson": LinesWriter,
    "application/vnd.apache.parquet": ParquetWriter,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": XlsxWriter,
}
"""Media type → what writes it."""

SUFFIXES: Mapping[str, str] = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""How names of files end → their media type."""


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
