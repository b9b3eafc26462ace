"""The columns that a definition gives the window page's table, and what its groups are called. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from streams.definition import Definition
from web.page.table import Column, Group
from web.page.units import spoken_name

__all__ = ["QUANTILES", "columns_of", "group_label", "row_key"]

QUANTILES = (0.5, 0.95, 0.99)
"""The quantiles that the page asks for when a stream keeps any."""


def columns_of(definition: Definition, by: Sequence[str], *, every: bool, since: bool = False) -> tuple[Column, ...]:
    """The columns for a grouping; without `every` only the essential ones. `since`: with what changed since."""
    found = [
        Column(name, spoken_name(name, definition.dimensions[name].title), "", "text", "", True, _reader(name))
        for name in by
    ]
    found.append(Column("messages", "Messages", "", "count", "", True, _reader("messages")))
    if since:
        explained = "Whether the group is not the same now: messages came late, or something was published"
        found.append(Column("since", "Since then", "", "since", "", True, _reader("since", "order"), explained))
    for name, distinct in definition.distincts.items():
        label = spoken_name(name, distinct.title)
        read = _reader(name, "distinct")
        found.append(Column(name, label, "", "count", "", True, read, "Different values, within 3%"))
    for name, measure in definition.measures.items():
        found += _measure_columns(name, spoken_name(name, measure.title), measure.unit, quantiles=measure.quantiles)
    return tuple(column for column in found if every or column.essential)


def _measure_columns(name: str, title: str, unit: str, *, quantiles: bool) -> list[Column]:
    def column(part: str, label: str, explained: str, essential: bool, kind: str = "quantity") -> Column:
        return Column(f"{name}.{part}", label, title, kind, unit, essential, _reader(name, part), explained)

    found = [
        column("mean", "mean", f"Mean {title}", True),
        column("min", "min", f"Smallest {title}", False),
    ]
    for level in QUANTILES if quantiles else ():
        label = f"p{level * 100:g}"
        explained = f"{level * 100:g}% of messages have at most this {title}"
        read = _quantile_reader(name, f"{level:g}")
        found.append(Column(f"{name}.{label}", label, title, "quantity", unit, level == 0.95, read, explained))
    found.append(column("max", "max", f"Largest {title}", True))
    found.append(column("max_at", "at", f"When {title} was largest", True, "moment"))
    return found


def _reader(*path: str) -> Callable[[Group], Any]:
    def read(group: Group) -> Any:
        value: Any = group
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    return read


def _quantile_reader(measure: str, level: str) -> Callable[[Group], Any]:
    return _reader(measure, "quantiles", level)


def row_key(group: Group, by: Sequence[str]) -> tuple[str, ...]:
    """A group's values as an address writes them."""
    return tuple(str(group[name]) for name in by)


def group_label(group: Group, by: Sequence[str]) -> str:
    """What a group is called: its values, or `all` when there are none."""
    return " · ".join(str(group[name]) for name in by) or "all"
