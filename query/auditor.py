"""Run an audit: one lake view, Kafka's offsets, and a few statements; `iceberg.audit` judges what they tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from iceberg.audit import (
    AuditResult,
    Finding,
    Kind,
    ValueDifference,
    blamed,
    check_counts,
    check_fullest,
    check_values,
    check_visits,
    merged_ranges,
    panes_name,
)
from iceberg.intervals import IntervalTotal, bucket_length, whole_until
from iceberg.kinds import RECORDS, REJECTED, TableKind
from iceberg.lake_view import LakeView
from iceberg.ledger_audit import KafkaPartition, LedgerRun, audited_partition, check_offsets, check_past_offsets
from query.audit_statements import (
    arrivals_statement,
    ledger_runs_statement,
    record_totals_statement,
    rejected_counts_statement,
    values_statement,
    visits_statement,
)
from query.statement import Statement
from query.trino_client import TrinoClient
from streams.arrivals import NEVER, Arrivals
from streams.breakdowns import Breakdown, Layer, breakdowns
from streams.definition import Definition
from streams.panes import Grain, day_start, pane_columns, visit_columns

MOST_ALTERED = 100
"""Groups with altered values that are named; of more only the number is told."""

_SHOWN = {Grain.HOUR: "%Y-%m-%dT%HZ", Grain.DAY: "%Y-%m-%d"}
_COARSE_SECONDS = 86_400
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)

_LEDGER = ("", "")

Totals = defaultdict[tuple[str, str], list[IntervalTotal]]
"""Breakdown and grain, both empty for the ledger → messages by arrival interval."""


def audit(
    trino: TrinoClient,
    view: LakeView,
    definition: Definition,
    kafka: Mapping[int, KafkaPartition] | None,
    trouble: str = "",
) -> AuditResult:
    """Compare everything that had arrived before `view.settled_until`. `kafka` was read after the view was pinned.

    It is None where there is no topic, or not the one that was read; `trouble` says what is wrong with it. Raises
    QueryError.
    """
    until = view.settled_until
    *past, since = [_FIRST, *(at for _, at in view.reading.before)] if view.reading else [_FIRST]
    ledger = [Finding(Kind.TOPIC, ("ledger",), trouble)] if trouble else []
    for before in map(Arrivals, past, [*past[1:], since]):
        for gone in _ledger_runs(trino, view, before).values():
            ledger += check_past_offsets(gone)
    runs = _ledger_runs(trino, view, Arrivals(since, NEVER))
    if kafka is None:
        for gone in runs.values():
            ledger += check_past_offsets(gone)
    partitions = {
        number: (kafka or {}).get(number, KafkaPartition(number, 0, 0, 0)) for number in sorted({*(kafka or {}), *runs})
    }
    for number, held in partitions.items() if kafka is not None else ():
        ledger += check_offsets(runs.get(number, ()), held, until, events=definition.events)
    looked_at = tuple(audited_partition(runs.get(number, ()), held) for number, held in partitions.items())
    if until is None:
        return AuditResult(view.stream, None, None, 0, 0, looked_at, tuple(ledger))
    totals = _arrival_totals(trino, view, until)
    by = breakdowns(definition)
    counts = [finding for each in by for finding in _counts(view, definition, totals, each, each.finest, until)]
    visits = _visits(trino, view, definition, until)
    altered: list[ValueDifference] = []
    values_until = None
    if view.day_cut is not None:
        rollups = [(each, grain) for each in by for grain in each.rollups if grain is Grain.DAY or view.hours]
        values_until = _values_until(totals, by, rollups, min(until, view.day_cut))
        for each, grain in rollups:
            counts += _counts(view, definition, totals, each, grain, values_until)
            altered += _differences(trino, view, definition, each, grain, totals, values_until)
    rejected, wrong = _singles(trino, view, rejected_counts_statement(view, until), REJECTED, until)
    if definition.records is not None:
        wrong += _singles(trino, view, record_totals_statement(view, until), RECORDS, until)[1]
    findings = (*ledger, *blamed(counts + wrong, ledger), *check_values(altered, counts), *visits)
    accepted = sum(item.total for item in totals[_LEDGER] if item.arrived_until <= until)
    return AuditResult(view.stream, until, values_until, accepted, rejected, looked_at, findings, tuple(_notes(view)))


def _notes(view: LakeView) -> Iterator[str]:
    """What was not compared, for retention took it."""
    for name, _ in view.taken:
        what = f"{name} panes" if name in {*Grain} else name
        for arrivals in not_compared(view, name):
            yield f"{what}: what arrived {arrivals} is not counted, for retention took some of it"


def _rows(trino: TrinoClient, statement: Statement | None) -> list[list[Any]]:
    return [] if statement is None else trino.rows(statement.sql, statement.values)[0]


def _ledger_runs(trino: TrinoClient, view: LakeView, arrivals: Arrivals) -> dict[int, list[LedgerRun]]:
    runs: dict[int, list[LedgerRun]] = {}
    for row in _rows(trino, ledger_runs_statement(view, arrivals)):
        runs.setdefault(row[0], []).append(LedgerRun(*row))
    return runs


def _arrival_totals(trino: TrinoClient, view: LakeView, until: datetime) -> Totals:
    totals: Totals = defaultdict(list)
    for breakdown, grain, *interval in _rows(trino, arrivals_statement(view, until)):
        totals[breakdown, grain].append(IntervalTotal(*interval))
    return totals


def _counts(
    view: LakeView, definition: Definition, totals: Totals, breakdown: Breakdown, grain: Grain, until: datetime
) -> list[Finding]:
    """Where panes hold more or fewer messages than the ledger counts, of what arrived since there is the breakdown, or
    one of them more than its sums have place for.

    Not of days of arrival of which retention took some.
    """
    begun = dict(view.begun).get(breakdown.name)
    gone = not_compared(view, grain)
    ledger = [item for item in _outside(totals[_LEDGER], gone) if begun is None or item.arrived_from >= begun.since]
    table = panes_name(grain, breakdown.name if len(breakdowns(definition)) > 1 else "")
    panes = totals[breakdown.name, grain]
    full = check_fullest(table, panes, definition.most_messages) if definition.measures else []
    return [*check_counts(table, ledger, _outside(panes, gone), until), *full]


def not_compared(view: LakeView, name: str) -> tuple[Arrivals, ...]:
    """Whole days of arrival of which retention took panes of a grain, or rows of a table.

    No row reaches over an end of a day.
    """
    taken = dict(view.taken).get(name, ())
    return merged_ranges(Arrivals(day_start(each.start), day_start(each.end) + timedelta(days=1)) for each in taken)


def _outside(items: Iterable[IntervalTotal], gone: Sequence[Arrivals]) -> list[IntervalTotal]:
    return [
        item for item in items if not any(Arrivals(item.arrived_from, item.arrived_until).overlaps(at) for at in gone)
    ]


def _visits(trino: TrinoClient, view: LakeView, definition: Definition, until: datetime) -> list[Finding]:
    """Where breakdowns hold other visits than the first one, of what arrived since there are all of them."""
    arrivals = Arrivals(max([_FIRST, *(begun.since for _, begun in view.begun)]), until)
    if arrivals.start >= arrivals.end:
        return []
    finest = {each.name: panes_name(each.finest, each.name) for each in breakdowns(definition)}
    totals = {name: numbers for name, *numbers in _rows(trino, visits_statement(definition, view, arrivals))}
    return check_visits(visit_columns(definition), {finest[name]: it for name, it in totals.items()}, arrivals)


def _values_until(
    totals: Totals, by: Sequence[Breakdown], rollups: Sequence[tuple[Breakdown, Grain]], limit: datetime
) -> datetime:
    """The latest moment up to the limit that no interval of any table straddles."""
    finest = [item for each in by for item in totals[each.name, each.finest]]
    rolled_up = [item for each, grain in rollups for item in totals[each.name, grain]]
    return whole_until([*totals[_LEDGER], *finest], rolled_up, limit)


def _singles(
    trino: TrinoClient, view: LakeView, statement: Statement | None, kind: TableKind, until: datetime
) -> tuple[int, list[Finding]]:
    """How many messages the ledger counts for a table before `until`, and where the table does not hold them once."""
    kept: dict[int, dict[str, list[IntervalTotal]]] = {}
    copies: list[Finding] = []
    gone = not_compared(view, kind.name)
    for table, partition, start, end, rows, offsets in _rows(trino, statement):
        if any(Arrivals(start, end).overlaps(each) for each in gone):
            continue
        of_partition = kept.setdefault(partition, {"ledger": [], kind.name: []})
        of_partition[table].append(IntervalTotal(start, end, offsets))
        if rows != offsets and end <= until:
            text = f"{rows:,} rows for {offsets:,} messages"
            arrived = Arrivals(start, end)
            copies.append(Finding(Kind.DUPLICATE, (kind.name,), text, arrived, partition, None, offsets, rows))
    wrong = [
        finding
        for partition, totals in sorted(kept.items())
        for finding in check_counts(kind.name, totals["ledger"], totals[kind.name], until, partition)
    ]
    counted = sum(item.total for totals in kept.values() for item in totals["ledger"] if item.arrived_until <= until)
    return counted, [*copies, *wrong]


def _differences(
    trino: TrinoClient,
    view: LakeView,
    definition: Definition,
    breakdown: Breakdown,
    grain: Grain,
    totals: Totals,
    until: datetime,
) -> list[ValueDifference]:
    """Groups whose values differ: looked for by days of arrival, which are few, then by rollups' own intervals."""
    both = [*totals[breakdown.name, breakdown.finest], *totals[breakdown.name, grain]]
    intervals = [item for item in both if item.arrived_until <= until]
    if not intervals:
        return []
    arrivals = Arrivals(min(item.arrived_from for item in intervals), until)
    coarse = bucket_length(intervals, (_COARSE_SECONDS,))
    named = breakdown.name if len(breakdowns(definition)) > 1 else ""
    difference = ValueDifference(arrivals, grain=grain, finest=breakdown.finest, breakdown=named)
    differences: list[ValueDifference] = []
    compared = partial(values_statement, definition, view, breakdown, grain)
    for (bucket,) in _rows(trino, compared(arrivals, coarse, 0)):
        arrived = _of_bucket(bucket, coarse, arrivals)
        within = [item for item in intervals if arrived.start <= item.arrived_from < arrived.end]
        fine = bucket_length(within, (Layer.DAY.arrival_seconds, 3600)) or coarse
        limit = MOST_ALTERED - len(differences)
        if limit <= 0:
            differences.append(replace(difference, arrived=arrived))
            continue
        rows = _rows(trino, compared(arrived, fine, limit))
        differences += [_difference(definition, breakdown, difference, row, arrived, fine) for row in rows]
        if rows and rows[0][-1] > len(rows):
            differences.append(replace(difference, arrived=arrived))
    return differences


def _of_bucket(bucket: int, seconds: int, within: Arrivals) -> Arrivals:
    """The arrivals of a numbered bucket; all of them for length 0."""
    if not seconds:
        return within
    start = _FIRST + timedelta(seconds=bucket * seconds)
    return Arrivals(max(within.start, start), min(within.end, start + timedelta(seconds=seconds)))


def _difference(
    definition: Definition,
    breakdown: Breakdown,
    difference: ValueDifference,
    row: Sequence[Any],
    within: Arrivals,
    seconds: int,
) -> ValueDifference:
    dimensions, grain = breakdown.dimensions, difference.grain
    start, bucket, *values = row[len(dimensions) : -1]
    compared = zip(pane_columns(definition), values[::2], values[1::2], strict=True)
    return replace(
        difference,
        arrived=_of_bucket(bucket, seconds, within),
        group=(*zip(dimensions, row, strict=False), (str(grain), f"{start:{_SHOWN[grain]}}")),
        columns=tuple((column.name, finest, rolled) for column, finest, rolled in compared if finest != rolled),
    )
