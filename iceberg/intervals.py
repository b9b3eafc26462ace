"""Totals by arrival interval, compared between tables whose intervals have different lengths. Pure.

An interval is `[from, until)`. Two tables can be compared only between moments that no interval of either straddles:
day panes have longer intervals than minute panes, and maintenance may have merged intervals of any table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streams.arrivals import Arrivals

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IntervalTotal:
    """What all rows of a table with this arrival interval hold together; `most`: what the row with the most holds."""

    arrived_from: datetime
    arrived_until: datetime
    total: int
    most: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """What two tables hold between two moments that no interval of either straddles."""

    arrived: Arrivals
    expected: int
    found: int


def common_intervals(expected: Iterable[IntervalTotal], found: Iterable[IntervalTotal]) -> Iterator[Compared]:
    """The smallest intervals in which both can be compared, in order; they cover every interval given."""
    tagged = [(item, True) for item in expected] + [(item, False) for item in found]
    tagged.sort(key=lambda pair: (pair[0].arrived_from, pair[0].arrived_until))
    start = until = None
    sums = [0, 0]
    for item, is_expected in tagged:
        if start is None or until is None or item.arrived_from >= until:
            if start is not None and until is not None:
                yield Compared(Arrivals(start, until), *sums)
            start, until, sums = item.arrived_from, item.arrived_until, [0, 0]
        until = max(until, item.arrived_until)
        sums[0 if is_expected else 1] += item.total
    if start is not None and until is not None:
        yield Compared(Arrivals(start, until), *sums)


def whole_until(expected: Iterable[IntervalTotal], found: Iterable[IntervalTotal], limit: datetime) -> datetime:
    """The latest moment up to `limit` that no interval straddles."""
    straddled = (
        item.arrived.start
        for item in common_intervals(expected, found)
        if item.arrived.start < limit < item.arrived.end
    )
    return next(straddled, limit)


def bucket_length(intervals: Sequence[IntervalTotal], lengths: Sequence[int]) -> int:
    """The first of some lengths in seconds whose buckets, counted from 1970, no interval straddles; 0 if none fits."""
    second = timedelta(seconds=1)

    def fits(length: int) -> bool:
        return all(
            (item.arrived_from - _EPOCH) // second // length
            == ((item.arrived_until - _EPOCH) - timedelta.resolution) // second // length
            for item in intervals
        )

    return next((length for length in lengths if fits(length)), 0)


def floored(at: datetime, seconds: int) -> datetime:
    """The start of the bucket of that length, counted from 1970, that a moment lies in."""
    return _EPOCH + (at - _EPOCH) // timedelta(seconds=seconds) * timedelta(seconds=seconds)
