"""Rollups, hour and day panes, that do not count: they are to be made again of minute panes.

A publication may end inside an arrival window of rollups. The live job will commit that window's panes from what it
read before; until they are made again of the replaced minute panes, readers take those minute panes instead. So it is,
too, with the hour panes of what arrived before the stream had any.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pyiceberg.table import Table

from iceberg.arrivals import Arrivals, reaching_over
from iceberg.bounds import COMPLETE_PROPERTY, cut, earliest
from iceberg.rows import any_row
from streams.panes import Grain, rollup_arrival_start

__all__ = [
    "PENDING_PROPERTY",
    "as_property",
    "begun_at",
    "closed_at",
    "pending_after",
    "pending_arrivals",
    "reached_over",
    "reaches",
    "trusted_cut",
]

PENDING_PROPERTY = "windowpane.pending-days"
"""Property of a table of rollups: arrivals whose panes are to be made again, as `start/end`."""


def pending_arrivals(rollups: Table) -> Arrivals | None:
    """The arrivals whose panes do not count."""
    noted = rollups.properties.get(PENDING_PROPERTY)
    if not noted:
        return None
    start, end = map(datetime.fromisoformat, noted.split("/"))
    return Arrivals(start, end)


def trusted_cut(rollups: Table) -> datetime | None:
    """The arrival time up to which a table of rollups is complete and counts."""
    complete, pending = cut(rollups), pending_arrivals(rollups)
    return complete if complete is None or pending is None else min(complete, pending.start)


def reaches(hour_panes: Table, day_cut: datetime | None) -> bool:
    """Whether hour panes are complete, and count, as far as day panes do."""
    complete = trusted_cut(hour_panes)
    return complete is not None and day_cut is not None and complete >= day_cut


def pending_after(rollups: Table, replaced: Arrivals, known: datetime) -> Arrivals | None:
    """What is pending once the arrivals of a range are replaced: whole arrival windows of rollups.

    None when the rollups of the range can be replaced with it. `known`: arrival time up to which it is known what by.
    """
    before, complete = pending_arrivals(rollups), cut(rollups)
    if known < replaced.end:
        return _joined(before, _whole_windows(Arrivals(max(known, replaced.start), replaced.end)))
    if before is None and complete and replaced.end <= complete and not reached_over(rollups, replaced.end):
        return None
    return _joined(before, _whole_windows(Arrivals(replaced.end - timedelta(microseconds=1), replaced.end)))


def begun_at(table: Table, minute_panes: Table, at: datetime) -> dict[str, str]:
    """The properties of a table of arrival windows that is complete up to a moment.

    Of one that begins there, hour panes, what came before is pending.
    """
    properties = {COMPLETE_PROPERTY: at.isoformat()}
    first = earliest(minute_panes, "arrived_from") if cut(table) is None else None
    if first is not None and first < at:
        properties[PENDING_PROPERTY] = as_property(Arrivals(rollup_arrival_start(first), at))
    return properties


def closed_at(rollups: Table, at: datetime) -> dict[str, str]:
    """The properties of a table of rollups that is called complete up to a moment, though its last panes were not made.

    Those are pending. Nothing is to be set where it is complete, or has never been.
    """
    complete, before = cut(rollups), pending_arrivals(rollups)
    if complete is None or complete >= at:
        return {}
    return {COMPLETE_PROPERTY: at.isoformat(), PENDING_PROPERTY: as_property(_joined(before, Arrivals(complete, at)))}


def _whole_windows(arrivals: Arrivals) -> Arrivals:
    """The smallest range of whole arrival windows of rollups around another."""
    end = rollup_arrival_start(arrivals.end)
    length = timedelta(seconds=Grain.DAY.arrival_seconds)
    return Arrivals(rollup_arrival_start(arrivals.start), end if end == arrivals.end else end + length)


def as_property(pending: Arrivals) -> str:
    """The value that notes it."""
    return f"{pending.start.isoformat()}/{pending.end.isoformat()}"


def reached_over(panes: Table, at: datetime) -> bool:
    """Whether a row of a table of panes reaches over a moment."""
    return any_row(panes, reaching_over(at))


def _joined(before: Arrivals | None, more: Arrivals) -> Arrivals:
    return more if before is None else Arrivals(min(before.start, more.start), max(before.end, more.end))
