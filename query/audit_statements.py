"""Statements of the audit. Pure: definition and pinned snapshots in; SQL and its bound values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from iceberg.arrivals import Arrivals
from iceberg.lake_view import LakeView
from query.aggregates import Expression, merged_columns
from query.rendering import ident, table_name, templates
from query.statements import Statement
from streams.definition import Definition
from streams.panes import MINUTE_ARRIVAL_SECONDS, Aggregate, Grain, PaneColumn, pane_columns

__all__ = [
    "arrivals_statement",
    "buckets_statement",
    "ledger_runs_statement",
    "rejected_counts_statement",
    "values_statement",
]

# Digests are not made bit for bit; each says how many values it holds, a little-endian double at byte 25.
_WEIGHT = 'sum(from_ieee754_64(reverse(substr("{name}", 26, 8))))'
_BUCKET = "cast(floor(to_unixtime(arrived_from) / {seconds}) as bigint)"


@dataclass(frozen=True, slots=True)
class _Source:
    """A table at its pinned snapshot, and what the statement reads of it."""

    name: str
    table: str
    version: str
    count: str = "messages"
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Pair:
    """A column as both sides have it: what is compared, and how it is named in the result."""

    minute: str
    rollup: str
    minute_name: str
    rollup_name: str


def _version(snapshot: int | None) -> str:
    return "" if snapshot is None else f" for version as of {snapshot}"


def ledger_runs_statement(view: LakeView, arrivals: Arrivals) -> Statement | None:
    """The statement that lists the ledger's runs of a range, as LedgerRun has them; None while it is empty."""
    if view.ledger_snapshot is None:
        return None
    template = templates.get_template("audit_ledger.sql")
    table = table_name(view.stream, "ledger")
    return Statement(
        template.render(table=table, version=_version(view.ledger_snapshot)), (arrivals.start, arrivals.end)
    )


def arrivals_statement(view: LakeView, until: datetime) -> Statement | None:
    """The statement that totals each table: name, arrival interval, messages; only intervals that began before."""
    snapshots = {
        "ledger": (view.ledger_snapshot, "accepted"),
        "minute_panes": (view.minute_snapshot, "messages"),
        "hour_panes": (view.hour_snapshot, "messages"),
        "day_panes": (view.day_snapshot, "messages"),
    }
    sources = [
        _Source(name, table_name(view.stream, name), _version(snapshot), count)
        for name, (snapshot, count) in snapshots.items()
        if snapshot is not None
    ]
    if not sources:
        return None
    sql = templates.get_template("audit_arrivals.sql").render(sources=sources)
    return Statement(sql.lstrip(), (until,) * len(sources))


def rejected_counts_statement(view: LakeView, until: datetime) -> Statement | None:
    """The statement that totals rejected messages: table, partition, arrival interval, rows, different offsets."""
    if view.ledger_snapshot is None:
        return None
    sql = templates.get_template("audit_rejected.sql").render(
        ledger=table_name(view.stream, "ledger"),
        ledger_version=_version(view.ledger_snapshot),
        rejected=table_name(view.stream, "rejected"),
        rejected_version=_version(view.rejected_snapshot),
        seconds=MINUTE_ARRIVAL_SECONDS,
    )
    return Statement(sql, (until,) * (1 if view.rejected_snapshot is None else 2))


def values_statement(
    definition: Definition,
    view: LakeView,
    grain: Grain,
    arrivals: Arrivals,
    bucket_seconds: int,
    limit: int,
) -> Statement | None:
    """The statement that lists groups whose values differ between minute panes and a rollup's of the same range.

    A row holds the dimensions, the event day or hour, the number of the arrival bucket (always 0 for length 0), each
    compared column by minute and by rollup (`statement.columns` names them), and how many groups differ in all. None
    while a table is empty.
    """
    return _compared(definition, view, grain, arrivals, bucket_seconds, limit)


def buckets_statement(
    definition: Definition, view: LakeView, grain: Grain, arrivals: Arrivals, bucket_seconds: int
) -> Statement | None:
    """The statement that lists the numbers of arrival buckets in which groups differ; None as above."""
    return _compared(definition, view, grain, arrivals, bucket_seconds, 0)


def _compared(
    definition: Definition, view: LakeView, grain: Grain, arrivals: Arrivals, bucket_seconds: int, limit: int
) -> Statement | None:
    rollup = {Grain.HOUR: view.hour_snapshot, Grain.DAY: view.day_snapshot}[grain]
    if view.minute_snapshot is None or rollup is None:
        return None
    columns = pane_columns(definition)
    minutes, rollups = (table_name(view.stream, each.table) for each in (Grain.MINUTE, grain))
    missing = view.day_missing if grain is Grain.DAY else view.hour_missing
    sql = templates.get_template("audit_values.sql").render(
        sides=[
            _Source("minutes", minutes, _version(view.minute_snapshot), missing=view.minute_missing),
            _Source("rollups", rollups, _version(rollup), missing=missing),
        ],
        grain=grain,
        dimensions=list(definition.dimensions),
        bucket=_BUCKET.format(seconds=bucket_seconds) if bucket_seconds else "bigint '0'",
        columns=columns,
        merged=[_merged(column) for column in columns],
        pairs=[_pair(column) for column in columns],
        limit=limit,
    )
    return Statement(sql, (arrivals.start, arrivals.end) * 2, columns)


def _merged(column: PaneColumn) -> Expression:
    """A column of a group; of digests only how many values they hold."""
    if column.aggregate is Aggregate.DIGEST:
        return Expression(column.name, _WEIGHT.format(name=column.name))
    return merged_columns([column])[0]


def _pair(column: PaneColumn) -> _Pair:
    """A column as each side has it; a side without the group has no messages."""
    name = ident(column.name)
    values = (f"{side}.{name}" for side in ("minutes", "rollups"))
    if column.aggregate is Aggregate.MESSAGES:
        values = (f"coalesce({value}, 0)" for value in values)
    minute, rollup = values
    return _Pair(minute, rollup, f"{column.name} by minute", f"{column.name} by rollup")
