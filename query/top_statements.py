"""Statements for Trino that give the largest groups of several panels at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from iceberg.kinds import PANES
from iceberg.lake_view import LakeView
from query.aggregates import answered_columns
from query.coverage import Covered, NotCovered, cost, coverage
from query.errors import InvalidRequestError
from query.rendering import table_name, templates
from query.row_rules import RowRules
from query.statement import Statement
from query.statements import (
    ChosenPanes,
    answer_columns,
    chosen_panes,
    needed_dimensions,
    pane_values,
    rules_of,
)
from query.tops import TopsRequest, ordered_by
from query.windows import Parts, WindowPlan
from streams.definition import Definition


def tops_statements(
    definition: Definition, view: LakeView, request: TopsRequest
) -> Iterator[tuple[TopsRequest, Statement]]:
    """The statements that give the largest groups of several panels, each with the panels that it answers.

    There is one of all whose panes are chosen alike; none when no pane can be in it. Raises InvalidRequestError when no
    breakdown answers a panel.
    """
    window = request.window
    rules = rules_of(definition, window)
    if view.panes_snapshot is None or rules is None or not {*request.keys} <= {*definition.dimensions}:
        return
    alike: dict[WindowPlan, dict[str, Covered]] = {}
    filtered = needed_dimensions(window.by, window.where, rules)
    for top in sorted(request.tops, key=lambda top: -top.width):
        anyway = _read_anyway(view, alike) if not top.by else None
        found = anyway or coverage(definition, view, window, filtered | {*top.by})
        if isinstance(found, NotCovered):
            raise InvalidRequestError(found.problems)
        alike.setdefault(found.plan, {})[top.name] = found
    for covered in alike.values():
        part = replace(request, tops=tuple(top for top in request.tops if top.name in covered))
        yield part, _tops_statement(definition, view, part, rules, covered)


def _read_anyway(view: LakeView, alike: Mapping[WindowPlan, Mapping[str, Covered]]) -> Covered | None:
    """What answers the whole of what other panels read: whichever breakdown tells the same, so the smallest."""
    read = [each for covered in alike.values() for each in covered.values()]
    return min(read, key=lambda each: cost(view, each.breakdown), default=None)


def _tops_statement(
    definition: Definition, view: LakeView, request: TopsRequest, rules: RowRules, covered: Mapping[str, Covered]
) -> Statement:
    columns = answer_columns(definition, request.window, ())
    answered = answered_columns(columns, ())
    by_breakdown = {each.breakdown: chosen_panes(view, each, request.window) for each in covered.values()}
    panes, first = _together([*by_breakdown.values()]), next(iter(covered.values()))
    sql = templates.get_template("tops.sql").render(
        table=table_name(view.stream, PANES.name),
        snapshot=view.panes_snapshot,
        missing=view.panes_missing,
        panes=panes,
        finest=first.plan.finest,
        keys=request.keys,
        tops=request.tops,
        breakdowns={name: each.breakdown.name for name, each in covered.items()},
        orders={top.name: ordered_by(top, tuple(answered)) for top in request.tops},
        columns=columns,
        merged=list(answered.values()),
        where=rules.shape,
        alternatives=rules.shapes,
        after=request.after,
        limit=request.limit,
    )
    return Statement(sql, pane_values(panes, rules), tuple(answered), first)


def _together(panes: Sequence[ChosenPanes]) -> ChosenPanes:
    """Panes of several breakdowns that are chosen by the same plan, as one."""
    parts = Parts(
        tuple(name for each in panes for name in each.parts.names),
        tuple(pair for each in panes for pair in each.parts.ranges),
        any(each.parts.mixed for each in panes),
    )
    late = next((each.late_from for each in panes if each.late_from is not None), None)
    return replace(panes[0], parts=parts, late_from=late)
