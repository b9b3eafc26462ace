"""Trino SQL that merges columns of panes: for answers (raw, in stored units), for views (plain numbers), for comparing
two states, and for panes made of panes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from streams.aggregates import exact
from streams.breakdowns import view_names
from streams.definition import Definition
from streams.panes import PaneColumn, pane_columns
from streams.records import record_fields


@dataclass(frozen=True, slots=True)
class Expression:
    """A named expression of a select list."""

    name: str
    sql: str


def answered_columns(columns: Sequence[PaneColumn], quantiles: Sequence[float]) -> dict[PaneColumn, Expression]:
    """The select list of an answer, raw: of each column that has a value of its own, for `Member.read`."""
    asked = ", ".join(f"double '{quantile!r}'" for quantile in quantiles)
    return {
        column: _expression(column, column.aggregate.answer, quantiles=asked)
        for column in columns
        if column.aggregate.answer is not None
    }


def merged_columns(
    columns: Sequence[PaneColumn], form: Literal["merge", "state", "audit"] = "merge"
) -> tuple[Expression, ...]:
    """The select list that merges each column, in a form of its aggregate."""
    return tuple(_expression(column, getattr(column.aggregate, form)) for column in columns)


def view_columns(definition: Definition) -> tuple[Expression, ...]:
    """The select list of the views for SQL clients: measures as plain numbers."""
    return tuple(expression for _, expression in _of_views(definition))


def view_columns_of_names(definition: Definition) -> dict[str, list[str]]:
    """Dimension, measure or distinct count, and field of records → the columns of the views that are made of it.

    Of a dimension also as `view.column`, for each view of panes that has it: not all do.
    """
    views = view_names(definition)
    columns = {
        name: [name, *(f"{view}.{name}" for view, (each, _) in views.items() if name in each.dimensions)]
        for name in definition.dimensions
    }
    for each in record_fields(definition):
        if each.column not in (of_field := columns.setdefault(each.field, [])):
            of_field.append(each.column)
    for source, expression in _of_views(definition):
        if source:
            columns.setdefault(source, []).append(expression.name)
    return columns


def _of_views(definition: Definition) -> Iterator[tuple[str, Expression]]:
    """The measure or distinct count that it is of, empty for what is of the stream, and each expression of a view."""
    for column in pane_columns(definition):
        measure = definition.measures.get(column.source)
        scale = f"{measure.scale}e0" if measure else ""
        unit = f"decimal '{exact(1, measure.scale):f}'" if measure and measure.decimals else "1"
        for view in column.view:
            forms = (view.name, view.sql)
            named, made = (column.aggregate.sql(form, column.source, scale=scale, unit=unit) for form in forms)
            yield column.source, Expression(named, made)


def _expression(column: PaneColumn, form: str, **more: str) -> Expression:
    return Expression(column.name, column.aggregate.sql(form, column.source, **more))
