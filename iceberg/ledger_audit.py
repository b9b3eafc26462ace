"""Does the ledger account for every offset exactly once? Pure.

A row of the ledger counts the messages of one partition and arrival interval. When the broker's clock steps back
within the watermark's slack, two intervals' offsets interleave: rows whose offsets overlap are therefore judged
together, and are right when they count as many messages as they span offsets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from iceberg.audit import Finding, Kind, PartitionAudit, merged_ranges
from iceberg.intervals import floored
from iceberg.losses import Gap, lost
from streams.arrivals import Arrivals
from streams.panes import FINEST_ARRIVAL_SECONDS


@dataclass(frozen=True, slots=True)
class KafkaPartition:
    """What Kafka says of one partition, read after the ledger.

    `earliest`: offset of its oldest message. `end`: offset that the next message will get. `due`: offset of the first
    message that arrived at or after the audit's limit. `oldest`: when its oldest message arrived, None without any.
    """

    partition: int
    earliest: int
    end: int
    due: int
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """Rows of one partition that follow each other exactly in offsets and arrivals; one row by itself is a run too.

    Arrivals `[arrived_from, arrived_until)`; the first row's end at `first_until`, the last row's begin at
    `last_from`. Offsets `first_offset` to `last_offset`, both included. Only a run of one row may count other than
    it spans, or share its arrival interval with another row.
    """

    partition: int
    arrived_from: datetime
    arrived_until: datetime
    first_until: datetime
    last_from: datetime
    first_offset: int
    last_offset: int
    accepted: int
    rejected: int
    heartbeats: int
    duplicates: int = 0

    @property
    def counted(self) -> int:
        """Messages that its rows count."""
        return self.accepted + self.rejected + self.heartbeats + self.duplicates

    @property
    def arrived(self) -> Arrivals:
        """When its messages arrived."""
        return Arrivals(self.arrived_from, self.arrived_until)


def audited_partition(runs: Sequence[LedgerRun], kafka: KafkaPartition) -> PartitionAudit:
    """What the audit looked at of a partition."""
    return PartitionAudit(
        partition=kafka.partition,
        first_offset=min((run.first_offset for run in runs), default=None),
        next_offset=max((run.last_offset + 1 for run in runs), default=None),
        accepted=sum(run.accepted for run in runs),
        rejected=sum(run.rejected for run in runs),
        heartbeats=sum(run.heartbeats for run in runs),
        duplicates=sum(run.duplicates for run in runs),
        earliest=kafka.earliest,
        end=kafka.end,
    )


def check_offsets(
    runs: Iterable[LedgerRun], kafka: KafkaPartition, until: datetime | None, *, events: bool = False
) -> list[Finding]:
    """What is wrong with one partition's rows, by themselves and against Kafka.

    Messages that arrived before `until` must be counted, later ones may be. A ledger may begin where Kafka begins:
    what retention removed before the stream began cannot be asked for. What it removed later is lost, unless `events`
    may hold it.
    """
    findings = _check_offsets(runs, kafka, until)
    return findings if events else [part for finding in findings for part in _without_deleted(finding, kafka)]


def check_past_offsets(runs: Sequence[LedgerRun]) -> list[Finding]:
    """What is wrong with the rows of one partition of a topic that is no more, by themselves."""
    following = max(run.last_offset for run in runs) + 1
    return check_offsets(runs, KafkaPartition(runs[0].partition, following, following, following), None)


def _without_deleted(finding: Finding, kafka: KafkaPartition) -> Iterator[Finding]:
    """The finding, but for offsets that Kafka deleted: those no replay can bring back."""
    if finding.kind is not Kind.MISSING or finding.offsets is None or finding.found or finding.arrived is None:
        yield finding
        return
    first, last = finding.offsets
    for gap in lost(
        [Gap(kafka.partition, first, last, finding.arrived.start, finding.arrived.end)],
        {kafka.partition: kafka.earliest},
    ):
        text = str(gap).partition(": ")[2]
        count = gap.last - gap.first + 1
        yield replace(
            finding, kind=Kind.DELETED, text=text, arrived=None, offsets=(gap.first, gap.last), expected=count
        )
        first = gap.last + 1
    if first <= last:
        yield from _missing(kafka, first, last + 1, finding.arrived)


def _check_offsets(runs: Iterable[LedgerRun], kafka: KafkaPartition, until: datetime | None) -> list[Finding]:
    unique, findings = _without_copies(sorted(runs, key=lambda run: (run.first_offset, run.last_offset)))
    clusters = _clusters(unique)
    for cluster in clusters:
        findings += _judged(cluster, kafka, until)
    for before, after in pairwise(clusters):
        last, first = _newest(before), after[0]
        arrived = Arrivals(min(last.last_from, first.arrived_from), max(last.arrived_until, first.first_until))
        findings += _missing(kafka, last.last_offset + 1, first.first_offset, _around(arrived, until))
    if until is not None:
        findings += _against_kafka(clusters, kafka, until)
    findings += _unknown(clusters, kafka)
    return sorted(findings, key=lambda finding: finding.offsets or (0, 0))


def _without_copies(runs: Sequence[LedgerRun]) -> tuple[list[LedgerRun], list[Finding]]:
    """The runs with each exact copy only once, and a finding for each arrival interval that has several rows."""
    by_arrival: dict[datetime, list[LedgerRun]] = {}
    for run in runs:
        by_arrival.setdefault(run.arrived_from, []).append(run)
    findings = []
    for same in by_arrival.values():
        if len(same) > 1:
            [arrived] = merged_ranges(run.arrived for run in same)
            offsets = (min(run.first_offset for run in same), max(run.last_offset for run in same))
            text = f"{len(same)} rows for one arrival interval, offsets {offsets[0]:,} to {offsets[1]:,}"
            partition = same[0].partition
            findings.append(Finding(Kind.DUPLICATE, ("ledger",), text, arrived, partition, offsets, 1, len(same)))
    return list(dict.fromkeys(runs)), findings


def _clusters(runs: Sequence[LedgerRun]) -> list[list[LedgerRun]]:
    """Runs, in order of offsets, grouped so that the offsets of different groups do not overlap."""
    clusters: list[list[LedgerRun]] = []
    for run in runs:
        if clusters and run.first_offset < _next(clusters[-1]):
            clusters[-1].append(run)
        else:
            clusters.append([run])
    return clusters


def _next(cluster: Sequence[LedgerRun]) -> int:
    return max(run.last_offset for run in cluster) + 1


def _newest(cluster: Sequence[LedgerRun]) -> LedgerRun:
    return max(cluster, key=lambda run: run.last_offset)


def _judged(cluster: Sequence[LedgerRun], kafka: KafkaPartition, until: datetime | None) -> list[Finding]:
    """Whether runs that overlap count as many messages as they span offsets.

    What they lack may be in an interval that is not stored yet, if they reach beyond what is due.
    """
    first, following = cluster[0].first_offset, _next(cluster)
    counted, span = sum(run.counted for run in cluster), following - first
    if counted == span or (counted < span and following > kafka.due):
        return []
    arrived = _overlap(cluster)
    if counted > span:
        kind, text = Kind.REPEATED, f"{counted - span:,} of them more than once"
    else:
        kind, text = Kind.MISSING, f"{span - counted:,} of them not at all"
        arrived = _around(arrived, until)
    offsets = (first, following - 1)
    if len(cluster) > 1 and counted > span:
        offsets = (cluster[1].first_offset, max(run.last_offset for run in cluster[:-1]))
    text = f"{counted:,} messages counted for {span:,} offsets, {first:,} to {following - 1:,}: {text}"
    return [Finding(kind, ("ledger",), text, arrived, kafka.partition, offsets, span, counted)]


def _overlap(cluster: Sequence[LedgerRun]) -> Arrivals:
    """The arrivals of the rows that overlap; a run's own if it is alone."""
    if len(cluster) == 1:
        return cluster[0].arrived
    edges = [time for run in cluster[1:] for time in (run.arrived_from, run.first_until)]
    edges += [time for run in cluster[:-1] for time in (run.last_from, run.arrived_until)]
    return Arrivals(min(edges), max(edges))


def _around(arrived: Arrivals, until: datetime | None) -> Arrivals:
    """Where messages may have arrived whose neighbours in offsets did so in a range: the clock may have stepped back.

    Never beyond what is settled, unless the range is.
    """
    window = timedelta(seconds=FINEST_ARRIVAL_SECONDS)
    end = arrived.end + window
    if until is not None and arrived.start < until:
        end = min(end, until)
    return Arrivals(arrived.start - window, end)


def _missing(kafka: KafkaPartition, start: int, end: int, arrived: Arrivals) -> list[Finding]:
    """Offsets in `[start, end)` that no row counts."""
    if start >= end:
        return []
    text = f"offsets {start:,} to {end - 1:,} are not counted: {end - start:,} messages"
    if kafka.earliest > start:
        text += f" (Kafka holds only those from {kafka.earliest:,})"
    return [Finding(Kind.MISSING, ("ledger",), text, arrived, kafka.partition, (start, end - 1), end - start, 0)]


def _against_kafka(clusters: Sequence[Sequence[LedgerRun]], kafka: KafkaPartition, until: datetime) -> list[Finding]:
    """Messages that Kafka holds before the ledger's first offset, or after its last though they are due."""
    oldest = min(until, floored(kafka.oldest or until, FINEST_ARRIVAL_SECONDS))
    if not clusters:
        return _missing(kafka, kafka.earliest, kafka.due, _around(Arrivals(oldest, until), until))
    first, last = clusters[0][0], _newest(clusters[-1])
    head = Arrivals(min(oldest, first.arrived_from), first.first_until)
    tail = Arrivals(min(last.last_from, until), until)
    return [
        *_missing(kafka, kafka.earliest, first.first_offset, _around(head, until)),
        *_missing(kafka, last.last_offset + 1, max(kafka.earliest, kafka.due), _around(tail, until)),
    ]


def _unknown(clusters: Sequence[Sequence[LedgerRun]], kafka: KafkaPartition) -> list[Finding]:
    """Offsets that the ledger counts and Kafka has never given out: the topic was made anew, or lost its end."""
    following = _next(clusters[-1]) if clusters else 0
    if following <= kafka.end:
        return []
    count = following - kafka.end
    text = f"offsets {kafka.end:,} to {following - 1:,} are counted, but Kafka's next offset is {kafka.end:,}"
    offsets = (kafka.end, following - 1)
    return [Finding(Kind.UNKNOWN, ("ledger",), text, None, kafka.partition, offsets, 0, count)]
