"""Where in Kafka the newest messages lie that a stream's ledger counts, heartbeats aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyiceberg.expressions import And, GreaterThan, GreaterThanOrEqual, Or
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import FileScanTask, Table

from iceberg.bounds import time_of_bound
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kinds import LEDGER
from iceberg.reading import noted_in
from iceberg.stream_tables import optional_table

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CountedMessages:
    """`messages` that lie from `begins` to before `ends` (partition → offset), with heartbeats between them."""

    begins: Mapping[int, int]
    ends: Mapping[int, int]
    messages: int


def newest_counted(catalog: Catalog, stream: str, least: int) -> CountedMessages:
    """The newest messages of the topic that is read now, in whole arrival windows: at least so many, if there are.

    Raises LakeError.
    """
    ledger = optional_table(catalog, stream, LEDGER.name)
    reading = None if ledger is None else noted_in(ledger)
    since = (reading.since if reading else None) or _EPOCH
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    messages = 0
    for row in _newest_rows(ledger, since, least) if ledger is not None else ():
        if messages >= least:
            break
        messages += _messages(row)
        partition = row["partition"]
        begins[partition] = min(begins.get(partition, row["first_offset"]), row["first_offset"])
        ends[partition] = max(ends.get(partition, 0), row["last_offset"] + 1)
    return CountedMessages(begins, ends, messages)


def _newest_rows(ledger: Table, since: datetime, least: int) -> Iterator[Mapping[str, Any]]:
    """Rows that count messages, the newest first, of as few files as hold so many."""
    counts = (GreaterThan(term=name, value=0) for name in ("accepted", "rejected", "duplicates"))
    field_id = ledger.schema().find_field("arrived_from").field_id

    def newest(task: FileScanTask) -> datetime:
        return time_of_bound(task.file.upper_bounds[field_id])

    rows: list[dict[str, Any]] = []
    messages = 0
    with translated():
        scan = ledger.scan(And(GreaterThanOrEqual(term="arrived_from", value=since.isoformat()), Or(*counts)))
        reader = ArrowScan(ledger.metadata, ledger.io, scan.projection(), scan.row_filter)
        for task in sorted(scan.plan_files(), key=newest, reverse=True):
            found = reader.to_table([task]).to_pylist()
            rows += found
            messages += sum(map(_messages, found))
            if messages >= least:
                break
    yield from sorted(rows, key=lambda row: row["arrived_from"], reverse=True)


def _messages(row: Mapping[str, Any]) -> int:
    return int(row["accepted"] + row["rejected"] + (row["duplicates"] or 0))
