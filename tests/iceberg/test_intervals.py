"""Totals of tables with different arrival intervals: compared where they can be, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iceberg.intervals import (
    Compared,
    IntervalTotal,
    bucket_length,
    common_intervals,
    floored,
    whole_until,
)
from streams.arrivals import Arrivals
from tests.iceberg.lakes import noon

LAST = 400
arrivals = st.lists(st.integers(0, LAST - 1), max_size=60)
cuts = st.sets(st.integers(1, LAST - 1), max_size=12).map(lambda inner: [0, *sorted(inner), LAST])


def total(start: int, until: int, count: int) -> IntervalTotal:
    return IntervalTotal(noon(start), noon(until), count)


def totals(arrived: Sequence[int], bounds: Sequence[int]) -> list[IntervalTotal]:
    """A table that holds each message in its interval; empty intervals have no rows."""
    intervals = []
    for start, until in pairwise(bounds):
        if count := sum(start <= at < until for at in arrived):
            intervals.append(total(start, until, count))
    return intervals


def holds(item: Compared, second: int) -> bool:
    return item.arrived.start <= noon(second) < item.arrived.end


@given(arrived=arrivals, left=cuts, right=cuts)
def test_same_messages_never_differ(arrived: list[int], left: list[int], right: list[int]) -> None:
    expected, other = totals(arrived, left), totals(arrived, right)
    compared = list(common_intervals(expected, other))
    assert [item for item in compared if item.expected != item.found] == []
    assert sum(item.expected for item in compared) == len(arrived)


@given(arrived=arrivals.filter(len), left=cuts, right=cuts, which=st.integers(0), surplus=st.booleans())
def test_one_wrong_message_is_found_where_it_is(
    arrived: list[int], left: list[int], right: list[int], which: int, surplus: bool
) -> None:
    at = arrived[which % len(arrived)]
    other = [*arrived, at] if surplus else [each for n, each in enumerate(arrived) if n != which % len(arrived)]
    [wrong] = [i for i in common_intervals(totals(arrived, left), totals(other, right)) if i.expected != i.found]
    assert holds(wrong, at)
    assert wrong.found - wrong.expected == (1 if surplus else -1)


@given(arrived=arrivals, left=cuts, right=cuts)
def test_intervals_are_the_smallest_common_ones(arrived: list[int], left: list[int], right: list[int]) -> None:
    """No interval reaches over an edge, edges are in order, and each inner moment is in some interval's inside."""
    given_intervals = totals(arrived, left) + totals(arrived, right)
    compared = [item.arrived for item in common_intervals(totals(arrived, left), totals(arrived, right))]
    assert all(before.end <= after.start for before, after in pairwise(compared))
    for edge in (at for item in compared for at in (item.start, item.end)):
        assert not any(item.arrived_from < edge < item.arrived_until for item in given_intervals)
    for second in range(LAST):
        inner = any(item.start < noon(second) < item.end for item in compared)
        assert inner == any(item.arrived_from < noon(second) < item.arrived_until for item in given_intervals)


@given(arrived=arrivals, left=cuts, right=cuts, limit=st.integers(0, LAST))
def test_nothing_straddles_the_limit(arrived: list[int], left: list[int], right: list[int], limit: int) -> None:
    expected, other = totals(arrived, left), totals(arrived, right)
    until = whole_until(expected, other, noon(limit))
    assert until <= noon(limit)
    assert not any(item.arrived_from < until < item.arrived_until for item in expected + other)
    assert until == noon(limit) or any(i.arrived_from < noon(limit) < i.arrived_until for i in expected + other)


@pytest.mark.parametrize(
    ("intervals", "length"),
    [
        ([], 600),
        ([(0, 10), (590, 600)], 600),
        ([(0, 600)], 600),
        ([(0, 600), (590, 610)], 3600),
        ([(0, 3600)], 3600),
        ([(0, 3601)], 86_400),
        ([(-43_200, 43_200)], 86_400),
        ([(0, 86_400)], 0),
    ],
)
def test_buckets_hold_whole_intervals(intervals: list[tuple[int, int]], length: int) -> None:
    given_intervals = [total(start, until, 1) for start, until in intervals]
    assert bucket_length(given_intervals, (600, 3600, 86_400)) == length


def test_moments_are_rounded_down() -> None:
    assert floored(noon(9.999), 10) == noon(0)
    assert floored(noon(10), 10) == noon(10)


def test_ranges_overlap_only_in_some_moment() -> None:
    first = Arrivals(noon(0), noon(10))
    assert first.overlaps(Arrivals(noon(9), noon(11)))
    assert not first.overlaps(Arrivals(noon(10), noon(20)))
    assert str(first) == "2026-03-01T12:00:00Z to 2026-03-01T12:00:10Z"
    assert first.end - first.start == timedelta(seconds=10)
