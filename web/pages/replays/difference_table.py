"""The tables of a replay's page: groups with both sides, sorted and paged, and the panes that changed most. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from query.difference import GroupDifference, PaneDifference, Totals
from streams.definition import Definition
from web.page.table import Column, Group, reader
from web.page.units import NOTHING, count, quantity, spoken_name

__all__ = ["ChangeRow", "Changed", "as_groups", "change_rows", "changes_heading", "group_columns"]


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


def as_groups(groups: Sequence[GroupDifference]) -> list[Group]:
    """Groups in the nested shape that columns read: `dimensions`, `change`, and a side's `messages`, `measures`, …"""
    return [group.as_json() for group in groups]


def group_columns(definition: Definition) -> tuple[Column, ...]:
    """The columns of the table of groups: each number as old, then as new."""
    found = [
        Column(name, spoken_name(name, dimension.title), "", "text", "", True, reader("dimensions", name))
        for name, dimension in definition.dimensions.items()
    ]
    found.append(
        Column("change", "Change", "", "quantity", "ratio", True, reader("change"), "Largest change of any number")
    )
    found += _both("messages", "", "Messages", "count", "", ("messages",))
    for name, measure in definition.measures.items():
        title = spoken_name(name, measure.title)
        for part in ("mean", "max"):
            found += _both(f"{name}.{part}", part, title, "quantity", measure.unit, ("measures", name, part))
    for name, distinct in definition.distincts.items():
        found += _both(name, "", spoken_name(name, distinct.title), "count", "", ("distincts", name))
    return tuple(found)


def _both(key: str, part: str, heading: str, kind: str, unit: str, path: tuple[str, ...]) -> list[Column]:
    return [
        Column(f"{key}.{side}", f"{part} {side}".strip(), heading, kind, unit, True, reader(side, *path))
        for side in ("old", "new")
    ]


def changes_heading(definition: Definition) -> list[str]:
    """What the values of a changed pane are."""
    found = ["Messages"]
    for name, measure in definition.measures.items():
        found += [f"{spoken_name(name, measure.title)} {part}" for part in ("mean", "max", "count")]
    return found + [spoken_name(name, distinct.title) for name, distinct in definition.distincts.items()]


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
    found = [count(side.messages)]
    for name, measured in side.measures.items():
        unit = definition.measures[name].unit
        found += [quantity(measured.mean, unit), quantity(measured.max, unit), count(measured.count)]
    return found + [count(distinct) for distinct in side.distincts.values()]
