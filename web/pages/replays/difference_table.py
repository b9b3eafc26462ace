"""The tables of a replay's page: groups with both sides, sorted and paged, and the panes that changed most. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from query.difference import GroupDifference, PaneDifference, Totals
from streams.definition import Definition, Measure
from web.page.table import Column
from web.page.units import NOTHING, count, quantity, spoken_name, total


@dataclass(frozen=True, slots=True)
class Changed:
    """A value of both sides as text; `same` when they are equal."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        """Whether a reader sees no difference."""
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A pane that changed. `what`: changed, only old or only new. `values` in the order of the heading."""

    window_start: datetime
    dimensions: tuple[str, ...]
    what: str
    values: tuple[Changed, ...]


def group_columns(definition: Definition) -> tuple[Column[GroupDifference], ...]:
    """The columns of the table of groups: each number as old, then as new."""
    columns = [
        Column(name, spoken_name(name, dimension.title), "", "text", "", True, _dimension(name))
        for name, dimension in definition.dimensions.items()
    ]
    columns.append(
        Column("change", "Change", "", "quantity", "ratio", True, attrgetter("change"), "Largest change of any number")
    )
    columns += _both("messages", "", "Messages", "count", "", attrgetter("messages"))
    for name, measure in definition.measures.items():
        title = spoken_name(name, measure.title)
        for part in (*_totalled(measure), "mean", "max"):
            kind = "total" if part == "total" else "quantity"
            columns += _both(f"{name}.{part}", part, title, kind, measure.unit, _measured(name, part))
    for name, distinct in definition.distincts.items():
        columns += _both(name, "", spoken_name(name, distinct.title), "count", "", _distinct(name))
    return tuple(columns)


def _totalled(measure: Measure) -> tuple[str, ...]:
    return ("total",) if measure.total else ()


def _dimension(name: str) -> Callable[[GroupDifference], str]:
    return lambda group: group.dimensions[name]


def _measured(name: str, part: str) -> Callable[[Totals], Any]:
    return lambda side: getattr(side.measures[name], part)


def _distinct(name: str) -> Callable[[Totals], int]:
    return lambda side: side.distincts[name]


def _both(
    key: str, part: str, heading: str, kind: str, unit: str, read: Callable[[Totals], Any]
) -> list[Column[GroupDifference]]:
    return [
        Column(f"{key}.{side}", f"{part} {side}".strip(), heading, kind, unit, True, _side(side, read))
        for side in ("old", "new")
    ]


def _side(name: str, read: Callable[[Totals], Any]) -> Callable[[GroupDifference], Any]:
    return lambda group: None if getattr(group, name) is None else read(getattr(group, name))


def changes_heading(definition: Definition) -> list[str]:
    """What the values of a changed pane are."""
    heading = ["Messages"]
    for name, measure in definition.measures.items():
        parts = (*_totalled(measure), "mean", "max", "count")
        heading += [f"{spoken_name(name, measure.title)} {part}" for part in parts]
    return heading + [spoken_name(name, distinct.title) for name, distinct in definition.distincts.items()]


def change_rows(definition: Definition, changes: Sequence[PaneDifference]) -> list[ChangeRow]:
    """Changed panes as text, in their order."""
    return [
        ChangeRow(
            change.window_start,
            tuple(change.dimensions.values()),
            "only new" if change.old is None else "only old" if change.new is None else "changed",
            tuple(
                Changed(old, new)
                for old, new in zip(_texts(definition, change.old), _texts(definition, change.new), strict=True)
            ),
        )
        for change in changes
    ]


def _texts(definition: Definition, side: Totals | None) -> list[str]:
    if side is None:
        return [NOTHING] * len(changes_heading(definition))
    texts = [count(side.messages)]
    for name, measured in side.measures.items():
        unit = definition.measures[name].unit
        texts += [] if measured.total is None else [total(measured.total, unit)]
        texts += [quantity(measured.mean, unit), quantity(measured.max, unit), count(measured.count)]
    return texts + [count(distinct) for distinct in side.distincts.values()]
