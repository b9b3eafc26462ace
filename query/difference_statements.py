"""Statements for the difference between the two states of a range of arrivals. Pure; all values are bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iceberg.compared import Compared, PinnedTable
from iceberg.kinds import LEDGER, PANES, REJECTED, TableKind
from query.aggregates import merged_columns
from query.rendering import ident, literal, table_name, templates, time_literal
from query.row_rules import ALL_ROWS, RowRules
from query.statement import Statement
from query.windows import Span
from streams.aggregates import SUM
from streams.arrivals import Arrivals
from streams.breakdowns import Breakdown
from streams.definition import Definition
from streams.panes import Grain, PaneColumn, pane_columns

ACCOUNTED = ("accepted", "rejected", "heartbeats", "duplicates")
"""What the ledger counts, in the order of its statement."""

_TIME = "timestamp(6) with time zone"


@dataclass(frozen=True, slots=True)
class Panes:
    """The panes of a breakdown and grain; `since`: of those retention took what is before a moment."""

    breakdown: Breakdown
    grain: Grain
    since: datetime | None = None

    @property
    def condition(self) -> str:
        """What tells them from others."""
        kept = "" if self.since is None else f" and window_start >= {time_literal(self.since)}"
        return f"breakdown = {literal(self.breakdown.name)} and grain = '{self.grain}'{kept}"


@dataclass(frozen=True, slots=True)
class _Side:
    """One state of a table: `table` is its quoted name, empty if it holds no rows; `panes`: a condition of them."""

    name: str
    table: str
    snapshot: int | None
    missing: frozenset[str]
    panes: str


@dataclass(frozen=True, slots=True)
class Key:
    """What panes of the two sides are joined by."""

    name: str
    sql: str
    type: str


def shown_columns(definition: Definition) -> tuple[PaneColumn, ...]:
    """The columns of each side that a difference shows, in the order in which its statements give them."""
    return tuple(column for column in pane_columns(definition) if column.aggregate.shown)


def buckets_statement(
    sides: Compared, arrivals: Arrivals, of: Panes, bucket: str, rules: RowRules = ALL_ROWS
) -> Statement | None:
    """Bucket of event time (`hour` or `day`), stored panes of both sides in it; None when there are none."""
    return _counts("difference_buckets.sql", _sides(sides, PANES, of), arrivals, rules, bucket=bucket)


def panes_statement(
    definition: Definition,
    sides: Compared,
    arrivals: Arrivals,
    of: Panes,
    span: Span,
    limit: int,
    rules: RowRules = ALL_ROWS,
) -> Statement:
    """One row: panes equal, changed, only old, only new; messages old and new; at most `limit` changed panes.

    A changed pane is a row of its score, group keys, window_start, and the shown columns of old, then of new.
    """
    columns = tuple(column for column in pane_columns(definition) if column.aggregate.merge)
    keys = (*group_keys(definition, of.breakdown), Key("window_start", "window_start", _TIME))
    return _pairs(
        "difference_panes.sql",
        _sides(sides, PANES, of),
        arrivals,
        keys,
        columns,
        rules,
        span=span,
        shown=shown_columns(definition),
        numbers=_numbers(columns),
        limit=limit,
    )


def groups_statement(
    definition: Definition, sides: Compared, arrivals: Arrivals, of: Panes, limit: int, rules: RowRules = ALL_ROWS
) -> Statement:
    """Rows of: how many groups there are, score, group keys, the shown columns of old, then of new."""
    columns = tuple(column for column in pane_columns(definition) if column.aggregate.number)
    return _pairs(
        "difference_groups.sql",
        _sides(sides, PANES, of),
        arrivals,
        group_keys(definition, of.breakdown),
        columns,
        rules,
        shown=shown_columns(definition),
        numbers=_numbers(columns),
        limit=limit,
    )


def points_statement(
    definition: Definition, sides: Compared, arrivals: Arrivals, of: Panes, bucket: str, rules: RowRules
) -> Statement:
    """Rows of: bucket of event time, the shown columns of old, then of new."""
    at = "window_start" if bucket == "minute" else f"date_trunc('{bucket}', window_start)"
    columns = shown_columns(definition)
    keys = (Key(":at", at, _TIME),)
    tables = _sides(sides, PANES, of)
    return _pairs("difference_points.sql", tables, arrivals, keys, columns, rules, shown=columns)


def totals_statement(sides: Compared, arrivals: Arrivals) -> Statement | None:
    """Rows of: `old` or `new`, then what its ledger counts (`ACCOUNTED`); None when both are empty."""
    return _counts("difference_ledger.sql", _sides(sides, LEDGER), arrivals)


def rejected_counts_statement(sides: Compared, arrivals: Arrivals) -> Statement | None:
    """Rows of: `old` or `new`, reason, messages rejected for it; None when both are empty."""
    return _counts("difference_rejected.sql", _sides(sides, REJECTED), arrivals)


def _sides(sides: Compared, kind: TableKind, of: Panes | None = None) -> tuple[_Side, _Side]:
    return _side("old", sides.old[kind.name], of), _side("new", sides.new[kind.name], of)


def _side(name: str, pinned: PinnedTable, of: Panes | None) -> _Side:
    table = "" if pinned.snapshot is None else table_name(pinned.namespace, pinned.name)
    return _Side(name, table, pinned.snapshot, pinned.missing, of.condition if of else "")


def group_keys(definition: Definition, breakdown: Breakdown) -> tuple[Key, ...]:
    """What both sides of a group are joined by: the breakdown's dimensions that the definition shows, or one number for
    all where none is to be seen."""
    shown = filter(definition.dimensions.__contains__, breakdown.dimensions)
    dimensions = tuple(Key(name, ident(name), "varchar") for name in shown)
    return dimensions or (Key(":all", "0", "integer"),)


def _numbers(columns: Sequence[PaneColumn]) -> list[str]:
    """What a change is judged by."""
    return [name for column in columns for name in column.numbers]


def _pairs(
    template: str,
    sides: tuple[_Side, _Side],
    arrivals: Arrivals,
    keys: Sequence[Key],
    columns: tuple[PaneColumn, ...],
    rules: RowRules,
    *,
    span: Span | None = None,
    **more: Any,
) -> Statement:
    sql = _render(
        template,
        sides=sides,
        keys=keys,
        columns=columns,
        merged=merged_columns(columns),
        span=span is not None,
        where=rules.shape,
        alternatives=rules.shapes,
        measures=[column.source for column in columns if column.aggregate is SUM],
        **more,
    )
    one_side = (arrivals.start, arrivals.end, *((span.start, span.end) if span else ()), *rules.values)
    return Statement(sql, _bound(sides, one_side), columns)


def _counts(
    template: str, sides: tuple[_Side, _Side], arrivals: Arrivals, rules: RowRules = ALL_ROWS, **more: Any
) -> Statement | None:
    if not any(side.table for side in sides):
        return None
    sql = _render(template, sides=sides, where=rules.shape, alternatives=rules.shapes, **more)
    return Statement(sql, _bound(sides, (arrivals.start, arrivals.end, *rules.values)))


def _bound(sides: tuple[_Side, _Side], one_side: tuple[datetime | str, ...]) -> tuple[Any, ...]:
    return tuple(value for side in sides if side.table for value in one_side)


def _render(template: str, **values: Any) -> str:
    context: Mapping[str, Any] = values
    return templates.get_template(template).render(context)
