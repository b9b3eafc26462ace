"""Where a job with no state of its own starts: the lake is the checkpoint.

The job starts at a time up to which the ledger proves that every table is complete, rounded down to a day pane's
arrival window, and each sink keeps only what lies beyond its own table's cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyiceberg.expressions import GreaterThanOrEqual
from pyiceberg.table import Table

from iceberg.bounds import cut, noted_cut
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.ledger import settled_until
from streams.panes import GRAIN_TABLES, day_arrival_start

__all__ = ["WINDOWED", "ResumePoint", "resume_point"]

WINDOWED = (*GRAIN_TABLES.values(), "ledger")
"""The tables whose rows are of whole arrival windows."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where to read from, and what each table already holds.

    `start`: arrival time to read from, None for the beginning. `cuts`: table → arrival time up to which it is
    complete; of `rejected` only one that was noted. `rejected_offsets`: partition → highest offset that the table
    `rejected` holds beyond `start`.
    """

    start: datetime | None
    cuts: dict[str, datetime | None] = field(default_factory=dict)
    rejected_offsets: dict[int, int] = field(default_factory=dict)


def resume_point(catalog: Catalog, stream: str) -> ResumePoint:
    """Read the resume point of a stream from its tables. No job of the stream may be running."""
    with translated():
        settled = settled_until(catalog.load_table((stream, "ledger")))
        start = None if settled is None else day_arrival_start(settled)
        rejected = catalog.load_table((stream, "rejected"))
        cuts = {name: cut(catalog.load_table((stream, name))) for name in WINDOWED}
        cuts["rejected"] = noted_cut(rejected)
        offsets = _highest_offsets(rejected, start)
    return ResumePoint(start, cuts, offsets)


def _highest_offsets(rejected: Table, start: datetime | None) -> dict[int, int]:
    since = GreaterThanOrEqual(term="arrived", value=(start or _EPOCH).isoformat())
    rows = rejected.scan(row_filter=since, selected_fields=("partition", "offset")).to_arrow()
    highest = rows.group_by("partition").aggregate([("offset", "max")])
    return dict(zip(highest["partition"].to_pylist(), highest["offset_max"].to_pylist(), strict=True))
