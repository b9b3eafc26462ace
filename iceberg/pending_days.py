"""Day panes that a publication cannot replace yet, since the live job is still making them.

A publication may end inside an arrival window of day panes. The live job will commit that window's panes from what it
read before; until they are made again of the replaced minute panes, readers take those minute panes instead.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pyiceberg.table import Table

from iceberg.arrivals import Arrivals, reaching_over
from iceberg.bounds import cut
from iceberg.rows import any_row
from streams.panes import Grain, day_arrival_start

__all__ = ["PENDING_PROPERTY", "as_property", "pending_after", "pending_days", "reached_over", "trusted_cut"]

PENDING_PROPERTY = "windowpane.pending-days"
"""Property of day_panes: arrivals whose day panes are to be made again, as `start/end`."""


def pending_days(day_panes: Table) -> Arrivals | None:
    """The arrivals whose day panes do not count."""
    noted = day_panes.properties.get(PENDING_PROPERTY)
    if not noted:
        return None
    start, end = map(datetime.fromisoformat, noted.split("/"))
    return Arrivals(start, end)


def trusted_cut(day_panes: Table) -> datetime | None:
    """The arrival time up to which day panes are complete and count."""
    complete, pending = cut(day_panes), pending_days(day_panes)
    return complete if complete is None or pending is None else min(complete, pending.start)


def pending_after(day_panes: Table, replaced: Arrivals) -> Arrivals | None:
    """What is pending once the arrivals of a range are replaced: whole arrival windows of day panes.

    None when the day panes of the range can be replaced with it.
    """
    before, complete = pending_days(day_panes), cut(day_panes)
    if before is None and complete and replaced.end <= complete and not reached_over(day_panes, replaced.end):
        return None
    last = day_arrival_start(replaced.end - timedelta(microseconds=1))
    end = last + timedelta(seconds=Grain.DAY.arrival_seconds)
    return Arrivals(last, end) if before is None else Arrivals(min(before.start, last), max(before.end, end))


def as_property(pending: Arrivals) -> str:
    """The value that notes it."""
    return f"{pending.start.isoformat()}/{pending.end.isoformat()}"


def reached_over(panes: Table, at: datetime) -> bool:
    """Whether a row of a table of panes reaches over a moment."""
    return any_row(panes, reaching_over(at))
