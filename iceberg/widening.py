"""Merge old panes by day of arrival: of one key and window there is then one row for each day that any arrived on.

A merged row's arrival interval is its day, in UTC. Of a moment within that day nothing can be told any more: answers
as known then are those of the day's start, and say so (see LakeView.rounded_down). `WIDENED_PROPERTY` notes up to when
that is so, in the same commit as the rows. A replay's range takes in whole rows (see iceberg.replay_range); arrivals of
replays that are not dropped are left as they are, for those may be published again or rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from database.errors import LakeError
from database.replays import Replay, ReplayState
from iceberg.bounds import earliest, noted_as
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kinds import PANES
from iceberg.noted import noted_definition
from iceberg.packing import pack_all
from iceberg.replacement import Replaced, Source, replace
from iceberg.rows import any_row, arrived_within, of_layer, totals
from iceberg.staging import make_like
from iceberg.stream_tables import panes_table
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from streams.panes import day_start, visit_columns

WIDENED_PROPERTY = "windowpane.widened-until"
"""Property of panes, for each layer: those that arrived before may be merged by day of arrival; the start of a day."""

DAY = timedelta(days=1)
MOST_DAYS = 31
"""Days that are merged before others may have the stream's lock."""


@dataclass(frozen=True, slots=True)
class WideningTask:
    """Merge the panes of a layer that arrived on a day, into the panes of a namespace."""

    stream: str
    layer: Layer
    arrivals: Arrivals
    namespace: str


def widened_until(panes: Table, layer: Layer) -> datetime | None:
    """The arrival time before which panes of a layer may be merged by day; None if none are."""
    noted = panes.properties.get(noted_as(WIDENED_PROPERTY, layer))
    return datetime.fromisoformat(noted) if noted else None


def days_to_widen(
    panes: Table, layer: Layer, before: datetime, replays: Iterable[Replay], most: int = MOST_DAYS
) -> list[Arrivals]:
    """The days of arrival that end before a moment and of which panes of a layer are not merged yet: the oldest ones.

    `replays`: all of the stream. Raises LakeError.
    """
    with translated():
        first = widened_until(panes, layer) or earliest(panes, "arrived_from", layer)
        if first is None:
            return []
        known = list(replays)
        dropped = [replay.arrivals for replay in known if replay.state is ReplayState.DROPPED]
        kept = [replay.arrivals for replay in known if replay.state is not ReplayState.DROPPED]
        days = {*_days(Arrivals(first, before)), *(day for arrivals in dropped for day in _days(arrivals))}
        unmerged = (
            day
            for day in sorted(days, key=lambda day: day.start)
            if day.end <= before
            and not any(day.overlaps(arrivals) for arrivals in kept)
            and _unmerged(panes, layer, day)
        )
        return list(islice(unmerged, most))


def begin_widening(catalog: Catalog, stream: str, layer: Layer, day: Arrivals) -> WideningTask:
    """Make the empty table that the panes are merged into. Hold the stream's lock till it is done."""
    namespace = f"{stream}-widened"
    with translated():
        make_like(catalog, (namespace, PANES.name), panes_table(catalog, stream))
    return WideningTask(stream, layer, day, namespace)


def finish_widening(catalog: Catalog, task: WideningTask, packed_bytes: int) -> Replaced:
    """Put the merged panes in place, in one commit. Raises LakeError, also if they count other messages."""
    layer, day = task.layer, task.arrivals
    live, made = (panes_table(catalog, namespace) for namespace in (task.stream, task.namespace))
    with translated():
        condition = f"{of_layer(noted_definition(live), layer)} and {arrived_within(day, 'arrived_from')}"
        numbers = ("messages", *visit_columns(noted_definition(live)))
        sums = (totals(table, *numbers, condition=condition) for table in (live, made))
        for number, expected, merged in zip(numbers, *sums, strict=True):
            if expected != merged:
                raise LakeError(f"{layer.panes} of {day} hold {expected} {number}, merged {merged}")
        pack_all(made, packed_bytes, 1, live.sort_order())
        until = max(widened_until(live, layer) or day.end, day.end)
    source = Source(made, made.refresh().metadata.current_snapshot_id)
    noted = {noted_as(WIDENED_PROPERTY, layer): until.isoformat()}
    done = replace(live, {layer: day}, source, properties=noted)
    with translated(), suppress(NoSuchTableError):
        catalog.drop_table(made.name())
    return done


def _days(arrivals: Arrivals) -> Iterator[Arrivals]:
    """The days that a range is in, whole."""
    start = day_start(arrivals.start)
    while start < arrivals.end:
        yield Arrivals(start, start + DAY)
        start += DAY


def _unmerged(panes: Table, layer: Layer, day: Arrivals) -> bool:
    """Whether any pane of a day began to arrive after its start; merged ones all begin with the day."""
    inside = f"arrived_from > '{day.start.isoformat()}' and arrived_from < '{day.end.isoformat()}'"
    return any_row(panes, f"{of_layer(noted_definition(panes), layer)} and {inside}")
