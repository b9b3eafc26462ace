"""Rollups, hour and day panes, that do not count: they are to be made again of the finest panes.

A publication may end inside an arrival window of rollups. The live job will commit that window's panes from what it
read before; until they are made again of the replaced finest panes, readers take those instead. So it is,
too, with the hour panes of what arrived before the stream had any.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pyiceberg.table import Table

from iceberg.bounds import COMPLETE_PROPERTY, cut, earliest, noted_as
from iceberg.kept import begun_without
from iceberg.noted import noted_definition
from iceberg.rows import any_row, of_layer, reaching_over
from streams.arrivals import Arrivals
from streams.breakdowns import ROLLUP_LAYERS, Layer
from streams.panes import rollup_arrival_start

PENDING_PROPERTY = "windowpane.pending"
"""Property of panes, for each layer of rollups: arrivals whose panes are to be made again, as `start/end`."""


def pending_arrivals(panes: Table, layer: Layer) -> Arrivals | None:
    """The arrivals whose panes of a layer do not count."""
    noted = panes.properties.get(noted_as(PENDING_PROPERTY, layer))
    if not noted:
        return None
    start, end = map(datetime.fromisoformat, noted.split("/"))
    return Arrivals(start, end)


def trusted_cut(panes: Table, layer: Layer) -> datetime | None:
    """The arrival time up to which the rollups of a layer are complete and count."""
    complete, pending = cut(panes, layer), pending_arrivals(panes, layer)
    return complete if complete is None or pending is None else min(complete, pending.start)


def hours_reach(panes: Table, day_cut: datetime | None) -> bool:
    """Whether hour panes are complete, and count, as far as day panes do."""
    complete = trusted_cut(panes, Layer.HOUR)
    return complete is not None and day_cut is not None and complete >= day_cut


def pending_after(panes: Table, layer: Layer, replaced: Arrivals, known: datetime) -> Arrivals | None:
    """What is pending once the arrivals of a range are replaced: whole arrival windows of rollups.

    None when the rollups of the range can be replaced with it. `known`: arrival time up to which it is known what by.
    """
    before, complete = pending_arrivals(panes, layer), cut(panes, layer)
    if known < replaced.end:
        return _joined(before, _whole_windows(Arrivals(max(known, replaced.start), replaced.end)))
    if before is None and complete and replaced.end <= complete and not reached_over(panes, layer, replaced.end):
        return None
    return _joined(before, _whole_windows(Arrivals(replaced.end - timedelta(microseconds=1), replaced.end)))


def begun_at(table: Table, layer: Layer | None, at: datetime) -> dict[str, str]:
    """The properties of a slice of arrival windows that is complete up to a moment.

    Of rollups that begin there what came before is pending.
    """
    properties = {noted_as(COMPLETE_PROPERTY, layer): at.isoformat()}
    if layer in ROLLUP_LAYERS and cut(table, layer) is None:
        first = earliest(table, "arrived_from", Layer.FINEST)
        if first is not None and first < at:
            properties |= as_noted(layer, Arrivals(rollup_arrival_start(first), at))
            properties |= begun_without(table, layer.grain)
    return properties


def closed_at(panes: Table, layer: Layer, at: datetime) -> dict[str, str]:
    """The properties of rollups that are called complete up to a moment, though the last of them were not made.

    Those are pending. Nothing is to be set where they are complete.
    """
    complete, before = cut(panes, layer), pending_arrivals(panes, layer)
    if complete is None:
        return begun_at(panes, layer, at)
    if complete >= at:
        return {}
    return {
        noted_as(COMPLETE_PROPERTY, layer): at.isoformat(),
        **as_noted(layer, _joined(before, Arrivals(complete, at))),
    }


def as_noted(layer: Layer, pending: Arrivals | None) -> dict[str, str]:
    """The property that notes what is pending of a layer."""
    value = "" if pending is None else f"{pending.start.isoformat()}/{pending.end.isoformat()}"
    return {noted_as(PENDING_PROPERTY, layer): value}


def reached_over(panes: Table, layer: Layer, at: datetime) -> bool:
    """Whether a pane of a layer reaches over a moment of arrival."""
    return any_row(panes, f"{of_layer(noted_definition(panes), layer)} and {reaching_over(at)}")


def _whole_windows(arrivals: Arrivals) -> Arrivals:
    """The smallest range of whole arrival windows of rollups around another."""
    end = rollup_arrival_start(arrivals.end)
    length = timedelta(seconds=Layer.DAY.arrival_seconds)
    return Arrivals(rollup_arrival_start(arrivals.start), end if end == arrivals.end else end + length)


def _joined(before: Arrivals | None, more: Arrivals) -> Arrivals:
    return more if before is None else Arrivals(min(before.start, more.start), max(before.end, more.end))
