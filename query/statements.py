"""Statements for Trino. Pure: question, plan and pinned snapshots in; SQL and its bound values out.

Identifiers come only from the stream's definition; every value of the question is bound with `?`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from iceberg.bounds import noted_as
from iceberg.kinds import LEDGER, PANES, REJECTED
from iceberg.lake_view import LakeView
from iceberg.pending import PENDING_PROPERTY
from query.aggregates import answered_columns, merged_columns, view_columns
from query.coverage import Covered, coverage
from query.errors import FieldProblem, InvalidRequestError, NotKeptError
from query.grouping import step_start
from query.record_coverage import records_cover
from query.record_panes import window_of_records
from query.rendering import ident, literal, table_name, templates
from query.requests import MOST_REJECTED_BYTES, Filters, RejectedRequest, SeriesRequest, Step, WindowRequest
from query.row_rules import RowRules, rules_within
from query.statement import Statement
from query.windows import EPOCH, Parts, Span, chosen_parts, on_whole_hours
from streams.breakdowns import Breakdown, Layer, breakdowns, main_breakdown, view_names
from streams.definition import Definition
from streams.panes import PERIODS, Grain, PaneColumn, pane_columns, rollup_arrival_start
from streams.time_text import timestamp


@dataclass(frozen=True, slots=True)
class ChosenPanes:
    """The panes that answer: of which parts, within which span, and when they may have arrived.

    `late_from`: finest panes outside the `edges`, beside rollups, count if they arrived from then on; None if all do.
    `rolled_until`: rollups count if they arrived until then, None if all do. `known_until`: so does every pane.
    """

    parts: Parts
    span: Span
    edges: tuple[Span, ...]
    late_from: datetime | None
    rolled_until: datetime | None
    known_until: datetime | None


def window_statement(
    definition: Definition, view: LakeView, request: WindowRequest, covered: Covered | None = None
) -> Statement | None:
    """The statement that answers a window; None when no pane can be in it that its asker may see.

    Raises InvalidRequestError when no breakdown answers it.
    """
    covered = covered or window_coverage(definition, view, request)
    columns = answer_columns(definition, request, ())
    if covered.by_records:
        return _of_records(definition, view, request, columns, bucket="")
    return _merge(definition, view, request, covered, columns, bucket="")


def series_statement(definition: Definition, view: LakeView, request: SeriesRequest) -> Statement | None:
    """The statement that answers each step of a window; None when no pane can be in it.

    Raises InvalidRequestError when no breakdown answers it.
    """
    covered = window_coverage(definition, view, request.window, longest_grain(request))
    columns = answer_columns(definition, request.window, request.measures)
    if covered.by_records:
        return _of_records(definition, view, request.window, columns, _bucket(request, "event_time"))
    return _merge(definition, view, request.window, covered, columns, _bucket(request, "window_start"))


def longest_grain(request: SeriesRequest) -> Grain:
    """The longest panes of which none reaches over the end of a step."""
    if not request.step.of_calendar:
        return Grain(request.step.value)
    if request.local is None:
        return Grain.DAY
    return Grain.HOUR if on_whole_hours(request.local, request.window.start, request.window.end) else Grain.MINUTE


def _bucket(request: SeriesRequest, at: str) -> str:
    """Of a moment, a column, the one that its step begins at; by a zone's clocks, without an offset."""
    if request.step is Step.MINUTE and at == "window_start":
        return at
    return step_start(at, request.step, None if request.local is None else request.zone)


def _of_records(
    definition: Definition, view: LakeView, request: WindowRequest, columns: Sequence[PaneColumn], bucket: str
) -> Statement | None:
    rules = rules_of(definition, request)
    return None if rules is None else window_of_records(definition, view, request, rules, columns, bucket)


def window_coverage(
    definition: Definition, view: LakeView, request: WindowRequest, longest: Grain = Grain.DAY
) -> Covered:
    """What answers a window, of panes not longer than a grain, or records where the stream keeps them.

    Raises InvalidRequestError when neither a breakdown nor they do.
    """
    rules = rules_of(definition, request)
    found = coverage(definition, view, request, needed_dimensions(request.by, request.where, rules), longest)
    if isinstance(found, Covered):
        return found
    of_records = records_cover(definition, view, request)
    if of_records is None:
        if found.nearest is not None:
            raise NotKeptError(found.problems, found.nearest.start, found.nearest.end)
        raise InvalidRequestError(found.problems)
    return of_records


def needed_dimensions(by: Iterable[str], where: Filters, rules: RowRules | None) -> set[str]:
    """The dimensions that panes must be by: those of groups and filters, and of the rows in scope."""
    conditions = (where,) if rules is None else (rules.where, *rules.alternatives)
    return {*by, *(name for rule in conditions for name, _ in rule)}


def answer_columns(definition: Definition, request: WindowRequest, measures: Sequence[str]) -> tuple[PaneColumn, ...]:
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
    covered: Covered,
    columns: tuple[PaneColumn, ...],
    bucket: str,
) -> Statement | None:
    rules = rules_of(definition, request)
    if view.panes_snapshot is None or rules is None:
        return None
    single = rules.single
    keys = [name for name in request.by if name not in single]
    if request.after is not None and not keys:
        return None
    plan = covered.plan
    panes = chosen_panes(view, covered, request)
    answered = answered_columns(columns, request.quantiles)
    sql = templates.get_template("window.sql").render(
        table=table_name(view.stream, PANES.name),
        snapshot=view.panes_snapshot,
        missing=view.panes_missing,
        panes=panes,
        finest=plan.finest,
        keys=keys,
        bucket=bucket,
        columns=columns,
        merged=list(answered.values()),
        numbers=[it.sql for column, it in answered.items() if column.aggregate.of == "stream"],
        where=rules.shape,
        alternatives=rules.shapes,
        after=request.after is not None,
        limit=request.limit and request.limit + 1,
    )
    values = pane_values(panes, rules, request.beyond(keys))
    known = tuple((at, single[name]) for at, name in enumerate(request.by) if name in single)
    return Statement(sql, values, tuple(answered), covered, known)


def pane_values(panes: ChosenPanes, rules: RowRules, beyond: Sequence[str | int] = ()) -> tuple[Any, ...]:
    """What the marks of the conditions on panes stand for."""
    values: list[Any] = [*panes.parts.values, panes.span.start, panes.span.end, *rules.values, *beyond]
    if panes.late_from is not None:
        values += [*(at for edge in panes.edges for at in (edge.start, edge.end)), panes.late_from]
    return (*values, *(at for at in (panes.rolled_until, panes.known_until) if at is not None))


def rules_of(definition: Definition, request: WindowRequest) -> RowRules | None:
    """What rows must meet; none can, where the tables' own definition does not show what the question names."""
    visible = request.visible.over(definition)
    named = {*request.by, *(name for name, _ in request.where)}
    return rules_within(visible, request.where) if named <= visible.shown.dimensions.keys() else None


def chosen_panes(view: LakeView, covered: Covered, request: WindowRequest) -> ChosenPanes:
    """The panes that hold every message of a plan, each in one of them."""
    known = None if request.as_known_at is None else view.rounded_down(request.as_known_at)
    cut = view.day_cut
    if known is not None and cut is not None:
        cut = min(cut, rollup_arrival_start(known))
    late_parts = view.late_parts if cut == view.day_cut else None
    plan = covered.plan
    parts = chosen_parts(plan, covered.breakdown, late_parts, view.unpacked_parts)
    rolled_up = plan.rolled_up is not None
    return ChosenPanes(
        parts,
        Span(request.start, request.end),
        edges=plan.edges,
        late_from=cut if parts.mixed else None,
        rolled_until=cut if rolled_up and (known is not None or view.capped) else None,
        known_until=known,
    )


def rejected_statement(view: LakeView, request: RejectedRequest) -> Statement | None:
    """The statement that lists rejected messages, one more than are asked for; None when there are none.

    Raises NotKeptError for those of a time that retention took.
    """
    refuse_taken(view, REJECTED.name, request.start, request.end, "rejected messages")
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


def refuse_taken(view: LakeView, table: str, start: datetime, end: datetime, what: str) -> None:
    """Raise NotKeptError where retention took rows of a table that a question of a time needs."""
    since = dict(view.kept_from).get(table)
    if since is not None and start < since:
        problem = FieldProblem("start", f"is before {timestamp(since)}; {what} of before are kept no longer")
        raise NotKeptError([problem], since, max(end, since + timedelta(minutes=1)))


def sample_statement(definition: Definition, view: LakeView) -> Statement | None:
    """The statement that gives a value of the main breakdown's first dimension; None when there is none."""
    main = main_breakdown(definition)
    if view.panes_snapshot is None or not main.dimensions:
        return None
    sql = templates.get_template("sample.sql").render(
        dimension=main.dimensions[0],
        breakdown=main.name,
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
    definition: Definition, layer: Layer, snapshot: int, target: str, start: datetime, end: datetime
) -> Statement:
    """The statement that makes a rollup's panes of what arrived in `[start, end)`, into a schema's panes."""
    rolled_up = [each for each in breakdowns(definition) if layer.grain in each.rollups]
    sql = templates.get_template("rollup.sql").render(
        **_made_panes(definition, target),
        grain=str(layer.grain),
        period=PERIODS[layer.grain].value,
        source_panes=of_breakdowns(definition, [(each, each.finest) for each in rolled_up]),
        snapshot=snapshot,
        arrival_seconds=layer.arrival_seconds,
    )
    return Statement(sql, (start, end, start, end))


def widened_panes_statement(
    definition: Definition, layer: Layer, target: str, start: datetime, end: datetime
) -> Statement:
    """The statement that merges the panes of a layer that arrived in `[start, end)`, into a schema's panes."""
    merged = [(each, grain) for each in breakdowns(definition) for grain in each.grains if each.layer(grain) is layer]
    sql = templates.get_template("widened_panes.sql").render(
        **_made_panes(definition, target),
        source_panes=of_breakdowns(definition, merged),
        periods={grain: PERIODS[grain].value for grain in dict.fromkeys(grain for _, grain in merged)},
    )
    return Statement(sql, (start, end, start, end))


def _made_panes(definition: Definition, target: str) -> dict[str, Any]:
    """What the statements that make panes of panes have in common."""
    return {
        "source": table_name(definition.name, PANES.name),
        "target": table_name(target, PANES.name),
        "dimensions": list(definition.dimensions),
        "columns": merged_columns(pane_columns(definition), "state"),
    }


def of_breakdowns(definition: Definition, panes: Iterable[tuple[Breakdown, Grain]]) -> str:
    """A condition: panes of some breakdowns, each of a grain; without a word of breakdowns where there is only one."""
    names: dict[Grain, list[str]] = {}
    for breakdown, grain in panes:
        names.setdefault(grain, []).append(literal(breakdown.name))
    known = len(breakdowns(definition))
    conditions = [
        f"grain = '{grain}'" + (f" and breakdown in ({', '.join(of_grain)})" if known > 1 else "")
        for grain, of_grain in names.items()
    ]
    return conditions[0] if len(conditions) == 1 else f"({' or '.join(f'({each})' for each in conditions)})"


def drop_view_statements(stream: str, views: Iterable[str]) -> tuple[str, ...]:
    """The statements that remove views of a stream, whichever of them there are."""
    template = templates.get_template("drop_view.sql")
    return tuple(template.render(stream=stream, view=view) for view in views)


def view_statements(definition: Definition) -> tuple[str, ...]:
    """The statements that make the views for SQL clients, of each breakdown and grain."""
    values = {
        "stream": definition.name,
        "columns": view_columns(definition),
        "stored": [column.name for column in pane_columns(definition)],
    }
    return tuple(
        templates.get_template("finest_view.sql" if grain is breakdown.finest else "rollup_view.sql").render(
            values,
            view=view,
            keys=[*map(ident, breakdown.dimensions), "window_start"],
            dimensions=list(breakdown.dimensions),
            grain=grain,
            panes=of_breakdowns(definition, [(breakdown, grain)]),
            finest=of_breakdowns(definition, [(breakdown, breakdown.finest)]),
            pending=noted_as(PENDING_PROPERTY, breakdown.layer(grain)),
            comment=_comment(definition, breakdown, grain),
        )
        for view, (breakdown, grain) in view_names(definition).items()
    )


def _comment(definition: Definition, breakdown: Breakdown, grain: Grain) -> str:
    """What SQL clients show of a view: the stream's title, and of each measure and count its title and unit."""
    named = [
        f"{name}: {', '.join(part for part in (measure.title or name, measure.unit) if part)}"
        for name, measure in definition.measures.items()
    ]
    named += [f"{name}: {distinct.title or name}, distinct" for name, distinct in definition.distincts.items()]
    by = f"{' and '.join(breakdown.dimensions)} and " if definition.breakdowns and breakdown.dimensions else ""
    return "; ".join([f"{definition.title} per {by}{grain}", *named])
