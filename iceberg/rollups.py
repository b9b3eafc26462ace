"""Rollups, day and hour panes, made again of finest panes once the live job has committed its own of the same arrivals.

A long range is made a day of arrival at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from database.errors import LakeError
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kinds import LEDGER, PANES
from iceberg.ledger import is_settled
from iceberg.pending import as_noted, pending_arrivals
from iceberg.replacement import Source, replace
from iceberg.rows import any_row, arrived_within
from iceberg.staging import make_like
from iceberg.stream_tables import panes_table
from streams.arrivals import Arrivals
from streams.breakdowns import ROLLUP_LAYERS, Layer
from streams.panes import day_start


@dataclass(frozen=True, slots=True)
class RollupTask:
    """Make a rollup's panes of what arrived in a range, from a snapshot's finest panes, into a namespace's table."""

    stream: str
    layer: Layer
    arrivals: Arrivals
    snapshot: int | None
    namespace: str


def has_pending(catalog: Catalog, stream: str) -> bool:
    """Whether rollups are to be made, now or later."""
    panes = panes_table(catalog, stream)
    return any(pending_arrivals(panes, layer) for layer in ROLLUP_LAYERS)


def begin_rollup(catalog: Catalog, stream: str) -> RollupTask | None:
    """What is to be made now, its empty table ready; None while nothing is. Hold the stream's lock till it is done."""
    panes = panes_table(catalog, stream)
    with translated():
        for layer in ROLLUP_LAYERS:
            pending = pending_arrivals(panes, layer)
            # Rollups alone do not tell: there may be none.
            if pending and is_settled(catalog.load_table((stream, LEDGER.name)), pending.end):
                day_end = day_start(pending.start) + timedelta(days=1)
                arrivals = Arrivals(pending.start, min(pending.end, day_end))
                panes.refresh()
                task = RollupTask(stream, layer, arrivals, panes.metadata.current_snapshot_id, f"{stream}-rollups")
                make_like(catalog, (task.namespace, PANES.name), panes)
                return task
    return None


def finish_rollup(catalog: Catalog, task: RollupTask) -> None:
    """Put the panes in place; then they are pending no more. Raises LakeError, also if any is of other arrivals."""
    panes, made = (panes_table(catalog, namespace) for namespace in (task.stream, task.namespace))
    with translated():
        if any_row(made, f"not ({arrived_within(task.arrivals, 'arrived_from')})"):
            raise LakeError(f"{task.layer.panes} were made of {task.stream} that did not arrive {task.arrivals}")
    pending, end = pending_arrivals(panes, task.layer), task.arrivals.end
    left = Arrivals(end, pending.end) if pending and pending.end > end else None
    source = Source(made, made.metadata.current_snapshot_id)
    replace(panes, {task.layer: task.arrivals}, source, properties=as_noted(task.layer, left))
    with translated():
        catalog.drop_table(made.name())
