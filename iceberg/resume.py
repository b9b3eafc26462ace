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
from iceberg.stream_tables import stream_tables, windowed
from streams.panes import rollup_arrival_start

__all__ = ["ResumePoint", "resume_point"]


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where to read from, and what each table already holds.

    `start`: arrival time to read from, None for the beginning. `cuts`: table → arrival time up to which it is
    complete. `held`: for the tables whose rows are of messages, `rejected` and
    `events` if there is one, partition → highest offset that the table holds beyond its cut.
    """

    start: datetime | None
    cuts: dict[str, datetime | None] = field(default_factory=dict)
    held: dict[str, dict[int, int]] = field(default_factory=dict)


def resume_point(catalog: Catalog, stream: str) -> ResumePoint:
    """Read the resume point of a stream from its tables. No job of the stream may be running."""
    with translated():
        tables = stream_tables(catalog, stream)
        settled = settled_until(tables["ledger"])
        start = None if settled is None else rollup_arrival_start(settled)
        rejected = tables["rejected"]
        cuts = {name: cut(table) for name, table in windowed(tables).items()}
        cuts["rejected"] = max(filter(None, (start, noted_cut(rejected))), default=None)
        held = {"rejected": highest_offsets(rejected, cuts["rejected"])}
        events = events_table(catalog, stream)
        if events is not None:
            # What is settled is in the table, or arrived before the stream kept events; so little has to be looked at.
            known = [at for at in (settled, noted_cut(events)) if at is not None]
            cuts[EVENTS] = max(known, default=None)
            held[EVENTS] = highest_offsets(events, cuts[EVENTS])
    return ResumePoint(start, cuts, held)
