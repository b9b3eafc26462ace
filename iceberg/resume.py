"""Where a job with no state of its own starts: the lake is the checkpoint.

The job starts at a time up to which the ledger proves that every table is complete, rounded down to a day pane's
arrival window, and each sink keeps only what lies beyond its own table's cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from iceberg.bounds import cut, noted_cut
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.events import EVENTS, events_table, highest_offsets
from iceberg.ledger import settled_until
from streams.panes import GRAIN_TABLES, day_arrival_start

__all__ = ["WINDOWED", "ResumePoint", "resume_point"]

WINDOWED = (*GRAIN_TABLES.values(), "ledger")
"""The tables whose rows are of whole arrival windows."""


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where to read from, and what each table already holds.

    `start`: arrival time to read from, None for the beginning. `cuts`: table → arrival time up to which it is
    complete; of `rejected` only one that was noted. `held`: for the tables whose rows are of messages, `rejected` and
    `events` if there is one, partition → highest offset that the table holds beyond `start`, or beyond its cut.
    """

    start: datetime | None
    cuts: dict[str, datetime | None] = field(default_factory=dict)
    held: dict[str, dict[int, int]] = field(default_factory=dict)


def resume_point(catalog: Catalog, stream: str) -> ResumePoint:
    """Read the resume point of a stream from its tables. No job of the stream may be running."""
    with translated():
        settled = settled_until(catalog.load_table((stream, "ledger")))
        start = None if settled is None else day_arrival_start(settled)
        rejected = catalog.load_table((stream, "rejected"))
        cuts = {name: cut(catalog.load_table((stream, name))) for name in WINDOWED}
        cuts["rejected"] = noted_cut(rejected)
        held = {"rejected": highest_offsets(rejected, start)}
        events = events_table(catalog, stream)
        if events is not None:
            # What is settled is in the table, or arrived before the stream kept events; so little has to be looked at.
            known = [at for at in (settled, noted_cut(events)) if at is not None]
            cuts[EVENTS] = max(known, default=None)
            held[EVENTS] = highest_offsets(events, cuts[EVENTS])
    return ResumePoint(start, cuts, held)
