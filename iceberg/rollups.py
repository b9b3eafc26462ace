"""Rollups, day and hour panes, made again of minute panes once the live job has committed its own of the same arrivals.

A long range is made a day of arrival at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pyiceberg.table import Table

from iceberg.arrivals import Arrivals
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.ledger import is_settled
from iceberg.pending import PENDING_PROPERTY, as_property, pending_arrivals
from iceberg.replacement import Source, replace
from iceberg.staging import make_like
from iceberg.stream_tables import optional_table
from streams.panes import ROLLUPS, Grain, day_start

__all__ = ["Making", "begin_making", "finish_making", "has_pending"]


@dataclass(frozen=True, slots=True)
class Making:
    """Make a rollup's panes of what arrived in a range, from a snapshot of minute panes, into a namespace's table."""

    stream: str
    grain: Grain
    arrivals: Arrivals
    minute_snapshot: int | None
    namespace: str


def has_pending(catalog: Catalog, stream: str) -> bool:
    """Whether rollups are to be made, now or later."""
    return bool(_pending(catalog, stream))


def begin_making(catalog: Catalog, stream: str) -> Making | None:
    """What is to be made now, its empty table ready; None while nothing is. Hold the stream's lock till it is done."""
    with translated():
        for grain, pending in _pending(catalog, stream).items():
            # Rollups alone do not tell: they may be there a moment before the minute panes, or there may be none.
            if is_settled(catalog.load_table((stream, "ledger")), pending.end):
                day_end = day_start(pending.start) + timedelta(days=1)
                made = Making(
                    stream,
                    grain,
                    Arrivals(pending.start, min(pending.end, day_end)),
                    catalog.load_table((stream, Grain.MINUTE.table)).metadata.current_snapshot_id,
                    f"{stream}-rollups",
                )
                make_like(catalog, (made.namespace, grain.table), catalog.load_table((stream, grain.table)))
                return made
    return None


def finish_making(catalog: Catalog, making: Making) -> None:
    """Put the panes in place; then they are pending no more. Raises LakeError."""
    table = making.grain.table
    with translated():
        made = catalog.load_table((making.namespace, table))
        rollups = catalog.load_table((making.stream, table))
    source = Source(made, made.metadata.current_snapshot_id)
    replace(rollups, making.arrivals, source, properties={PENDING_PROPERTY: _left(rollups, making)})
    with translated():
        catalog.drop_table((making.namespace, table))


def _left(rollups: Table, making: Making) -> str:
    """What is still pending after a making, as the property that notes it."""
    pending = pending_arrivals(rollups)
    if pending is None or pending.end <= making.arrivals.end:
        return ""
    return as_property(Arrivals(making.arrivals.end, pending.end))


def _pending(catalog: Catalog, stream: str) -> dict[Grain, Arrivals]:
    """The grains of which something is pending."""
    tables = {grain: optional_table(catalog, stream, grain.table) for grain in ROLLUPS}
    found = {grain: pending_arrivals(table) for grain, table in tables.items() if table is not None}
    return {grain: pending for grain, pending in found.items() if pending is not None}
