"""Which arrivals a replay can replace.

A replay replaces whole rows, so no row of any table may reach over an end of its range; and it replaces only what is
complete, so that the live job never writes into the range (but for rollups: see iceberg.pending).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from database.errors import ReplayError
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kinds import LEDGER, kind_of
from iceberg.lake_view import pin
from iceberg.rows import arrived_within, reaching_over
from iceberg.stream_tables import stream_tables
from streams.arrivals import Arrivals
from streams.panes import FINEST_ARRIVAL_SECONDS, arrival_start

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class ReplayRanges:
    """Finds ranges in the tables of one stream, as they are now. Every method raises LakeError."""

    def __init__(self, catalog: Catalog, stream: str) -> None:
        self._stream = stream
        with translated():
            self._tables = {
                name: table for name, table in stream_tables(catalog, stream).items() if kind_of(table).windowed
            }
            self.cut = pin(catalog, stream).complete_until
            """Arrival time up to which the answers are complete; None while nothing is."""

    def between(self, start: datetime | None, end: datetime | None) -> Arrivals:
        """The smallest range of whole rows around two arrival times; default: all that is complete.

        Raises ReplayError when nothing is complete, or the end is beyond what is.
        """
        if self.cut is None:
            raise ReplayError(f"{self._stream} holds nothing that is complete yet; wait some seconds")
        first = self._first_arrival()
        start = first if start is None else arrival_start(start)
        arrivals = Arrivals(start, self.cut if end is None else _ceiling(end))
        if arrivals.start >= arrivals.end:
            raise ReplayError(f"no message arrived in {arrivals}; the first arrived after {first:{_TIME}}")
        if arrivals.end > self.cut:
            raise ReplayError(
                f"what arrived before {arrivals.end:{_TIME}} is not complete yet; "
                f"the latest --to-time is now {self.cut:{_TIME}}"
            )
        return self._widened(arrivals, self.cut)

    def arrival_of(self, offsets: Mapping[int, int]) -> Arrivals:
        """The range of the ledger's rows that hold these offsets (partition → offset)."""
        ranges = []
        for partition, offset in offsets.items():
            holds = f"partition = {partition} and first_offset <= {offset} and last_offset >= {offset}"
            rows = self._scan(LEDGER.name, holds, "arrived_from", "arrived_until")
            if not len(rows):
                raise ReplayError(f"the ledger of {self._stream} holds no offset {offset} of partition {partition}")
            ranges.append(Arrivals(rows["arrived_from"][0].as_py(), rows["arrived_until"][0].as_py()))
        return Arrivals(min(at.start for at in ranges), max(at.end for at in ranges))

    def offsets(self, arrivals: Arrivals) -> dict[int, tuple[int, int]]:
        """Partition → the first offset that arrived in a range, and the one after the last, by the ledger."""
        rows = self._scan(
            LEDGER.name, arrived_within(arrivals, "arrived_from"), "partition", "first_offset", "last_offset"
        )
        bounds = rows.group_by("partition").aggregate([("first_offset", "min"), ("last_offset", "max")])
        return {
            row["partition"]: (row["first_offset_min"], row["last_offset_max"] + 1)
            for row in sorted(bounds.to_pylist(), key=lambda row: int(row["partition"]))
        }

    def _first_arrival(self) -> datetime:
        """When the first message that the ledger knows arrived."""
        rows = self._scan(LEDGER.name, "first_offset = 0", "arrived_from")
        if not len(rows):
            rows = self._scan(LEDGER.name, "first_offset > 0", "arrived_from")
        first: datetime = pc.min(rows["arrived_from"]).as_py()
        return first

    def _widened(self, arrivals: Arrivals, cut: datetime) -> Arrivals:
        """Widen until no row of any table reaches over an end.

        Never beyond the cut: rollups that reach over it will be pending (see iceberg.pending).
        """
        while True:
            starts = self._reaching_over(arrivals.start, "arrived_from")
            ends = [at for at in self._reaching_over(arrivals.end, "arrived_until") if at <= cut]
            wider = Arrivals(min([arrivals.start, *starts]), max([arrivals.end, *ends]))
            if wider == arrivals:
                return arrivals
            arrivals = wider

    def _reaching_over(self, at: datetime, column: str) -> list[datetime]:
        """The values of a column in all rows that reach over a moment."""
        over = reaching_over(at)
        return [value for name in self._tables for value in self._scan(name, over, column)[column].to_pylist()]

    def _scan(self, table: str, where: str, *columns: str) -> pa.Table:
        with translated():
            return self._tables[table].scan(where, selected_fields=columns).to_arrow()


def _ceiling(at: datetime) -> datetime:
    """The end, in UTC, of the arrival window that a moment, excluded, ends in."""
    low = arrival_start(at)
    return low if low == at else low + timedelta(seconds=FINEST_ARRIVAL_SECONDS)
