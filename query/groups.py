"""Groups of an answer, made of the merged rows of a statement. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from streams.definition import Definition
from streams.panes import Aggregate, PaneColumn

__all__ = ["Group", "groups_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """What happened, of one value of each dimension that was asked for: `key` has them in the definition's order.

    `parts`: measure or distinct count → its members by name, in the measure's own unit; moments are datetimes, and what
    no message had is None. `changed_since`: whether it is not as it was before, if that was asked.
    """

    key: tuple[str, ...]
    messages: int
    parts: Mapping[str, Mapping[str, Any]]
    changed_since: bool | None = None

    def value(self, part: str, *names: str) -> Any:
        """A member, such as `("cpu", "max")` or `("cpu", "quantiles", "0.5")`; None where there is no value."""
        found: Any = self.parts.get(part)
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def groups_of(
    definition: Definition,
    by: Sequence[str],
    columns: Sequence[PaneColumn],
    quantiles: Sequence[float],
    rows: Iterable[Sequence[Any]],
) -> tuple[Group, ...]:
    """Turn merged rows (dimension values, then `columns`) into sorted groups; those without messages are left out.

    The value of a MAX_AT column is the row of the negated largest value and its time, or None.
    """
    width, found = len(by), []
    for row in sorted(rows, key=lambda row: tuple(row[:width])):
        messages, parts = 0, dict[str, dict[str, Any]]()
        for column, value in zip(columns, row[width:], strict=True):
            if column.aggregate is Aggregate.MESSAGES:
                messages = int(value or 0)
            else:
                _put(parts.setdefault(column.source, {}), definition, column, value, quantiles)
        if messages:
            found.append(Group(tuple(row[:width]), messages, parts))
    return tuple(found)


def _put(
    part: dict[str, Any], definition: Definition, column: PaneColumn, value: Any, quantiles: Sequence[float]
) -> None:
    """Put one merged column into its measure or distinct count."""
    if column.aggregate is Aggregate.DISTINCT:
        part["distinct"] = int(value or 0)
        return
    scale = definition.measures[column.source].scale
    match column.aggregate:
        case Aggregate.COUNT:
            part["count"] = int(value or 0)
        case Aggregate.SUM:
            part["mean"] = float(Decimal(value) / (scale * part["count"])) if part["count"] else None
        case Aggregate.MIN:
            part["min"] = None if value is None else value / scale
        case Aggregate.MAX_AT:
            negated, part["max_at"] = value or (None, None)
            part["max"] = None if negated is None else -negated / scale
        case Aggregate.DIGEST:
            values = value or [None] * len(quantiles)
            part["quantiles"] = {
                repr(quantile).removesuffix(".0"): None if found is None else found / scale
                for quantile, found in zip(quantiles, values, strict=True)
            }
