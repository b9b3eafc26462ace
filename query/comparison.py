"""Compares the two states of a range with Trino: slice after slice of event time, so that it fits into memory."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from iceberg.compared import Compared
from iceberg.kinds import REJECTED
from query.coverage import shown_name
from query.difference import (
    Both,
    Difference,
    GrainDifference,
    GroupDifference,
    PaneDifference,
    Point,
    Points,
    totals_of,
)
from query.difference_statements import (
    ACCOUNTED,
    Panes,
    buckets_statement,
    group_keys,
    groups_statement,
    panes_statement,
    points_statement,
    rejected_counts_statement,
    shown_columns,
    totals_statement,
)
from query.errors import FieldProblem, InvalidRequestError
from query.requests import Filters
from query.row_rules import RowRules, rules_within
from query.statement import Statement
from query.statements import needed_dimensions
from query.trino_client import TrinoClient
from query.visible import Visible
from query.windows import Span
from streams.arrivals import Arrivals
from streams.breakdowns import Breakdown, main_breakdown
from streams.definition import Definition
from streams.panes import Grain

MOST_SHOWN_PANES = 100
"""Most changed panes that are shown of a grain."""

MOST_SHOWN_GROUPS = 1_000
"""Most groups that are shown."""

MOST_CHART_POINTS = 500
"""Most points of a chart."""

SLICE_PANES = 200_000
"""Stored panes of both sides that one statement joins; a slice is never shorter than a bucket, though."""

_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}

Buckets = Sequence[tuple[datetime, int]]
"""Starts of buckets of event time, in order, and the stored panes in each."""


@dataclass(slots=True)
class Comparison:
    """One replay's range, compared as far as it is `visible`, by some dimensions if they are asked for.

    Methods ask Trino and raise QueryError; InvalidRequestError where no breakdown of both sides has the dimensions.

    What ledgers count is of all rows: nothing of it where some are out of scope.
    """

    trino: TrinoClient
    visible: Visible
    sides: Compared
    arrivals: Arrivals
    by: tuple[str, ...] | None = None
    _known: tuple[tuple[Panes, RowRules], Buckets] | None = field(default=None, init=False)

    @property
    def definition(self) -> Definition:
        """What is compared."""
        return self.visible.shown

    def difference(self) -> Difference:
        """All but the points."""
        rules = rules_within(self.visible, ())
        breakdown = self._breakdown((), rules)
        name = shown_name(self.visible, breakdown)
        if rules is None:
            return Difference((), (), 0, {}, {}, name)
        groups, in_all = self._groups(breakdown, rules)
        return Difference(
            grains=tuple(self._grain(self._panes(breakdown, grain), rules) for grain in breakdown.grains),
            groups=groups,
            groups_in_all=in_all,
            accounted=self._accounted() if self.visible.scope.all_rows else {},
            rejected=self._rejected() if self.visible.scope.all_rows else {},
            breakdown=name,
            dimensions=tuple(key.name for key in group_keys(self.definition, breakdown) if key.type == "varchar"),
        )

    def points(self, where: Filters) -> Points:
        """The points of a chart."""
        rules, all_rules = rules_within(self.visible, where), rules_within(self.visible, ())
        breakdown = self._breakdown(where, rules)
        panes = self._panes(breakdown, breakdown.finest)
        if rules is None or all_rules is None:
            return Points(str(panes.grain), where, ())
        step = chart_step([at for at, _ in self._buckets(panes, all_rules)], panes.grain)
        statement = points_statement(self.definition, self.sides, self.arrivals, panes, step, rules)
        columns = shown_columns(self.definition)
        rows = self._rows(statement)
        return Points(step, where, tuple(Point(at, *totals_of(self.definition, columns, row)) for at, *row in rows))

    def _breakdown(self, where: Filters, rules: RowRules | None) -> Breakdown:
        """The one that is compared: without a word of dimensions the main one, else the one of the fewest."""
        needed = needed_dimensions(self.by or (), where, rules)
        having = [each for each in self.sides.breakdowns if needed <= {*each.dimensions}]
        if not having:
            named = " and ".join(sorted(needed & self.definition.dimensions.keys()))
            raise InvalidRequestError([FieldProblem("by", f"no breakdown of both sides has {named or 'what you see'}")])
        main = main_breakdown(self.visible.definition).name
        return min(having, key=lambda each: len(each.dimensions) if needed else each.name != main)

    def _panes(self, breakdown: Breakdown, grain: Grain) -> Panes:
        return Panes(breakdown, grain, dict(self.sides.kept_from).get(grain))

    def _grain(self, panes: Panes, rules: RowRules) -> GrainDifference:
        numbers = [0] * 6
        changes: list[PaneDifference] = []
        for span in slices(self._buckets(panes, rules), _LENGTHS[_bucket(panes)], SLICE_PANES):
            statement = panes_statement(
                self.definition, self.sides, self._arrivals(panes), panes, span, MOST_SHOWN_PANES, rules
            )
            [row] = self._rows(statement)
            numbers = [total + int(number) for total, number in zip(numbers, row[:6], strict=True)]
            found = (self._change(panes.breakdown, change) for change in row[6] or ())
            changes = heapq.nsmallest(MOST_SHOWN_PANES, [*changes, *found], key=_order)
        equal, changed, only_old, only_new, old, new = numbers
        until = self._arrivals(panes).end
        return GrainDifference(panes.grain, until, equal, changed, only_old, only_new, Both(old, new), tuple(changes))

    def _arrivals(self, panes: Panes) -> Arrivals:
        return self.arrivals if panes.grain is panes.breakdown.finest else self.sides.rollups

    def _change(self, breakdown: Breakdown, row: Sequence[Any]) -> PaneDifference:
        change, *values = row
        dimensions, rest = self._split(breakdown, values)
        old, new = totals_of(self.definition, shown_columns(self.definition), rest[1:])
        return PaneDifference(dimensions, old, new, change, rest[0])

    def _groups(self, breakdown: Breakdown, rules: RowRules) -> tuple[tuple[GroupDifference, ...], int]:
        panes = self._panes(breakdown, breakdown.finest)
        rows = self._rows(groups_statement(self.definition, self.sides, self.arrivals, panes, MOST_SHOWN_GROUPS, rules))
        groups = []
        for _, change, *values in rows:
            dimensions, rest = self._split(breakdown, values)
            old, new = totals_of(self.definition, shown_columns(self.definition), rest)
            groups.append(GroupDifference(dimensions, old, new, change))
        return tuple(groups), rows[0][0] if rows else 0

    def _split(self, breakdown: Breakdown, values: list[Any]) -> tuple[dict[str, str], list[Any]]:
        """Values of the dimensions, and what follows them."""
        keys = group_keys(self.definition, breakdown)
        named = zip(keys, values, strict=False)
        return {key.name: value for key, value in named if key.name in breakdown.dimensions}, values[len(keys) :]

    def _accounted(self) -> dict[str, Both]:
        rows = {side: counts for side, *counts in self._rows(totals_statement(self.sides, self.arrivals))}
        nothing = [0] * len(ACCOUNTED)
        pairs = zip(ACCOUNTED, rows.get("old", nothing), rows.get("new", nothing), strict=True)
        return {name: Both(int(old), int(new)) for name, old, new in pairs}

    def _rejected(self) -> dict[str, Both]:
        since = dict(self.sides.kept_from).get(REJECTED.name, self.arrivals.start)
        arrivals = Arrivals(min(max(self.arrivals.start, since), self.arrivals.end), self.arrivals.end)
        rows = self._rows(rejected_counts_statement(self.sides, arrivals))
        counts = {(side, reason): int(count) for side, reason, count in rows}
        reasons = sorted({reason for _, reason in counts})
        return {reason: Both(*(counts.get((side, reason), 0) for side in ("old", "new"))) for reason in reasons}

    def _buckets(self, panes: Panes, rules: RowRules) -> Buckets:
        known = (panes, rules)
        if self._known is not None and self._known[0] == known:
            return self._known[1]
        rows = self._rows(buckets_statement(self.sides, self._arrivals(panes), panes, _bucket(panes), rules))
        buckets = [(at, int(count)) for at, count in rows]
        if panes.grain is panes.breakdown.finest:
            self._known = known, buckets
        return buckets

    def _rows(self, statement: Statement | None) -> list[list[Any]]:
        return [] if statement is None else self.trino.rows(statement.sql, statement.values)[0]


def _order(change: PaneDifference) -> tuple[Any, ...]:
    """The largest change first; among equal ones, that of the most messages."""
    messages = sum(side.messages for side in (change.old, change.new) if side)
    return -change.change, -messages, change.window_start, tuple(change.dimensions.values())


def _bucket(panes: Panes) -> str:
    """Of the finest panes hours, by which the step of a chart is chosen too; of days and rollups days."""
    return "hour" if panes.grain is panes.breakdown.finest and panes.grain is not Grain.DAY else "day"


def slices(buckets: Buckets, length: timedelta, most: int) -> list[Span]:
    """Spans that hold every bucket once and, unless one bucket alone has more, at most so many panes."""
    spans: list[Span] = []
    held = 0
    for at, panes in buckets:
        if spans and held + panes <= most:
            spans[-1] = Span(spans[-1].start, at + length)
            held += panes
        else:
            spans.append(Span(at, at + length))
            held = panes
    return spans


def chart_step(starts: Iterable[datetime], finest: Grain = Grain.MINUTE) -> str:
    """The shortest step of which the hours (or days, of day panes) that have panes hold at most `MOST_CHART_POINTS`."""
    starts = list(starts)
    if finest is Grain.MINUTE and len(starts) * 60 <= MOST_CHART_POINTS:
        return "minute"
    kept = {"hour": "%Y%m%d%H", "day": "%Y%m%d", "month": "%Y%m"}
    if finest is Grain.DAY:
        del kept["hour"]
    return next(
        (step for step, key in kept.items() if len({at.strftime(key) for at in starts}) <= MOST_CHART_POINTS), "year"
    )
