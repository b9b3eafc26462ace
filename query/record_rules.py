"""Which records a question is answered from: its filters, within the rows in scope. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from query.record_requests import RecordsRequest, typed_value
from query.visible import Visible
from streams.records import RecordField, column_of, record_fields

Value = str | bool | int
Met = tuple[tuple[str, tuple[Value, ...]], ...]
"""Columns, each with the values that a record may have there."""


@dataclass(frozen=True, slots=True)
class RecordRules:
    """A record counts if it meets all of `where` and, if there are any, one of the `alternatives`."""

    where: Met
    alternatives: tuple[Met, ...] = ()

    @property
    def values(self) -> list[Value]:
        """The values that the marks of a statement stand for, in their order."""
        return [value for rule in (self.where, *self.alternatives) for _, values in rule for value in values]


def record_rules(visible: Visible, request: RecordsRequest) -> RecordRules | None:
    """What records in scope must meet of a question's filters; None if there can be none.

    `visible`: what the asker sees of the stream as its tables are. Rows of a scope are of dimensions; of records the
    fields behind them are looked at. A rule of a dimension that there is not is met by nothing.
    """
    known = {each.field: each for each in record_fields(visible.shown)}
    if not {name for name, _ in request.where} <= known.keys():
        return None
    where = tuple((known[name].column, _typed(known[name], values)) for name, values in request.where)
    dimensions = {name: column_of(each.field) for name, each in visible.definition.dimensions.items()}
    alternatives = [
        tuple((dimensions[name], values) for name, values in rule)
        for rule in visible.scope.rows
        if all(name in dimensions for name, _ in rule)
    ]
    if not alternatives:
        return None
    return RecordRules(where, () if () in alternatives else _within(where, alternatives))


def _typed(each: RecordField, values: Sequence[str]) -> tuple[Value, ...]:
    return tuple(typed_value(each.type, value) for value in values)


def _within(where: Met, rules: Sequence[Met]) -> tuple[Met, ...]:
    """Alternatives without values that are not asked for: thousands of values of a scope would be bound for nothing."""
    asked: Mapping[str, set[Value]] = {column: {*values} for column, values in where}
    met = []
    for rule in rules:
        kept = tuple(
            (column, tuple(value for value in values if column not in asked or value in asked[column]))
            for column, values in rule
        )
        if all(values for _, values in kept):
            met.append(kept)
    # One that nothing meets, where none of them can be: else all rows would count.
    return tuple(met) or (((rules[0][0][0], ()),),)
