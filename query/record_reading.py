"""All records of a question, read from the data files of the pinned snapshot, a part of its time after the other.

Rows of Trino's pass through JSON and Python; these stay in Arrow, which is several times as fast. Filters, scopes and
what is shown are the same (`query.record_rules`); DuckDB puts a part into order, and on the disk what is too much of it
for the memory that it may take. What only Trino can read is left to it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from threading import Lock
from typing import Any, Protocol

import pyarrow as pa

from iceberg.catalog import Catalog
from iceberg.errors import UnreadableFilesError
from iceberg.lake_view import LakeView
from iceberg.record_files import Part, RecordFiles, Wanted, record_files
from query.errors import EngineAwayError, GivenUpError, QueryError, told_within, translated
from query.record_batches import in_schema, plain_batch, plain_schema, record_schema
from query.record_requests import RecordsRequest
from query.record_statements import records_in_scope
from streams.definition import Definition

_MOST_ROWS = 500_000
"""Of a part that is sorted, about; it is read whole before its first row is sent."""

_BATCH_ROWS = 20_000
_MEMORY = "96MB"
_SORTED = "select * from found order by c0 desc, c2, c3 desc"
"""As pages are: event time, partition, offset."""


class Reading(Protocol):
    """All records of a question, read by one thread; any other may `close` it."""

    def slices(self) -> Iterator[pa.RecordBatch]:
        """The records, newest first, some thousands at a time. Raises QueryError."""

    def close(self) -> None:
        """Nobody reads on: what is under way is ended."""


class FilesExport:
    """A Reading of data files. `instead`: who reads what these cannot tell."""

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        definition: Definition,
        view: LakeView,
        request: RecordsRequest,
        instead: Reading,
    ) -> None:
        self._catalog, self._definition, self._view, self._request = catalog, definition, view, request
        self._instead = instead
        self._sorting: Any = None
        self._failed: Exception | None = None
        self._closed = False
        self._lock = Lock()

    def close(self) -> None:
        """See Reading."""
        with self._lock:
            self._closed = True
            if self._sorting is not None:
                self._sorting.interrupt()
        self._instead.close()

    def slices(self) -> Iterator[pa.RecordBatch]:
        """See Reading."""
        with told_within(self._request.visible.scope):
            yield from self._slices()

    def _slices(self) -> Iterator[pa.RecordBatch]:
        found = records_in_scope(self._definition, self._view, self._request)
        snapshot = self._view.records_snapshot
        if found is None or snapshot is None:
            return
        rules, fields = found
        columns = ("event_time", "arrived", "partition", "offset", *(each.column for each in fields))
        wanted = Wanted(columns, rules.where, rules.alternatives)
        start, end = self._request.start, self._request.end
        try:
            with translated():
                files = record_files(self._catalog(), self._view.stream, snapshot, wanted, start, end)
        except QueryError as error:
            if not isinstance(error.__cause__, UnreadableFilesError):
                raise
            yield from self._instead.slices()
            return
        for part in files.parts(start, end, _MOST_ROWS):
            yield from self._sorted(files, part, columns)

    def _sorted(self, files: RecordFiles, part: Part, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        import duckdb  # what never exports needs none of it

        schema = record_schema(self._request)
        with tempfile.TemporaryDirectory(prefix="records-") as folder:
            settings: dict[str, Any] = {"memory_limit": _MEMORY, "threads": 1, "temp_directory": folder}
            with closing(duckdb.connect(config=settings)) as duck:
                self._begin(duck)
                try:
                    plain = plain_schema(schema)
                    batches = self._read(files, part, columns, plain)
                    duck.register("found", pa.RecordBatchReader.from_batches(plain, batches))
                    for batch in duck.sql(_SORTED).to_arrow_reader(_BATCH_ROWS):
                        yield in_schema(batch, schema)
                        self._check()
                except (duckdb.Error, pa.ArrowException) as error:
                    self._check()
                    raise self._failed or EngineAwayError("lake", type(error).__name__) from error
                finally:
                    self._begin(None)

    def _read(
        self, files: RecordFiles, part: Part, columns: Sequence[str], plain: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        """What is to be sorted. What fails here is kept, for DuckDB tells only the words of it."""
        try:
            with translated():
                for batch in files.batches(part):
                    self._check()
                    yield plain_batch(batch, columns, plain)
        except Exception as error:
            self._failed = error
            raise

    def _begin(self, duck: Any) -> None:
        with self._lock:
            self._sorting = duck
        if duck is not None:
            self._check()

    def _check(self) -> None:
        if self._closed:
            raise GivenUpError
