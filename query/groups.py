"""Groups of an answer, made of the merged rows of a statement. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from streams.aggregates import COUNT, MESSAGES, Merged
from streams.definition import Definition
from streams.panes import PaneColumn

_NO_VISITS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Group:
    """What happened, of one value of each dimension that was asked for: `key` has them in the definition's order.

    `parts`: measure or distinct count → its members by name, in the measure's own unit; moments are datetimes, and what
    no message had is None. `changed_since`: whether it is not as it was before, if that was asked. `visits`: of a
    stream that has them, `visits`, `bounces` and `visit_seconds` of those that began then.
    """

    key: tuple[str, ...]
    messages: int
    parts: Mapping[str, Mapping[str, Any]]
    changed_since: bool | None = None
    visits: Mapping[str, int] = field(default_factory=lambda: _NO_VISITS)

    @property
    def bounce_rate(self) -> float | None:
        """The part of the visits that were bounces; None where there are none."""
        return self._a_visit("bounces")

    @property
    def visit_length(self) -> float | None:
        """How many milliseconds a visit takes; None where there are none."""
        seconds = self._a_visit("visit_seconds")
        return None if seconds is None else seconds * 1000

    def _a_visit(self, number: str) -> float | None:
        visits = self.visits.get("visits", 0)
        return self.visits[number] / visits if visits > 0 else None

    def value(self, part: str, *names: str) -> Any:
        """A member, such as `("cpu", "max")` or `("cpu", "quantiles", "0.5")`; None where there is no value."""
        value: Any = self.parts.get(part)
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value


def groups_of(
    definition: Definition,
    by: Sequence[str],
    columns: Sequence[PaneColumn],
    quantiles: Sequence[float],
    rows: Iterable[Sequence[Any]],
) -> tuple[Group, ...]:
    """Turn merged rows (dimension values, then `columns`) into sorted groups; those without any number are left out."""
    scales = {name: measure.scale for name, measure in definition.measures.items()}
    width, groups = len(by), []
    read = [(column.source, column.members) for column in columns]
    for row in sorted(rows, key=lambda row: tuple(row[:width])):
        parts = dict[str, dict[str, Any]]()
        for (source, members), value in zip(read, row[width:], strict=True):
            part = parts.setdefault(source, {})
            merged = Merged(value, scales.get(source, 1), part.get(COUNT.name, 0), quantiles)
            part |= {member.name: member.read(merged) for member in members}
        visits = parts.pop("")
        messages = visits.pop(MESSAGES.name)
        # A visit may have begun in a window without messages of its newest values; it may have moved on from there.
        if messages or any(visits.values()):
            groups.append(Group(tuple(row[:width]), messages, parts, visits=visits or _NO_VISITS))
    return tuple(groups)
