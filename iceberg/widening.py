"""Merge old panes by day of arrival: of one key and window there is then one row for each day that any arrived on.

A merged row's arrival interval is its day, in UTC. Of a moment within that day nothing can be told any more: answers
as known then are those of the day's start, and say so (see LakeView.told). `WIDENED_PROPERTY` notes, in the same commit
as the rows, up to when that is so. A replay's range takes in whole rows (see iceberg.replay_range); arrivals of replays
that are not dropped are left as they are, for those may be published again or rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from iceberg.arrivals import Arrivals
from iceberg.bounds import earliest
from iceberg.catalog import Catalog
from iceberg.errors import LakeError, translated
from iceberg.packing import pack_all
from iceberg.replacement import Replaced, Source, replace
from iceberg.replays import Replay, ReplayState
from iceberg.rows import any_row, total
from iceberg.staging import make_like
from streams.panes import day_start

__all__ = [
    "WIDENED_PROPERTY",
    "Widening",
    "begin_widening",
    "days_to_widen",
    "finish_widening",
    "widened_until",
]

WIDENED_PROPERTY = "windowpane.widened-until"
"""Table property: panes that arrived before may be merged by day of arrival; always the start of a day."""

DAY = timedelta(days=1)
MOST_DAYS = 31
"""Days that are merged before others may have the stream's lock."""


@dataclass(frozen=True, slots=True)
class Widening:
    """Merge what arrived on a day, of a table of panes, into a table of that name in a namespace."""

    stream: str
    table: str
    arrivals: Arrivals
    namespace: str


def widened_until(table: Table) -> datetime | None:
    """The arrival time before which panes may be merged by day; None if none are."""
    noted = table.properties.get(WIDENED_PROPERTY)
    return datetime.fromisoformat(noted) if noted else None


def days_to_widen(table: Table, before: datetime, replays: Iterable[Replay], most: int = MOST_DAYS) -> list[Arrivals]:
    """The days of arrival that end before a moment and of which panes are not merged yet: the oldest ones.

    `replays`: all of the stream. Raises LakeError.
    """
    with translated():
        first = widened_until(table) or earliest(table, "arrived_from")
        if first is None:
            return []
        known = list(replays)
        dropped = [replay.arrivals for replay in known if replay.state is ReplayState.DROPPED]
        kept = [replay.arrivals for replay in known if replay.state is not ReplayState.DROPPED]
        days = {*_days(Arrivals(first, before)), *(day for arrivals in dropped for day in _days(arrivals))}
        unmerged = (
            day
            for day in sorted(days, key=lambda day: day.start)
            if day.end <= before and not any(day.overlaps(arrivals) for arrivals in kept) and _unmerged(table, day)
        )
        return list(islice(unmerged, most))


def begin_widening(catalog: Catalog, stream: str, table: str, day: Arrivals) -> Widening:
    """Make the empty table that the panes are merged into. Hold the stream's lock till it is done."""
    namespace = f"{stream}-widened"
    with translated():
        make_like(catalog, (namespace, table), catalog.load_table((stream, table)))
    return Widening(stream, table, day, namespace)


def finish_widening(catalog: Catalog, widening: Widening, packed_bytes: int) -> Replaced:
    """Put the merged panes in place, in one commit. Raises LakeError, also if they count other messages."""
    with translated():
        made = catalog.load_table((widening.namespace, widening.table))
        live = catalog.load_table((widening.stream, widening.table))
        condition = widening.arrivals.condition("arrived_from")
        expected, found = (total(table, "messages", condition=condition) for table in (live, made))
        if expected != found:
            raise LakeError(f"{widening.table} of {widening.arrivals} holds {expected} messages, merged {found}")
        pack_all(made, packed_bytes, 1, live.sort_order())
        until = max(widened_until(live) or widening.arrivals.end, widening.arrivals.end)
    source = Source(made, made.refresh().metadata.current_snapshot_id)
    done = replace(live, widening.arrivals, source, properties={WIDENED_PROPERTY: until.isoformat()})
    with translated(), suppress(NoSuchTableError):
        catalog.drop_table((widening.namespace, widening.table))
    return done


def _days(arrivals: Arrivals) -> Iterator[Arrivals]:
    """The days that a range is in, whole."""
    start = day_start(arrivals.start)
    while start < arrivals.end:
        yield Arrivals(start, start + DAY)
        start += DAY


def _unmerged(table: Table, day: Arrivals) -> bool:
    """Whether any pane of a day began to arrive after its start; merged ones all begin with the day."""
    inside = f"arrived_from > '{day.start.isoformat()}' and arrived_from < '{day.end.isoformat()}'"
    return any_row(table, inside)
