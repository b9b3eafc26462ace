"""Which rows a question is answered from: its own filters within the rows in scope. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from access.grants import Rows
from query.visible import Visible


@dataclass(frozen=True, slots=True)
class RowRules:
    """A row counts if it meets all of `where` and, if there are any, one of the `alternatives`.

    Each is of dimensions, with the values that a row may have. `shape`s have how many values these are.
    """

    where: Rows = ()
    alternatives: tuple[Rows, ...] = ()

    @property
    def single(self) -> dict[str, str]:
        """Each dimension that every row has the same value of."""
        return {name: values[0] for name, values in self.where if len(values) == 1}

    @property
    def shape(self) -> list[tuple[str, int]]:
        """`where`, for a statement."""
        return [(name, len(values)) for name, values in self.where]

    @property
    def shapes(self) -> list[list[tuple[str, int]]]:
        """The alternatives, for a statement."""
        return [[(name, len(values)) for name, values in rule] for rule in self.alternatives]

    @property
    def values(self) -> tuple[str, ...]:
        """The values that the marks of a statement stand for, in their order."""
        rules = (self.where, *self.alternatives)
        return tuple(value for rule in rules for _, values in rule for value in values)

    def dimensions_with(self, names: Iterable[str]) -> list[str]:
        """Some dimensions, and all that a row must meet something of, each once."""
        rules = (self.where, *self.alternatives)
        return [*dict.fromkeys([*names, *(name for rule in rules for name, _ in rule)])]


ALL_ROWS = RowRules()


def rules_within(visible: Visible, where: Rows) -> RowRules | None:
    """What rows in scope must meet of a question's filters; None if there can be no such row.

    A stream that lacks a dimension of a rule has no row that meets it.
    """
    dimensions, asked = visible.definition.dimensions, {name: {*values} for name, values in where}
    met = [_met(rule, dimensions, asked) for rule in visible.scope.rows]
    alternatives = sorted({rule for rule in met if rule is not None})
    if not alternatives:
        return None
    if () in alternatives:
        return RowRules(where)
    if len(alternatives) > 1:
        return RowRules(where, tuple(alternatives))
    return RowRules(_joined(dimensions, where, alternatives[0]))


def _met(rule: Rows, dimensions: Container[str], asked: Mapping[str, set[str]]) -> Rows | None:
    """What a rule asks beyond the filters; None if no row can meet both."""
    left = []
    for name, values in rule:
        kept = tuple(value for value in values if name not in asked or value in asked[name])
        if name not in dimensions or not kept:
            return None
        if {*kept} != asked.get(name):
            left.append((name, kept))
    return tuple(left)


def _joined(dimensions: Iterable[str], where: Rows, rule: Rows) -> Rows:
    """Filters and the only rule, which has of each dimension only values that were asked for, as filters."""
    values = dict(where) | dict(rule)
    return tuple((name, values[name]) for name in dimensions if name in values)
