"""The data files of a snapshot's records: which there are in a span of event time, and their rows as Arrow batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from pyiceberg.expressions import (
    AlwaysFalse,
    AlwaysTrue,
    And,
    BooleanExpression,
    GreaterThanOrEqual,
    In,
    LessThan,
    Or,
)
from pyiceberg.io.pyarrow import ArrowScan, _read_all_delete_files
from pyiceberg.table import FileScanTask, Table

from iceberg.bounds import time_of_bound
from iceberg.catalog import Catalog
from iceberg.errors import LostStateError, UnreadableFilesError, translated
from iceberg.kinds import RECORDS
from iceberg.stream_tables import optional_table

Value = str | bool | int
Condition = tuple[str, tuple[Value, ...]]
"""A column, and the values that a row may have there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows that meet all of `where` and, if there are any, all of one of the `alternatives`; and `columns` of them.

    A column that came after the snapshot is null in all of it: no condition on it is met, and it is left out.
    """

    columns: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    alternatives: tuple[tuple[Condition, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Records from a time to a time, and about how many there are."""

    start: datetime
    end: datetime
    about: int


@dataclass(frozen=True, slots=True)
class _File:
    """One, with the event times that it reaches over."""

    task: FileScanTask
    first: datetime
    last: datetime

    def within(self, start: datetime, end: datetime) -> float:
        """About how many of its rows are of a span, were they spread evenly."""
        whole, some = self.last - self.first, min(end, self.last) - max(start, self.first)
        rows = self.task.file.record_count
        if self.last < start or self.first >= end:
            return 0
        return rows if whole <= some or not whole else max(1.0, rows * (some / whole))


class RecordFiles:
    """Planned once; read part by part, each by one thread."""

    def __init__(self, table: Table, snapshot: int, wanted: Wanted, tasks: Iterable[FileScanTask]) -> None:
        self._table = table
        scan = table.scan(snapshot_id=snapshot)
        names = scan.projection().column_names
        self.columns = tuple(name for name in wanted.columns if name in names)
        self._schema = scan.select(*self.columns).projection()
        self._met = _met(wanted, names)
        field = table.schema().find_field("event_time").field_id
        self._files = [
            _File(task, time_of_bound(task.file.lower_bounds[field]), time_of_bound(task.file.upper_bounds[field]))
            for task in tasks
        ]

    def parts(self, start: datetime, end: datetime, most: int) -> Iterator[Part]:
        """The span in parts that follow each other, the newest first, of about so many rows at most; a second is one.

        Those in which there can be nothing are left out.
        """
        files = [each for each in self._files if each.within(start, end)]
        if not files:
            return
        start = max(start, min(each.first for each in files))
        end = min(end, max(each.last for each in files) + timedelta(microseconds=1))
        about = sum(each.within(start, end) for each in files)
        if about <= most or end - start <= timedelta(seconds=1):
            yield Part(start, end, int(about))
            return
        middle = start + (end - start) / 2
        yield from self.parts(middle, end, most)
        yield from self.parts(start, middle, most)

    def batches(self, part: Part) -> Iterator[pa.RecordBatch]:
        """The rows of a part, in no order, a few row groups of one file at a time. Raises LakeError."""
        span = _between(part.start, part.end)
        reader = ArrowScan(self._table.metadata, self._table.io, self._schema, And(span, self._met))
        for each in self._files:
            if each.within(part.start, part.end):
                with translated():
                    deletes = _read_all_delete_files(self._table.io, [each.task])
                    # Its public like holds all rows of a file before it gives the first.
                    for batch in reader._record_batches_from_scan_tasks_and_deletes([each.task], deletes):
                        yield batch.select(self.columns)


def record_files(
    catalog: Catalog, stream: str, snapshot: int, wanted: Wanted, start: datetime, end: datetime
) -> RecordFiles:
    """What a snapshot has of a span. Raises LostStateError for one that has expired, and any other LakeError:
    UnreadableFilesError where rows were deleted in a way that only Trino reads."""
    table = optional_table(catalog, stream, RECORDS.name)
    if table is None or table.snapshot_by_id(snapshot) is None:
        raise LostStateError(f"the records of {stream} that were read are no longer kept; run it anew")
    with translated():
        scan = table.scan(snapshot_id=snapshot)
        scan = scan.filter(And(_between(start, end), _met(wanted, scan.projection().column_names)))
        try:
            tasks = sorted(scan.plan_files(), key=lambda task: task.file.file_path)
        except (NotImplementedError, ValueError) as error:
            raise UnreadableFilesError(stream) from error
        return RecordFiles(table, snapshot, wanted, tasks)


def _between(start: datetime, end: datetime) -> BooleanExpression:
    first = GreaterThanOrEqual("event_time", start.isoformat())  # type: ignore[call-arg]
    return And(first, LessThan("event_time", end.isoformat()))  # type: ignore[call-arg]


def _met(wanted: Wanted, known: Sequence[str]) -> BooleanExpression:
    where = _all(wanted.where, known)
    if not wanted.alternatives:
        return where
    some = [_all(each, known) for each in wanted.alternatives]
    return And(where, Or(AlwaysFalse(), AlwaysFalse(), *some))


def _all(conditions: Sequence[Condition], known: Sequence[str]) -> BooleanExpression:
    each = [In(name, {*values}) if name in known else AlwaysFalse() for name, values in conditions]  # type: ignore[call-arg]
    return And(AlwaysTrue(), AlwaysTrue(), *each)
