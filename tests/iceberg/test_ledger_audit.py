"""A ledger that counts each offset once is clean, whatever its clock did; one that does not is told where."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iceberg.audit import Kind
from iceberg.ledger_audit import KafkaPartition, LedgerRun, audited_partition, check_offsets, check_past_offsets
from streams.arrivals import Arrivals
from tests.iceberg.lakes import noon

LIMIT = noon(30)
KAFKA = KafkaPartition(0, earliest=0, end=40, due=30, oldest=noon(1))


def row(second: int, first: int, last: int, counted: int | None = None) -> LedgerRun:
    """A row of the ten seconds from `second`; it counts all that it spans unless told otherwise."""
    heartbeats = last - first + 1 if counted is None else counted
    return LedgerRun(0, noon(second), noon(second + 10), noon(second + 10), noon(second), first, last, 0, 0, heartbeats)


WHOLE = [row(0, 0, 9), row(10, 10, 19), row(20, 20, 29)]

Fault = tuple[Kind, tuple[int, int], tuple[int, int] | None]

# rows, Kafka, then kind, offsets and arrivals (seconds) of each finding
CASES: dict[str, tuple[list[LedgerRun], KafkaPartition, list[Fault]]] = {
    "whole": (WHOLE, KAFKA, []),
    "ahead of what is due": ([*WHOLE, row(30, 30, 39)], KAFKA, []),
    "nothing anywhere": ([], KafkaPartition(0, 0, 0, 0), []),
    "nothing due": ([], KafkaPartition(0, 0, 5, 0, noon(31)), []),
    "a lost row": ([WHOLE[0], WHOLE[2]], KAFKA, [(Kind.MISSING, (10, 19), (-10, 30))]),
    "the first row lost": (WHOLE[1:], KAFKA, [(Kind.MISSING, (0, 9), (-10, 30))]),
    "the last row lost": (WHOLE[:2], KAFKA, [(Kind.MISSING, (20, 29), (0, 30))]),
    "all rows lost": ([], KAFKA, [(Kind.MISSING, (0, 29), (-10, 30))]),
    "begins where Kafka begins": (WHOLE[1:], replace(KAFKA, earliest=10), []),
    "retention beyond the ledger's begin": (WHOLE, replace(KAFKA, earliest=15), []),
    "retention between two rows": (
        [WHOLE[0], WHOLE[2]], replace(KAFKA, earliest=20), [(Kind.DELETED, (10, 19), None)],
    ),
    "retention beyond the ledger's end": (
        WHOLE[:2], replace(KAFKA, earliest=35, due=35), [(Kind.DELETED, (20, 34), None)],
    ),
    "retention before the ledger's begin": (
        WHOLE[1:], replace(KAFKA, earliest=5), [(Kind.MISSING, (5, 9), (-10, 30))],
    ),
    "one row twice": ([WHOLE[0], WHOLE[1], WHOLE[1], WHOLE[2]], KAFKA, [(Kind.DUPLICATE, (10, 19), (10, 20))]),
    "two rows of one interval": (
        [WHOLE[0], row(10, 10, 14), row(10, 15, 19), WHOLE[2]], KAFKA, [(Kind.DUPLICATE, (10, 19), (10, 20))],
    ),
    "a count too low": ([WHOLE[0], row(10, 10, 19, 9), WHOLE[2]], KAFKA, [(Kind.MISSING, (10, 19), (0, 30))]),
    "a count too high": ([WHOLE[0], row(10, 10, 19, 11), WHOLE[2]], KAFKA, [(Kind.REPEATED, (10, 19), (10, 20))]),
    "offsets in two rows": (
        [WHOLE[0], row(10, 8, 19), WHOLE[2]], KAFKA, [(Kind.REPEATED, (8, 9), (0, 20))],
    ),
    "the clock stepped back": ([WHOLE[0], row(10, 10, 24, 12), row(20, 20, 29, 8)], KAFKA, []),
    "the clock stepped back, one lost": (
        [WHOLE[0], row(10, 10, 24, 12), row(20, 20, 29, 7)], KAFKA, [(Kind.MISSING, (10, 29), (0, 30))],
    ),
    "the clock stepped back, its rest not stored yet": ([*WHOLE, row(30, 30, 39, 8)], KAFKA, []),
    "Kafka has fewer": (
        WHOLE, replace(KAFKA, end=25, due=25), [(Kind.UNKNOWN, (25, 29), None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("runs", "kafka", "expected"), CASES.values(), ids=CASES)
def test_tells_what_is_wrong(runs: list[LedgerRun], kafka: KafkaPartition, expected: list[Fault]) -> None:
    findings = check_offsets(runs, kafka, LIMIT)
    faults = [
        (finding.kind, finding.offsets, finding.arrived, finding.tables, finding.partition) for finding in findings
    ]
    assert faults == [
        (kind, offsets, arrived and Arrivals(noon(arrived[0]), noon(arrived[1])), ("ledger",), 0)
        for kind, offsets, arrived in expected
    ]


def test_says_it_in_a_line() -> None:
    deleted, missing = check_offsets([WHOLE[0], WHOLE[2]], replace(KAFKA, earliest=15), LIMIT)
    assert str(deleted) == (
        "ledger, partition 0: offsets 10 to 14, 5 messages that arrived after 2026-03-01T11:59:50Z and before"
        " 2026-03-01T12:00:30Z, were deleted by Kafka before they were read"
    )
    assert str(missing) == (
        "ledger, partition 0, arrived 2026-03-01T11:59:50Z to 2026-03-01T12:00:30Z: offsets 15 to 19 are not counted:"
        " 5 messages"
    )


def test_what_events_may_hold_is_to_be_replayed() -> None:
    [missing] = check_offsets([WHOLE[0], WHOLE[2]], replace(KAFKA, earliest=25), LIMIT, events=True)
    assert (missing.kind, missing.offsets) == (Kind.MISSING, (10, 19))
    assert missing.arrived


def test_a_topic_that_is_no_more_asks_for_no_replay() -> None:
    assert check_past_offsets(WHOLE) == []
    [deleted] = check_past_offsets([WHOLE[0], WHOLE[2]])
    assert (deleted.kind, deleted.offsets, deleted.arrived) == (Kind.DELETED, (10, 19), None)


def test_nothing_settled_asks_nothing_of_kafka() -> None:
    assert check_offsets([], KAFKA, None) == []
    assert audited_partition([], KAFKA).not_yet == 40
    assert audited_partition(WHOLE, KAFKA).not_yet == 10


def ledger_of(arrived: list[int]) -> list[LedgerRun]:
    """The rows that a job writes for messages in order of offsets, given their arrival in seconds."""
    windows: dict[int, list[int]] = {}
    for offset, at in enumerate(arrived):
        windows.setdefault(at // 10 * 10, []).append(offset)
    return [row(start, min(held), max(held), len(held)) for start, held in windows.items()]


def compressed(rows: Iterable[LedgerRun]) -> list[LedgerRun]:
    """Rows that follow each other exactly, merged, as sql/audit_ledger.sql does."""
    ordered = sorted(rows, key=lambda each: (each.first_offset, each.last_offset, each.arrived_from))
    starts = [each.arrived_from for each in ordered]
    intact = {
        n: each.counted == each.last_offset - each.first_offset + 1 and starts.count(each.arrived_from) == 1
        for n, each in enumerate(ordered)
    }
    runs: list[LedgerRun] = []
    for n, each in enumerate(ordered):
        before = ordered[n - 1]
        follows = n > 0 and intact[n] and intact[n - 1] and each.first_offset == before.last_offset + 1
        if follows and each.arrived_from >= before.arrived_until:
            runs[-1] = replace(
                runs[-1],
                arrived_until=each.arrived_until,
                last_from=each.last_from,
                last_offset=each.last_offset,
                heartbeats=runs[-1].heartbeats + each.heartbeats,
            )
        else:
            runs.append(each)
    return runs


steps = st.lists(st.integers(-4, 25), min_size=1, max_size=40)


def arrivals(changes: list[int]) -> list[int]:
    """Arrival seconds of messages in order of offsets, of a clock that now and then steps back a little."""
    seconds = [20]
    for change in changes:
        seconds.append(max(seconds[-1] + change, max(seconds) - 4))
    return seconds


@given(changes=steps)
def test_every_true_ledger_is_clean(changes: list[int]) -> None:
    arrived = arrivals(changes)
    rows = ledger_of(arrived)
    kafka = KafkaPartition(0, 0, len(arrived), len(arrived), noon(arrived[0]))
    limit = noon(max(arrived) // 10 * 10 + 10)
    assert check_offsets(rows, kafka, limit) == []
    assert check_offsets(compressed(rows), kafka, limit) == []
    audited = audited_partition(compressed(rows), kafka)
    assert (audited.first_offset, audited.next_offset, audited.heartbeats) == (0, len(arrived), len(arrived))


@given(changes=steps, seed=st.integers(0, 2**32), spoil=st.sampled_from(["lose", "copy", "fewer", "more"]))
def test_any_spoilt_row_is_found(changes: list[int], seed: int, spoil: str) -> None:
    """Each finding's arrivals overlap those of the row that was spoilt."""
    arrived = arrivals(changes)
    rows = ledger_of(arrived)
    which = random.Random(seed).randrange(len(rows))
    victim = rows[which]
    rest = rows[:which] + rows[which + 1 :]
    changed = {"fewer": victim.heartbeats - 1, "more": victim.heartbeats + 1}
    spoilt = {"lose": [], "copy": [victim, victim]}.get(spoil, [replace(victim, heartbeats=changed.get(spoil, 0))])
    kafka = KafkaPartition(0, 0, len(arrived), len(arrived), noon(min(arrived)))
    limit = noon(max(arrived) // 10 * 10 + 10)
    findings = check_offsets(compressed(rest + spoilt), kafka, limit)
    assert findings != []
    assert any(finding.arrived and finding.arrived.overlaps(victim.arrived) for finding in findings)
