"""Statements for Trino. Pure: question, plan and pinned snapshots in; SQL and its bound values out.

Identifiers come only from the stream's definition; every value of the question is bound with `?`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from iceberg.bounds import noted_as
from iceberg.kinds import LEDGER, PANES, REJECTED
from iceberg.lake_view import LakeView
from iceberg.pending import PENDING_PROPERTY
from query.aggregates import answered_columns, merged_columns, view_columns
from query.rendering import literal, table_name, templates
from query.requests import MOST_REJECTED_BYTES, RejectedRequest, SeriesRequest, Step, WindowRequest
from query.row_rules import RowRules, rules_within
from query.windows import EPOCH, Parts, Span, WindowPlan, chosen_parts, on_whole_hours, plan_window
from streams.definition import Definition
from streams.panes import (
    PERIODS,
    ROLLUPS,
    Grain,
    PaneColumn,
    breakdown_of,
    grains,
    pane_columns,
    rollup_arrival_start,
)


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

    def with_known(self, row: Sequence[Any]) -> list[Any]:
        """A row of Trino's with the known values."""
        values = list(row)
        for at, value in self.known:
            values.insert(at, value)
        return values


@dataclass(frozen=True, slots=True)
class _Panes:
    """The panes that answer: of which parts, within which span, and when they may have arrived.

    `late_from`: minute panes outside the `edges`, beside rollups, count if they arrived from then on; None if all do.
    `rolled_until`: rollups count if they arrived until then, None if all do. `known_until`: so does every pane.
    """

    parts: Parts
    span: Span
    edges: tuple[Span, ...]
    late_from: datetime | None
    rolled_until: datetime | None
    known_until: datetime | None


def window_statement(definition: Definition, view: LakeView, request: WindowRequest) -> Statement | None:
    """The statement that answers a window; None when no pane can be in it that its asker may see."""
    return _merge(definition, view, request, set(ROLLUPS), _columns(definition, request, ()), bucket="")


def series_statement(definition: Definition, view: LakeView, request: SeriesRequest) -> Statement | None:
    """The statement that answers each step of a window; None when no pane can be in it."""
    columns = _columns(definition, request.window, request.measures)
    return _merge(definition, view, request.window, step_grains(request), columns, _bucket(request))


def step_grains(request: SeriesRequest) -> set[Grain]:
    """The rollups of which none reaches over the end of a step."""
    if not request.step.of_calendar:
        return {Grain.HOUR} if request.step is Step.HOUR else set()
    if request.local is None:
        return set(ROLLUPS)
    return {Grain.HOUR} if on_whole_hours(request.local, request.window.start, request.window.end) else set()


def _bucket(request: SeriesRequest) -> str:
    """Of a pane's window, the moment that its step begins; by a zone's clocks, without an offset."""
    if request.step is Step.MINUTE:
        return "window_start"
    if request.local is None:
        return f"date_trunc('{request.step.value}', window_start)"
    return f"date_trunc('{request.step.value}', cast(window_start at time zone {literal(request.zone)} as timestamp))"


def window_plan(view: LakeView, request: WindowRequest, fitting: Collection[Grain] = ROLLUPS) -> WindowPlan:
    """What answers a window; `fitting`: rollups that may."""
    rollups = {grain for grain in fitting if grain is Grain.DAY or view.hours}
    return plan_window(request.start, request.end, rollups)


def _columns(definition: Definition, request: WindowRequest, measures: Sequence[str]) -> tuple[PaneColumn, ...]:
    """The columns that an answer needs and shows: digests only when quantiles are asked, measures only when named."""
    return tuple(
        column
        for column in pane_columns(request.visible.over(definition).shown)
        if (request.quantiles or not column.aggregate.by_quantile)
        and (not measures or column.source in ("", *measures))
    )


def _merge(
    definition: Definition,
    view: LakeView,
    request: WindowRequest,
    fitting: Collection[Grain],
    columns: tuple[PaneColumn, ...],
    bucket: str,
) -> Statement | None:
    rules = _rules(definition, request)
    if view.panes_snapshot is None or rules is None:
        return None
    single = rules.single
    keys = [name for name in request.by if name not in single]
    if request.after is not None and not keys:
        return None
    plan = window_plan(view, request, fitting)
    panes = _panes(definition, view, plan, request)
    answered = answered_columns(columns, request.quantiles)
    sql = templates.get_template("window.sql").render(
        table=table_name(view.stream, PANES.name),
        snapshot=view.panes_snapshot,
        missing=view.panes_missing,
        panes=panes,
        keys=keys,
        bucket=bucket,
        columns=columns,
        merged=list(answered.values()),
        where=rules.shape,
        alternatives=rules.shapes,
        after=request.after is not None,
        limit=request.limit and request.limit + 1,
    )
    values: list[Any] = [*panes.parts.values, panes.span.start, panes.span.end]
    values += rules.values
    values += _beyond(request, keys)
    if panes.late_from is not None:
        values += [*(at for edge in panes.edges for at in (edge.start, edge.end)), panes.late_from]
    values += [at for at in (panes.rolled_until, panes.known_until) if at is not None]
    known = tuple((at, single[name]) for at, name in enumerate(request.by) if name in single)
    return Statement(sql, tuple(values), tuple(answered), plan, known)


def _rules(definition: Definition, request: WindowRequest) -> RowRules | None:
    """What rows must meet; none can, where the tables' own definition does not show what the question names."""
    visible = request.visible.over(definition)
    named = {*request.by, *(name for name, _ in request.where)}
    return rules_within(visible, request.where) if named <= visible.shown.dimensions.keys() else None


def _beyond(request: WindowRequest, keys: Sequence[str]) -> tuple[str | int, ...]:
    """The values of the condition that a group comes after a cursor: of each key but the last, twice."""
    if request.after is None:
        return ()
    after = dict(zip(request.by, request.after.after, strict=True))
    return tuple(after[name] for name in keys for _ in range(1 if name == keys[-1] else 2))


def _panes(definition: Definition, view: LakeView, plan: WindowPlan, request: WindowRequest) -> _Panes:
    """The panes that hold every message of a plan, each in one of them."""
    known = None if request.as_known_at is None else view.rounded_down(request.as_known_at)
    cut = view.day_cut
    if known is not None and cut is not None:
        cut = min(cut, rollup_arrival_start(known))
    late_parts = view.late_parts if cut == view.day_cut else None
    parts = chosen_parts(plan, breakdown_of(definition), late_parts, view.unpacked_parts)
    rolled_up = plan.rolled_up is not None
    return _Panes(
        parts,
        Span(request.start, request.end),
        edges=plan.minutes,
        late_from=cut if parts.mixed else None,
        rolled_until=cut if rolled_up and (known is not None or view.capped) else None,
        known_until=known,
    )


def rejected_statement(view: LakeView, request: RejectedRequest) -> Statement | None:
    """The statement that lists rejected messages, one more than are asked for; None when there are none."""
    if view.rejected_snapshot is None:
        return None
    sql = templates.get_template("rejected.sql").render(
        table=table_name(view.stream, REJECTED.name),
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
    if view.panes_snapshot is None:
        return None
    sql = templates.get_template("sample.sql").render(
        dimension=next(iter(definition.dimensions)),
        table=table_name(view.stream, PANES.name),
        snapshot=view.panes_snapshot,
    )
    return Statement(sql, ())


def ledger_statement(stream: str, since: datetime) -> Statement:
    """The statement that totals a stream's ledger: partition, last offset since, accepted, rejected, heartbeats,
    duplicates."""
    return Statement(templates.get_template("ledger.sql").render(table=table_name(stream, LEDGER.name)), (since,))


def ledger_gaps_statement(stream: str, since: datetime) -> Statement:
    """The statement that lists offsets since that the ledger lacks, as Gap has them."""
    return Statement(templates.get_template("ledger_gaps.sql").render(table=table_name(stream, LEDGER.name)), (since,))


def rollup_statement(
    definition: Definition, grain: Grain, snapshot: int, target: str, start: datetime, end: datetime
) -> Statement:
    """The statement that makes a rollup's panes of what arrived in `[start, end)`, into a schema's panes."""
    sql = templates.get_template("rollup.sql").render(
        **_made_panes(definition, grain, target), snapshot=snapshot, arrival_seconds=grain.arrival_seconds
    )
    return Statement(sql, (start, end, start, end))


def widened_panes_statement(
    definition: Definition, grain: Grain, target: str, start: datetime, end: datetime
) -> Statement:
    """The statement that merges the panes of a grain that arrived in `[start, end)`, into a schema's panes."""
    sql = templates.get_template("widened_panes.sql").render(_made_panes(definition, grain, target))
    return Statement(sql, (start, end, start, end))


def _made_panes(definition: Definition, grain: Grain, target: str) -> dict[str, Any]:
    """What the statements that make panes of panes have in common."""
    breakdown = breakdown_of(definition)
    return {
        "source": table_name(definition.name, PANES.name),
        "target": table_name(target, PANES.name),
        "breakdown": breakdown.name,
        "grain": str(grain),
        "prefix": breakdown.prefix(grain),
        "period": str(PERIODS[grain]),
        "dimensions": list(definition.dimensions),
        "columns": merged_columns(pane_columns(definition), "state"),
    }


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
    }
    return tuple(
        templates.get_template("minutes_view.sql" if grain is Grain.MINUTE else "rollup_view.sql").render(
            values, grain=grain, pending=noted_as(PENDING_PROPERTY, grain), comment=_comment(definition, grain)
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
