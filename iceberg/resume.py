"""Where a job with no state of its own starts: the lake is the checkpoint.

The job starts at a time up to which the ledger proves that every table is complete, rounded down to a rollup's
arrival window, and each sink keeps only what lies beyond its own table's cut; of panes, beyond that of each layer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from iceberg.bounds import noted_cut
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.events import events_table, highest_offsets
from iceberg.kinds import EVENTS, LEDGER, RECORDS, REJECTED
from iceberg.ledger import settled_until
from iceberg.slices import windowed
from iceberg.stream_tables import stream_tables
from streams.panes import rollup_arrival_start


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where to read from, and what each table already holds.

    `start`: arrival time to read from, None for the beginning. `cuts`: table, or the panes of a layer (`day panes`) →
    arrival time up to which it is complete. `held`: for the tables whose rows are of messages, `rejected` and,
    if there are, `accepted` and `events`, partition → highest offset that the table holds beyond its cut.
    """

    start: datetime | None
    cuts: dict[str, datetime | None] = field(default_factory=dict)
    held: dict[str, dict[int, int]] = field(default_factory=dict)


def resume_point(catalog: Catalog, stream: str) -> ResumePoint:
    """Read the resume point of a stream from its tables. No job of the stream may be running."""
    with translated():
        tables = stream_tables(catalog, stream)
        settled = settled_until(tables[LEDGER.name])
        start = None if settled is None else rollup_arrival_start(settled)
        rejected = tables[REJECTED.name]
        cuts = {each.name: each.cut for each in windowed(tables)}
        cuts[REJECTED.name] = max(filter(None, (start, noted_cut(rejected))), default=None)
        held = {REJECTED.name: highest_offsets(rejected, cuts[REJECTED.name])}
        for name, table in ((RECORDS.name, tables.get(RECORDS.name)), (EVENTS.name, events_table(catalog, stream))):
            if table is not None:
                # What is settled is in it, or arrived before the stream kept such; so little has to be looked at.
                known = [at for at in (settled, noted_cut(table)) if at is not None]
                cuts[name] = max(known, default=None)
                held[name] = highest_offsets(table, cuts[name])
    return ResumePoint(start, cuts, held)
