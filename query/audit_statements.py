"""Statements of the audit. Pure: definition and pinned snapshots in; SQL and its bound values out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from iceberg.kinds import LEDGER, PANES, RECORDS, REJECTED, TableKind
from iceberg.lake_view import LakeView
from query.aggregates import merged_columns
from query.rendering import ident, table_name, templates, time_literal
from query.statement import Statement
from query.statements import of_breakdowns
from streams.arrivals import Arrivals
from streams.breakdowns import Breakdown, breakdowns
from streams.definition import Definition
from streams.panes import FINEST_ARRIVAL_SECONDS, Grain, PaneColumn, pane_columns, visit_columns

_BUCKET = "cast(floor(to_unixtime(arrived_from) / {seconds}) as bigint)"


@dataclass(frozen=True, slots=True)
class _Side:
    """Panes at their pinned snapshot, as the statement calls them, and a condition of which."""

    name: str
    table: str
    version: str
    panes: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """A column as both sides have it: what is compared, and how it is named in the result."""

    finest: str
    rollup: str
    finest_name: str
    rollup_name: str


def _version(snapshot: int | None) -> str:
    return "" if snapshot is None else f" for version as of {snapshot}"


def ledger_runs_statement(view: LakeView, arrivals: Arrivals) -> Statement | None:
    """The statement that lists the ledger's runs of a range, as LedgerRun has them; None while it is empty."""
    if view.ledger_snapshot is None:
        return None
    template = templates.get_template("audit_ledger.sql")
    table = table_name(view.stream, LEDGER.name)
    duplicates = "bigint '0'" if "duplicates" in view.ledger_missing else "coalesce(duplicates, 0)"
    sql = template.render(table=table, version=_version(view.ledger_snapshot), duplicates=duplicates)
    return Statement(sql, (arrivals.start, arrivals.end))


def arrivals_statement(view: LakeView, until: datetime) -> Statement | None:
    """The statement that totals ledger and panes: breakdown, grain (empty for the ledger), arrival interval, messages,
    most messages of a pane.

    Of intervals that began before a moment.
    """
    known = [snapshot for snapshot in (view.ledger_snapshot, view.panes_snapshot) if snapshot is not None]
    if not known:
        return None
    sql = templates.get_template("audit_arrivals.sql").render(
        ledger="" if view.ledger_snapshot is None else table_name(view.stream, LEDGER.name),
        ledger_version=_version(view.ledger_snapshot),
        panes="" if view.panes_snapshot is None else table_name(view.stream, PANES.name),
        panes_version=_version(view.panes_snapshot),
    )
    return Statement(sql.lstrip(), (until,) * len(known))


def rejected_counts_statement(view: LakeView, until: datetime) -> Statement | None:
    """The statement that totals rejected messages: table, partition, arrival interval, rows, different offsets."""
    return _singles(view, REJECTED, "rejected", view.rejected_snapshot, (until,))


def record_totals_statement(view: LakeView, until: datetime) -> Statement | None:
    """The same of records, of what arrived since the stream keeps them."""
    since = () if view.records_since is None else (view.records_since,)
    return _singles(view, RECORDS, "accepted", view.records_snapshot, (until, *since))


def _singles(
    view: LakeView, kind: TableKind, counted: str, snapshot: int | None, arrived: tuple[datetime, ...]
) -> Statement | None:
    """`counted`: the ledger's column. `arrived`: before the first moment and, if there is another, from that on."""
    if view.ledger_snapshot is None:
        return None
    sql = templates.get_template("audit_rejected.sql").render(
        name=kind.name,
        counted=counted,
        since=len(arrived) > 1,
        ledger=table_name(view.stream, LEDGER.name),
        ledger_version=_version(view.ledger_snapshot),
        table=table_name(view.stream, kind.name),
        version=_version(snapshot),
        seconds=FINEST_ARRIVAL_SECONDS,
    )
    return Statement(sql, arrived * (1 if snapshot is None else 2))


def visits_statement(definition: Definition, view: LakeView, arrivals: Arrivals) -> Statement | None:
    """The statement that totals visits: breakdown, then each number; None where there is nothing to compare."""
    numbers, by = visit_columns(definition), breakdowns(definition)
    # A column that the table does not have yet is none that could differ.
    if view.panes_snapshot is None or not numbers or len(by) == 1 or view.panes_missing.intersection(numbers):
        return None
    sql = templates.get_template("audit_visits.sql").render(
        table=table_name(view.stream, PANES.name),
        version=_version(view.panes_snapshot),
        numbers=numbers,
        panes=of_breakdowns(definition, [(each, each.finest) for each in by]),
        kept=_kept(view, {each.finest for each in by}),
    )
    return Statement(sql, (arrivals.start, arrivals.end))


def _kept(view: LakeView, compared: Collection[Grain]) -> str:
    """A condition, after others: panes of a time of which retention has taken none of these grains."""
    since = max((at for of, at in view.kept_from if of in compared), default=None)
    return "" if since is None else f" and window_start >= {time_literal(since)}"


def values_statement(
    definition: Definition,
    view: LakeView,
    breakdown: Breakdown,
    grain: Grain,
    arrivals: Arrivals,
    bucket_seconds: int,
    limit: int,
) -> Statement | None:
    """The statement that lists groups whose values differ between finest panes and a rollup's of the same range.

    A row holds the dimensions, the event day or hour, the number of the arrival bucket (always 0 for length 0), each
    compared column by finest and by rollup (`statement.columns` names them), and how many groups differ in all. With
    no `limit` a row is only the number of an arrival bucket in which groups differ. What retention took of either is
    compared on none. None while there are no panes.
    """
    if view.panes_snapshot is None:
        return None
    columns = pane_columns(definition)
    table, version = table_name(view.stream, PANES.name), _version(view.panes_snapshot)
    grains = {"finest": breakdown.finest, "rollups": grain}
    sides = [
        _Side(name, table, version, of_breakdowns(definition, [(breakdown, of_side)]) + _kept(view, grains.values()))
        for name, of_side in grains.items()
    ]
    sql = templates.get_template("audit_values.sql").render(
        sides=sides,
        missing=view.panes_missing,
        grain=grain,
        dimensions=list(breakdown.dimensions),
        bucket=_BUCKET.format(seconds=bucket_seconds) if bucket_seconds else "bigint '0'",
        columns=columns,
        merged=merged_columns(columns, "audit"),
        pairs=[_pair(column) for column in columns],
        limit=limit,
    )
    return Statement(sql, (arrivals.start, arrivals.end) * 2, columns)


def _pair(column: PaneColumn) -> _Pair:
    """A column as each side has it; a side without the group has no messages and no visits."""
    name = ident(column.name)
    values = (f"{side}.{name}" for side in ("finest", "rollups"))
    if column.aggregate.of == "stream":
        values = (f"coalesce({value}, 0)" for value in values)
    finest, rollup = values
    return _Pair(finest, rollup, f"{column.name} by finest", f"{column.name} by rollup")
