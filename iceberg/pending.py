"""Rollups, hour and day panes, that do not count: they are to be made again of minute panes.

A publication may end inside an arrival window of rollups. The live job will commit that window's panes from what it
read before; until they are made again of the replaced minute panes, readers take those minute panes instead. So it is,
too, with the hour panes of what arrived before the stream had any.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pyiceberg.table import Table

from iceberg.bounds import COMPLETE_PROPERTY, cut, earliest, noted_as
from iceberg.rows import any_row, reaching_over
from streams.arrivals import Arrivals
from streams.panes import ROLLUPS, Grain, rollup_arrival_start

PENDING_PROPERTY = "windowpane.pending"
"""Property of panes, for each grain of rollups: arrivals whose panes are to be made again, as `start/end`."""


def pending_arrivals(panes: Table, grain: Grain) -> Arrivals | None:
    """The arrivals whose panes of a grain do not count."""
    noted = panes.properties.get(noted_as(PENDING_PROPERTY, grain))
    if not noted:
        return None
    start, end = map(datetime.fromisoformat, noted.split("/"))
    return Arrivals(start, end)


def trusted_cut(panes: Table, grain: Grain) -> datetime | None:
    """The arrival time up to which the rollups of a grain are complete and count."""
    complete, pending = cut(panes, grain), pending_arrivals(panes, grain)
    return complete if complete is None or pending is None else min(complete, pending.start)


def hours_reach(panes: Table, day_cut: datetime | None) -> bool:
    """Whether hour panes are complete, and count, as far as day panes do."""
    complete = trusted_cut(panes, Grain.HOUR)
    return complete is not None and day_cut is not None and complete >= day_cut


def pending_after(panes: Table, grain: Grain, replaced: Arrivals, known: datetime) -> Arrivals | None:
    """What is pending once the arrivals of a range are replaced: whole arrival windows of rollups.

    None when the rollups of the range can be replaced with it. `known`: arrival time up to which it is known what by.
    """
    before, complete = pending_arrivals(panes, grain), cut(panes, grain)
    if known < replaced.end:
        return _joined(before, _whole_windows(Arrivals(max(known, replaced.start), replaced.end)))
    if before is None and complete and replaced.end <= complete and not reached_over(panes, grain, replaced.end):
        return None
    return _joined(before, _whole_windows(Arrivals(replaced.end - timedelta(microseconds=1), replaced.end)))


def begun_at(table: Table, grain: Grain | None, at: datetime) -> dict[str, str]:
    """The properties of a slice of arrival windows that is complete up to a moment.

    Of rollups that begin there what came before is pending.
    """
    properties = {noted_as(COMPLETE_PROPERTY, grain): at.isoformat()}
    if grain in ROLLUPS and cut(table, grain) is None:
        first = earliest(table, "arrived_from", Grain.MINUTE)
        if first is not None and first < at:
            properties |= as_noted(grain, Arrivals(rollup_arrival_start(first), at))
    return properties


def closed_at(panes: Table, grain: Grain, at: datetime) -> dict[str, str]:
    """The properties of rollups that are called complete up to a moment, though the last of them were not made.

    Those are pending. Nothing is to be set where they are complete.
    """
    complete, before = cut(panes, grain), pending_arrivals(panes, grain)
    if complete is None:
        return begun_at(panes, grain, at)
    if complete >= at:
        return {}
    return {
        noted_as(COMPLETE_PROPERTY, grain): at.isoformat(),
        **as_noted(grain, _joined(before, Arrivals(complete, at))),
    }


def as_noted(grain: Grain, pending: Arrivals | None) -> dict[str, str]:
    """The property that notes what is pending of a grain."""
    value = "" if pending is None else f"{pending.start.isoformat()}/{pending.end.isoformat()}"
    return {noted_as(PENDING_PROPERTY, grain): value}


def reached_over(panes: Table, grain: Grain, at: datetime) -> bool:
    """Whether a pane of a grain reaches over a moment of arrival."""
    return any_row(panes, f"grain = '{grain}' and {reaching_over(at)}")


def _whole_windows(arrivals: Arrivals) -> Arrivals:
    """The smallest range of whole arrival windows of rollups around another."""
    end = rollup_arrival_start(arrivals.end)
    length = timedelta(seconds=Grain.DAY.arrival_seconds)
    return Arrivals(rollup_arrival_start(arrivals.start), end if end == arrivals.end else end + length)


def _joined(before: Arrivals | None, more: Arrivals) -> Arrivals:
    return more if before is None else Arrivals(min(before.start, more.start), max(before.end, more.end))
