"""The columns that a definition gives the window page's table, and what its groups are called. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from streams.aggregates import Member
from streams.definition import Definition
from streams.panes import pane_columns
from web.page.table import Column, Group, reader
from web.page.units import spoken_name

__all__ = ["QUANTILES", "columns_of", "group_label", "row_key"]

QUANTILES = (0.5, 0.95, 0.99)
"""The quantiles that the page asks for when a stream keeps any."""


def columns_of(definition: Definition, by: Sequence[str], *, every: bool, since: bool = False) -> tuple[Column, ...]:
    """The columns for a grouping; without `every` only the essential ones. `since`: with what changed since."""
    found = [
        Column(name, spoken_name(name, definition.dimensions[name].title), "", "text", "", True, reader(name))
        for name in by
    ]
    found.append(Column("messages", "Messages", "", "count", "", True, reader("messages")))
    if since:
        explained = "Whether the group is not the same now: messages came late, or something was published"
        found.append(Column("since", "Since then", "", "since", "", True, reader("since", "order"), explained))
    for name, distinct in definition.distincts.items():
        label = spoken_name(name, distinct.title)
        read = reader(name, "distinct")
        found.append(Column(name, label, "", "count", "", True, read, "Different values, within 3%"))
    for name, measure in definition.measures.items():
        members = [m for column in pane_columns(definition) if column.source == name for m in column.aggregate.members]
        found += _measure_columns(name, spoken_name(name, measure.title), measure.unit, members)
    return tuple(column for column in found if every or column.essential)


def _measure_columns(name: str, title: str, unit: str, members: Sequence[Member]) -> list[Column]:
    """One for each member that has a label, and for each quantile, in the order of their ranks."""
    found: list[tuple[tuple[str, ...], Member]] = [((member.name,), member) for member in members if member.label]
    quantiles = [member for member in members if member.kind == "quantiles"]
    found += [((member.name, f"{level:g}"), _at(member, level)) for member in quantiles for level in QUANTILES]

    def column(path: tuple[str, ...], of: Member) -> Column:
        explained = of.explained.format(title=title)
        return Column(f"{name}.{of.name}", of.label, title, of.kind, unit, of.essential, reader(name, *path), explained)

    return [column(path, member) for path, member in sorted(found, key=lambda each: each[1].rank)]


def _at(member: Member, level: float) -> Member:
    """One of the quantiles, as if it was a member of its own."""
    label = f"p{level * 100:g}"
    explained = f"{level * 100:g}% of messages have at most this {{title}}"
    return Member(label, "quantity", member.read, label, explained, level, essential=level == 0.95)


def row_key(group: Group, by: Sequence[str]) -> tuple[str, ...]:
    """A group's values as an address writes them."""
    return tuple(str(group[name]) for name in by)


def group_label(group: Group, by: Sequence[str]) -> str:
    """What a group is called: its values, or `all` when there are none."""
    return " · ".join(str(group[name]) for name in by) or "all"
