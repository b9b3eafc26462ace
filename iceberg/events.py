"""The table `events`: every message of a stream as it came, for when Kafka no longer holds it.

It is optional: a stream has it when its definition says so. Its rows depend on no definition but for `event_time`, so
publications leave it alone.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow.compute as pc
from pyiceberg.expressions import GreaterThanOrEqual
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.table import Table

from iceberg.bounds import time_of_bound
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kept import kept_from
from iceberg.kinds import EVENTS
from iceberg.rows import arrived_within
from iceberg.stream_tables import optional_table
from streams.arrivals import Arrivals

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def events_table(catalog: Catalog, namespace: str) -> Table | None:
    """The table, None where there is none. Raises LakeError."""
    return optional_table(catalog, namespace, EVENTS.name)


def events_kept_from(catalog: Catalog, stream: str) -> datetime | None:
    """Since which arrival the table has everything, if retention took of it. Raises LakeError."""
    table = events_table(catalog, stream)
    return None if table is None else kept_from(table)


def counted_events(catalog: Catalog, stream: str, arrivals: Arrivals) -> int | None:
    """How many messages of a range the table holds, heartbeats included; None where there is no table.

    Files whose rows all arrived in the range are counted by their metadata.
    """
    table = events_table(catalog, stream)
    if table is None:
        return None
    field_id = table.schema().find_field("arrived").field_id
    count = 0
    with translated():
        scan = table.scan(arrived_within(arrivals, "arrived"), selected_fields=("arrived",))
        reader = ArrowScan(table.metadata, table.io, scan.projection(), scan.row_filter)
        for task in scan.plan_files():
            first, last = (
                time_of_bound(bounds[field_id]) for bounds in (task.file.lower_bounds, task.file.upper_bounds)
            )
            inside = arrivals.start <= first and last < arrivals.end and not task.delete_files
            count += task.file.record_count if inside else len(reader.to_table([task]))
    return count


def highest_offsets(table: Table, since: datetime | None) -> dict[int, int]:
    """Partition → highest offset among the rows that arrived since a time; partitions without any are left out.

    For tables whose rows are of messages. Read in batches: there may be millions.
    """
    rows = table.scan(
        GreaterThanOrEqual(term="arrived", value=(since or _EPOCH).isoformat()), selected_fields=("partition", "offset")
    )
    highest: dict[int, int] = {}
    for batch in rows.to_arrow_batch_reader():
        for partition in pc.unique(batch["partition"]).to_pylist():
            offset = pc.max(pc.filter(batch["offset"], pc.equal(batch["partition"], partition))).as_py()
            highest[partition] = max(highest.get(partition, 0), offset)
    return highest
