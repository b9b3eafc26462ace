"""The table `accepted`: records, a typed row of each accepted message, since the stream began to keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import pyarrow as pa
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.errors import LostStateError, translated
from iceberg.kinds import RECORDS
from iceberg.stream_tables import optional_table
from streams.arrivals import Arrivals
from streams.definition import Definition

MADE_PROPERTY = "windowpane.made-at"
"""Of a table that came later than its stream: when. States of before lack it, and have lost nothing."""

_SINCE = "windowpane.records-since"
_BEFORE = "windowpane.records-since-before-replay"


def kept_since(table: Table) -> datetime | None:
    """The arrival time since which every accepted message has its record; None: since the stream began."""
    noted = table.properties.get(_SINCE)
    return datetime.fromisoformat(noted) if noted else None


def records_begun_at(at: datetime, before: Definition | None) -> Mapping[str, str]:
    """What is noted of records when all tables are closed at a moment: if the definition of before kept none, that
    they begin there."""
    return {_SINCE: at.isoformat()} if before is not None and before.records is None else {}


def with_replay(table: Table, replay: int, arrivals: Arrivals) -> Mapping[str, str]:
    """What is noted when a replay's records are published: they may reach further back than those that were there."""
    since = kept_since(table)
    if table.name()[-1] != RECORDS.name or since is None:
        return {}
    reached = arrivals.start if arrivals.start < since <= arrivals.end else since
    return {_SINCE: reached.isoformat(), f"{_BEFORE}-{replay}": since.isoformat()}


def without_replay(table: Table, replay: int) -> Mapping[str, str]:
    """What is noted when it is rolled back."""
    since, before = kept_since(table), table.properties.get(f"{_BEFORE}-{replay}")
    if since is None or before is None:
        return {}
    return {_SINCE: max(since, datetime.fromisoformat(before)).isoformat()}


def records_snapshot(catalog: Catalog, stream: str) -> int | None:
    """The newest snapshot of a stream's records; None while it has no record. Raises LakeError."""
    table = optional_table(catalog, stream, RECORDS.name)
    snapshot = table.current_snapshot() if table is not None else None
    if snapshot is None or (snapshot.summary and snapshot.summary.get("total-records") == "0"):
        return None  # a job that has read nothing yet commits as well
    return snapshot.snapshot_id


def record_batches(
    catalog: Catalog, stream: str, snapshot: int, columns: Sequence[str]
) -> Iterator[tuple[pa.RecordBatch, float]]:
    """All records of a snapshot, some columns, and the share that was read by then: one data file after the other, in
    the order of their names, so that memory is a file's and the same snapshot gives the same rows in the same order.

    A column that came after the snapshot is left out. Raises LostStateError for a snapshot that has expired, LakeError.
    """
    table = optional_table(catalog, stream, RECORDS.name)
    if table is None or table.snapshot_by_id(snapshot) is None:
        raise LostStateError(f"the records of {stream} that were read are no longer kept; run it anew")
    with translated():
        scan = table.scan(snapshot_id=snapshot)
        known = [name for name in columns if name in scan.projection().column_names]
        scan = scan.select(*known)
        tasks = sorted(scan.plan_files(), key=lambda task: task.file.file_path)
        reader = ArrowScan(table.metadata, table.io, scan.projection(), scan.row_filter)
        whole, done = max(sum(task.file.record_count for task in tasks), 1), 0
        for task in tasks:
            for batch in reader.to_record_batches([task]):
                done += batch.num_rows
                yield batch.select(known), done / whole
