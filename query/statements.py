"""Statements for Trino. Pure: question, plan and pinned snapshots in; SQL and its bound values out.

Identifiers come only from the stream's definition; every value of the question is bound with `?`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from iceberg.pending import PENDING_PROPERTY
from query.aggregates import answered_columns, state_columns, view_columns
from query.lake_view import LakeView
from query.rendering import table_name, templates
from query.requests import MOST_REJECTED_BYTES, RejectedRequest, SeriesRequest, Step, WindowRequest
from query.windows import EPOCH, Span, WindowPlan, plan_window
from streams.definition import Definition
from streams.panes import (
    ROLLUPS,
    Aggregate,
    Grain,
    PaneColumn,
    grains,
    pane_columns,
    rollup_arrival_start,
)

__all__ = [
    "Statement",
    "drop_view_statements",
    "ledger_gaps_statement",
    "ledger_statement",
    "rejected_statement",
    "rollup_statement",
    "sample_statement",
    "series_statement",
    "view_statements",
    "widened_panes_statement",
    "window_statement",
]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `?` marks, the values they stand for, the columns that it gives, and the plan that made it.

    `known`: the value of each dimension that can have only one, for which Trino is not asked, and its place in a row.
    """

    sql: str
    values: tuple[Any, ...]
    columns: tuple[PaneColumn, ...] = ()
    plan: WindowPlan = field(default=WindowPlan(None, ()))
    known: tuple[tuple[int, str], ...] = ()

    def whole(self, row: Sequence[Any]) -> list[Any]:
        """A row of Trino's with the known values."""
        found = list(row)
        for at, value in self.known:
            found.insert(at, value)
        return found


@dataclass(frozen=True, slots=True)
class _Branch:
    """One source of panes: a table at a snapshot, spans of event time, and bounds on arrival."""

    table: str
    snapshot: int
    spans: tuple[Span, ...]
    arrived_from: datetime | None
    arrived_until: datetime | None
    missing: frozenset[str]


def window_statement(definition: Definition, view: LakeView, request: WindowRequest) -> Statement | None:
    """The statement that answers a window; None when no pane can be in it."""
    columns = _columns(definition, request, ())
    plan = plan_window(request.start, request.end, _rollups(view))
    return _merge(request, view, plan, columns, bucket="")


def series_statement(definition: Definition, view: LakeView, request: SeriesRequest) -> Statement | None:
    """The statement that answers each step of a window; None when no pane can be in it."""
    window = request.window
    fitting = {Step.MINUTE: set(), Step.HOUR: {Grain.HOUR}, Step.DAY: set(ROLLUPS)}[request.step]
    plan = plan_window(window.start, window.end, _rollups(view) & fitting)
    columns = _columns(definition, window, request.measures)
    bucket = "window_start" if request.step is Step.MINUTE else f"date_trunc('{request.step.value}', window_start)"
    return _merge(window, view, plan, columns, bucket)


def _rollups(view: LakeView) -> set[Grain]:
    """The grains of which there are rollups."""
    return {Grain.DAY} if view.hour_snapshot is None else {Grain.DAY, Grain.HOUR}


def _columns(definition: Definition, request: WindowRequest, measures: Sequence[str]) -> tuple[PaneColumn, ...]:
    """The columns that an answer needs: digests only when quantiles are asked, measures only when named."""
    return tuple(
        column
        for column in pane_columns(definition)
        if (column.aggregate is not Aggregate.DIGEST or request.quantiles)
        and (not measures or column.source in ("", *measures))
    )


def _merge(
    request: WindowRequest, view: LakeView, plan: WindowPlan, columns: tuple[PaneColumn, ...], bucket: str
) -> Statement | None:
    branches = _branches(view, plan, request.as_known_at and view.told(request.as_known_at))
    if not branches:
        return None
    single = {name: values[0] for name, values in request.where if len(values) == 1}
    keys = [name for name in request.by if name not in single]
    if request.after is not None and not keys:
        return None
    answered = answered_columns(columns, request.quantiles)
    sql = templates.get_template("window.sql").render(
        branches=branches,
        keys=keys,
        bucket=bucket,
        columns=columns,
        merged=list(answered.values()),
        where=[(name, len(values)) for name, values in request.where],
        after=request.after is not None,
        limit=request.limit and request.limit + 1,
    )
    filters = tuple(value for _, values in request.where for value in values) + _beyond(request, keys)
    values: list[Any] = []
    for branch in branches:
        for span in branch.spans:
            values += (span.start, span.end)
        values += filters
        values += (bound for bound in (branch.arrived_from, branch.arrived_until) if bound is not None)
    known = tuple((at, single[name]) for at, name in enumerate(request.by) if name in single)
    return Statement(sql, tuple(values), tuple(answered), plan, known)


def _beyond(request: WindowRequest, keys: Sequence[str]) -> tuple[str | int, ...]:
    """The values of the condition that a group comes after a cursor: of each key but the last, twice."""
    if request.after is None:
        return ()
    after = dict(zip(request.by, request.after.after, strict=True))
    return tuple(after[name] for name in keys for _ in range(1 if name == keys[-1] else 2))


def _branches(view: LakeView, plan: WindowPlan, as_known_at: datetime | None) -> list[_Branch]:
    """Disjoint sources that together hold every pane of the plan."""
    minutes, hours, days = (table_name(view.stream, grain.table) for grain in Grain)
    cut = view.day_cut
    if as_known_at is not None and cut is not None:
        cut = min(cut, rollup_arrival_start(as_known_at))
    branches = []
    if plan.days and view.day_snapshot is not None and cut is not None:
        until = cut if as_known_at is not None or view.day_capped else None
        branches.append(_Branch(days, view.day_snapshot, (plan.days,), None, until, view.day_missing))
    if plan.hours and view.hour_snapshot is not None and cut is not None:
        until = cut if as_known_at is not None or view.hour_capped else None
        branches.append(_Branch(hours, view.hour_snapshot, plan.hours, None, until, view.hour_missing))
    if view.minute_snapshot is not None:
        late = plan.rolled_up if as_known_at is not None else _not_before(plan.rolled_up, view.fresh_from)
        if late:
            branches.append(_Branch(minutes, view.minute_snapshot, (late,), cut, as_known_at, view.minute_missing))
        if plan.minutes:
            branches.append(
                _Branch(minutes, view.minute_snapshot, plan.minutes, None, as_known_at, view.minute_missing)
            )
    return branches


def _not_before(span: Span | None, at: datetime | None) -> Span | None:
    """What is left of a span from a moment on."""
    if span is None or at is None or at <= span.start:
        return span
    return Span(at, span.end) if at < span.end else None


def rejected_statement(view: LakeView, request: RejectedRequest) -> Statement | None:
    """The statement that lists rejected messages, one more than are asked for; None when there are none."""
    if view.rejected_snapshot is None:
        return None
    sql = templates.get_template("rejected.sql").render(
        table=table_name(view.stream, "rejected"),
        snapshot=view.rejected_snapshot,
        reason=request.reason is not None,
        after=request.after is not None,
        limit=request.limit + 1,
        most_bytes=MOST_REJECTED_BYTES,
    )
    values: list[Any] = [request.start, request.end, *([] if request.reason is None else [request.reason])]
    if request.after is not None:
        microseconds, partition, offset = map(int, request.after.after)
        arrived = EPOCH + timedelta(microseconds=microseconds)
        values += [arrived, arrived, partition, partition, offset]
    return Statement(sql, tuple(values))


def sample_statement(definition: Definition, view: LakeView) -> Statement | None:
    """The statement that gives a value of the first dimension; None when there is no pane."""
    if view.minute_snapshot is None:
        return None
    sql = templates.get_template("sample.sql").render(
        dimension=next(iter(definition.dimensions)),
        table=table_name(view.stream, Grain.MINUTE.table),
        snapshot=view.minute_snapshot,
    )
    return Statement(sql, ())


def ledger_statement(stream: str, since: datetime) -> Statement:
    """The statement that totals a stream's ledger: partition, last offset since, accepted, rejected, heartbeats."""
    return Statement(templates.get_template("ledger.sql").render(table=table_name(stream, "ledger")), (since,))


def ledger_gaps_statement(stream: str, since: datetime) -> Statement:
    """The statement that lists offsets since that the ledger lacks, as Gap has them."""
    return Statement(templates.get_template("ledger_gaps.sql").render(table=table_name(stream, "ledger")), (since,))


def rollup_statement(
    definition: Definition, grain: Grain, minute_snapshot: int, target: str, start: datetime, end: datetime
) -> Statement:
    """The statement that makes a rollup's panes of what arrived in `[start, end)`, into a schema's table."""
    sql = templates.get_template("rollup.sql").render(
        source=table_name(definition.name, Grain.MINUTE.table),
        snapshot=minute_snapshot,
        target=table_name(target, grain.table),
        grain=grain,
        dimensions=list(definition.dimensions),
        columns=state_columns(definition),
        arrival_seconds=grain.arrival_seconds,
    )
    return Statement(sql, (start, end, end))


def widened_panes_statement(
    definition: Definition, table: str, target: str, start: datetime, end: datetime
) -> Statement:
    """The statement that merges the panes of a table that arrived in `[start, end)`, into a schema's table."""
    sql = templates.get_template("widened_panes.sql").render(
        source=table_name(definition.name, table),
        target=table_name(target, table),
        dimensions=list(definition.dimensions),
        columns=state_columns(definition),
    )
    return Statement(sql, (start, end, start, end))


def drop_view_statements(stream: str) -> tuple[str, ...]:
    """The statements that remove the views of a stream, whichever there are."""
    template = templates.get_template("drop_view.sql")
    return tuple(template.render(stream=stream, view=f"{grain}s") for grain in Grain)


def view_statements(definition: Definition) -> tuple[str, ...]:
    """The statements that make the views for SQL clients: `minutes`, `days` and, of streams that have them, `hours`."""
    values = {
        "stream": definition.name,
        "dimensions": list(definition.dimensions),
        "columns": view_columns(definition),
        "stored": [column.name for column in pane_columns(definition)],
        "pending": PENDING_PROPERTY,
    }
    return tuple(
        templates.get_template("minutes_view.sql" if grain is Grain.MINUTE else "rollup_view.sql").render(
            values, grain=grain, comment=_comment(definition, grain)
        )
        for grain in grains(definition)
    )


def _comment(definition: Definition, grain: Grain) -> str:
    """What SQL clients show of a view: the stream's title, and of each measure and count its title and unit."""
    named = [
        f"{name}: {', '.join(part for part in (measure.title or name, measure.unit) if part)}"
        for name, measure in definition.measures.items()
    ]
    named += [f"{name}: {distinct.title or name}, distinct" for name, distinct in definition.distincts.items()]
    return "; ".join([f"{definition.title} per {grain}", *named])
