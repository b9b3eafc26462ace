"""The audit: Kafka's offsets against the ledger, the ledger against panes and rejected messages. Pure.

The ledger is checked first, since each of its rows proves itself: its counts must add up to its offsets. Where the
ledger is whole, a table that disagrees with it is at fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from iceberg.intervals import Compared, IntervalTotal, common_intervals
from streams.arrivals import Arrivals
from streams.panes import Grain


def panes_name(grain: Grain, breakdown: str = "") -> str:
    """What panes are called in findings; `breakdown`: where a stream has several."""
    return f"{grain} panes of {breakdown}" if breakdown else f"{grain} panes"


class Kind(StrEnum):
    """What is wrong."""

    MISSING = "missing offsets"
    REPEATED = "repeated offsets"
    DUPLICATE = "duplicate rows"
    UNKNOWN = "offsets unknown to Kafka"
    DELETED = "deleted unread"
    TOPIC = "topic"
    LOST = "lost"
    SURPLUS = "surplus"
    ALTERED = "altered"
    FULL = "too many"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not add up.

    `tables`: the table at fault (of panes: those of a breakdown and grain), or those that disagree when it cannot be
    told which is.
    `arrived`: what must be replayed to make it right; None when no replay can. `offsets`: first and last, of Kafka.
    `expected` and `found` count messages (rows for duplicate rows). `text`: one line without table, partition and
    arrivals; `str` has all.
    """

    kind: Kind
    tables: tuple[str, ...]
    text: str
    arrived: Arrivals | None = None
    partition: int | None = None
    offsets: tuple[int, int] | None = None
    expected: int | None = None
    found: int | None = None

    def __str__(self) -> str:
        place = [" or ".join(self.tables)]
        if self.partition is not None:
            place.append(f"partition {self.partition}")
        if self.arrived is not None:
            place.append(f"arrived {self.arrived}")
        return f"{', '.join(place)}: {self.text}"


@dataclass(frozen=True, slots=True)
class PartitionAudit:
    """What was looked at of one Kafka partition.

    The ledger counts offsets from `first_offset` up to before `next_offset` (both None without a row); Kafka holds
    those from `earliest` up to before `end`.
    """

    partition: int
    first_offset: int | None
    next_offset: int | None
    accepted: int
    rejected: int
    heartbeats: int
    earliest: int
    end: int
    duplicates: int = 0

    @property
    def not_yet(self) -> int:
        """Messages that Kafka holds beyond the ledger."""
        return max(0, self.end - (self.earliest if self.next_offset is None else self.next_offset))


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What was compared, and what did not add up.

    `until`: arrival time up to which counts were compared, None when nothing is settled yet. `values_until`: arrival
    time up to which day panes, and hour panes if there are any, were compared with the minute panes of the same
    arrivals; beyond it a minute pane whose values, but not its messages, were altered goes unseen. `accepted`,
    `rejected`: messages arrived before `until`, by the ledger. `notes`: what was not compared, and why.
    """

    stream: str
    until: datetime | None
    values_until: datetime | None
    accepted: int
    rejected: int
    partitions: tuple[PartitionAudit, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether everything adds up."""
        return not self.findings

    @property
    def to_replay(self) -> tuple[Arrivals, ...]:
        """Arrivals that a replay would make right, in order, touching ones merged."""
        return merged_ranges(finding.arrived for finding in self.findings if finding.arrived is not None)


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A group of panes (dimensions and event day or hour) whose merged values are not the rollup's.

    `breakdown`: theirs, where a stream has several. `columns`: name, value of the `finest` panes, value of the rollup's
    panes. Of groups that are too many to name there is one with neither group nor columns for all of a range.
    """

    arrived: Arrivals
    group: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, object, object], ...] = ()
    grain: Grain = Grain.DAY
    finest: Grain = Grain.MINUTE
    breakdown: str = ""

    @property
    def compared(self) -> tuple[str, str]:
        """What are compared, as findings name them."""
        return panes_name(self.finest, self.breakdown), panes_name(self.grain, self.breakdown)

    def __str__(self) -> str:
        if not self.group:
            return f"more groups differ between {' and '.join(self.compared)}"
        # Where messages differ, all else does for the same reason.
        columns = [column for column in self.columns if column[0] == "messages"] or self.columns
        values = "; ".join(
            f"{name} {_shown(finest)} by {self.finest}, {_shown(rolled)} by {self.grain}"
            for name, finest, rolled in columns
        )
        return f"{', '.join(f'{name} {value!r}' for name, value in self.group)}: {values}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "there" if value else "not there"
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else f"{value}"


def merged_ranges(ranges: Iterable[Arrivals]) -> tuple[Arrivals, ...]:
    """The same arrivals in as few ranges as can be, in order."""
    merged: list[Arrivals] = []
    for item in sorted(ranges, key=lambda each: each.start):
        if merged and item.start <= merged[-1].end:
            merged[-1] = Arrivals(merged[-1].start, max(merged[-1].end, item.end))
        else:
            merged.append(item)
    return tuple(merged)


def check_counts(
    table: str,
    ledger: Iterable[IntervalTotal],
    rows: Iterable[IntervalTotal],
    until: datetime,
    partition: int | None = None,
) -> list[Finding]:
    """Where a table holds more or fewer messages than the ledger counts, for arrivals before `until`."""
    wrong: list[Compared] = []
    for item in common_intervals(ledger, rows):
        if item.arrived.end > until or item.expected == item.found:
            continue
        if wrong and wrong[-1].arrived.end == item.arrived.start and _lost(wrong[-1]) == _lost(item):
            last = wrong.pop()
            arrived = Arrivals(last.arrived.start, item.arrived.end)
            wrong.append(Compared(arrived, last.expected + item.expected, last.found + item.found))
        else:
            wrong.append(item)
    return [_count_finding(table, partition, item) for item in wrong]


def check_fullest(table: str, rows: Iterable[IntervalTotal], most: int) -> list[Finding]:
    """Whether a pane holds more messages than the definition says, so its sums may be wrong; the fullest is told."""
    fullest = max(rows, key=lambda item: item.most, default=None)
    if fullest is None or fullest.most <= most:
        return []
    text = (
        f"a pane that arrived {Arrivals(fullest.arrived_from, fullest.arrived_until)} holds {fullest.most:,} messages, "
        f"more than most_messages = {most:,}: its sums may have overflowed; raise most_messages, for which bounds or "
        "decimals of measures may have to be lower"
    )
    return [Finding(Kind.FULL, (table,), text, expected=most, found=fullest.most)]


def _lost(item: Compared) -> bool:
    return item.found < item.expected


def _count_finding(table: str, partition: int | None, item: Compared) -> Finding:
    difference = abs(item.found - item.expected)
    text = f"{difference:,} of {item.expected:,} messages are lost"
    if not _lost(item):
        text = f"{item.found:,} messages, {difference:,} more than the ledger counts"
    kind = Kind.LOST if _lost(item) else Kind.SURPLUS
    return Finding(kind, (table,), text, item.arrived, partition, expected=item.expected, found=item.found)


def blamed(counts: Sequence[Finding], ledger: Sequence[Finding]) -> list[Finding]:
    """Findings of counts; the ledger is named with them where it has faults of its own."""

    def doubtful(finding: Finding) -> bool:
        return any(
            finding.arrived and fault.arrived and finding.arrived.overlaps(fault.arrived)
            for fault in ledger
            if finding.partition in (None, fault.partition)
        )

    return [
        replace(finding, tables=("ledger", *finding.tables)) if doubtful(finding) else finding for finding in counts
    ]


def check_values(differences: Iterable[ValueDifference], counts: Sequence[Finding]) -> list[Finding]:
    """Day and hour panes that are not the merged minute panes of the same arrivals.

    Which of the two is at fault shows only where their counts of messages do not agree with the ledger.
    """
    findings = []
    for item in differences:
        compared = item.compared
        at_fault = {
            table
            for finding in counts
            for table in finding.tables
            if table in compared and finding.arrived and finding.arrived.overlaps(item.arrived)
        }
        tables = tuple(at_fault) if len(at_fault) == 1 else compared
        findings.append(Finding(Kind.ALTERED, tables, str(item), item.arrived))
    return findings


def check_visits(names: Sequence[str], totals: Mapping[str, Sequence[int]], arrivals: Arrivals) -> list[Finding]:
    """Panes (what findings call them → each number of visits) whose visits are not those of the first ones.

    Every visit is in one pane of each breakdown.
    """
    first, *others = totals.items() or [("", ())]
    findings = []
    for panes, numbers in others:
        differing = [
            f"{name} {one:,} and {other:,}"
            for name, one, other in zip(names, first[1], numbers, strict=True)
            if one != other
        ]
        if differing:
            findings.append(Finding(Kind.ALTERED, (first[0], panes), f"{', '.join(differing)}", arrivals))
    return findings
