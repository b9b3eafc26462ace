"""Day panes made again of minute panes, once the live job has committed its own of the same arrivals."""

from __future__ import annotations

from dataclasses import dataclass

from iceberg.arrivals import Arrivals
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.ledger import is_settled
from iceberg.pending_days import PENDING_PROPERTY, pending_days
from iceberg.replacement import Source, replace
from iceberg.staging import make_like

__all__ = ["Making", "begin_making", "finish_making", "has_pending_days"]


@dataclass(frozen=True, slots=True)
class Making:
    """Make day panes of what arrived in a range, from a snapshot of minute panes, into `day_panes` of a namespace."""

    stream: str
    arrivals: Arrivals
    minute_snapshot: int | None
    namespace: str


def has_pending_days(catalog: Catalog, stream: str) -> bool:
    """Whether day panes are to be made, now or later."""
    with translated():
        return pending_days(catalog.load_table((stream, "day_panes"))) is not None


def begin_making(catalog: Catalog, stream: str) -> Making | None:
    """What is to be made now, its empty table ready; None while nothing is. Hold the stream's lock till it is done."""
    with translated():
        day_panes = catalog.load_table((stream, "day_panes"))
        pending = pending_days(day_panes)
        # Day panes alone do not tell: they may be there a moment before the minute panes, or there may be none.
        if pending is None or not is_settled(catalog.load_table((stream, "ledger")), pending.end):
            return None
        made = Making(
            stream,
            pending,
            catalog.load_table((stream, "minute_panes")).metadata.current_snapshot_id,
            f"{stream}-days",
        )
        make_like(catalog, (made.namespace, "day_panes"), day_panes)
        return made


def finish_making(catalog: Catalog, making: Making) -> None:
    """Put the panes in place; then nothing is pending. Raises LakeError."""
    with translated():
        made = catalog.load_table((making.namespace, "day_panes"))
        day_panes = catalog.load_table((making.stream, "day_panes"))
    source = Source(made, made.metadata.current_snapshot_id)
    replace(day_panes, making.arrivals, source, properties={PENDING_PROPERTY: ""})
    with translated():
        catalog.drop_table((making.namespace, "day_panes"))
