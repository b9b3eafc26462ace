"""Counts and values that do not agree, and which table is at fault."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from iceberg.audit import (
    AuditResult,
    Finding,
    Kind,
    ValueDifference,
    blamed,
    check_counts,
    check_fullest,
    check_values,
    merged_ranges,
)
from iceberg.intervals import IntervalTotal
from streams.arrivals import Arrivals
from tests.iceberg.lakes import noon


def total(second: int, count: int, *, length: int = 10) -> IntervalTotal:
    return IntervalTotal(noon(second), noon(second + length), count)


def arrived(start: int, until: int) -> Arrivals:
    return Arrivals(noon(start), noon(until))


LEDGER = [total(0, 5), total(10, 5), total(20, 5), total(40, 5)]

# rows of the table, then arrivals (seconds), kind, expected and found of each finding before second 40
COUNTS: list[tuple[list[IntervalTotal], list[tuple[tuple[int, int], Kind, int, int]]]] = [
    (LEDGER, []),
    ([total(0, 15, length=30), total(40, 5)], []),
    ([total(0, 5), total(10, 4), total(20, 5)], [((10, 20), Kind.LOST, 5, 4)]),
    ([total(0, 5), total(20, 5)], [((10, 20), Kind.LOST, 5, 0)]),
    ([total(0, 5), total(10, 10), total(20, 5)], [((10, 20), Kind.SURPLUS, 5, 10)]),
    ([total(0, 5), total(10, 5), total(20, 5), total(30, 1)], [((30, 40), Kind.SURPLUS, 0, 1)]),
    ([total(0, 14, length=30)], [((0, 30), Kind.LOST, 15, 14)]),
    ([total(0, 4), total(10, 4), total(20, 6)], [((0, 20), Kind.LOST, 10, 8), ((20, 30), Kind.SURPLUS, 5, 6)]),
    ([], [((0, 30), Kind.LOST, 15, 0)]),
    ([*LEDGER[:3], total(30, 9, length=20)], []),
]


@pytest.mark.parametrize(("rows", "expected"), COUNTS)
def test_counts_are_compared_before_the_limit(
    rows: list[IntervalTotal], expected: list[tuple[tuple[int, int], Kind, int, int]]
) -> None:
    findings = check_counts("minute panes", LEDGER, rows, noon(40))
    assert [(f.arrived, f.kind, f.expected, f.found, f.tables) for f in findings] == [
        (arrived(*where), kind, wanted, held, ("minute panes",)) for where, kind, wanted, held in expected
    ]


def test_counts_are_told_in_a_line() -> None:
    lost, more = check_counts("rejected", LEDGER, [total(0, 3), total(10, 5), total(20, 1_005)], noon(40), 3)
    assert str(lost) == (
        "rejected, partition 3, arrived 2026-03-01T12:00:00Z to 2026-03-01T12:00:10Z: 2 of 5 messages are lost"
    )
    assert more.text == "1,005 messages, 1,000 more than the ledger counts"


def test_pane_with_more_messages_than_its_sums_may_have_is_told() -> None:
    rows = [IntervalTotal(noon(second), noon(second + 10), 20, most) for second, most in ((0, 9), (10, 12), (20, 11))]
    assert check_fullest("day panes", rows, 12) == check_fullest("day panes", [], 12) == []
    [full] = check_fullest("day panes", rows, 10)
    assert (full.kind, full.expected, full.found, full.arrived) == (Kind.FULL, 10, 12, None)
    assert str(full).startswith("day panes: a pane that arrived 2026-03-01T12:00:10Z to 2026-03-01T12:00:20Z holds 12 ")


def test_ledger_is_named_where_it_has_faults() -> None:
    counts = check_counts("minute panes", LEDGER[1:], LEDGER, noon(40)) + check_counts(
        "rejected", [], [total(0, 5)], noon(40), 1
    )
    fault = Finding(Kind.MISSING, ("ledger",), "", arrived(0, 20), 0, (0, 4))
    assert [finding.tables for finding in blamed(counts, [fault])] == [("ledger", "minute panes"), ("rejected",)]
    assert blamed(counts, []) == counts


def test_values_blame_the_table_that_miscounts() -> None:
    difference = ValueDifference(arrived(0, 600), (("service", "cart"),), (("cpu_sum", 1, 2),))
    lost = Finding(Kind.LOST, ("day panes",), "", arrived(0, 600))
    other = Finding(Kind.LOST, ("minute panes",), "", arrived(10, 20))
    assert [check_values([difference], counts)[0].tables for counts in ([], [lost], [lost, other])] == [
        ("minute panes", "day panes"),
        ("day panes",),
        ("minute panes", "day panes"),
    ]


def test_values_are_told_in_a_line() -> None:
    at = datetime(2026, 3, 2, 14, 3, 11, 250_000, UTC)
    columns = (("cpu_sum", 12, None), ("cpu_max_at", at, at), ("cpu_digest", True, False))
    group = (("service", "it's"), ("day", "2026-03-02"))
    assert str(ValueDifference(arrived(0, 10), group, columns)) == (
        "service \"it's\", day '2026-03-02': cpu_sum 12 by minute, None by day; cpu_max_at 2026-03-02T14:03:11.250000Z"
        " by minute, 2026-03-02T14:03:11.250000Z by day; cpu_digest there by minute, not there by day"
    )
    short = ValueDifference(arrived(0, 10), group, (("messages", 1, 2), *columns))
    assert str(short).endswith(": messages 1 by minute, 2 by day")


def test_what_to_replay_is_merged() -> None:
    ranges = [arrived(20, 30), arrived(0, 10), arrived(5, 12), arrived(30, 40)]
    assert merged_ranges(ranges) == (arrived(0, 12), arrived(20, 40))
    findings = (Finding(Kind.UNKNOWN, ("ledger",), ""), *(Finding(Kind.LOST, ("ledger",), "", each) for each in ranges))
    result = AuditResult("health", noon(60), None, 0, 0, (), findings)
    assert result.to_replay == (arrived(0, 12), arrived(20, 40))
    assert not result.clean
