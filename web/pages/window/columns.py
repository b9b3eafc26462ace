"""The columns that a definition gives the window page's table, and what its groups are called. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from query.groups import Group
from streams.aggregates import Member, Merged
from streams.definition import Definition
from streams.panes import pane_columns
from web.page.table import Column
from web.page.units import UNCHANGED, more_messages, spoken_name

QUANTILES = (0.5, 0.95, 0.99)
"""The quantiles that the page asks for when a stream keeps any."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the table: a group, how many messages more it has now (None if nothing of it changed), and what it was
    at the time compared with."""

    group: Group
    since: int | None = None
    before: Group | None = None


_OF_VISITS = {
    "bounce_rate": ("Bounces", "ratio", "The part of the visits with one message"),
    "visit_length": ("Length", "ms", "How long a visit takes from its first to its newest message"),
}
"""Attribute of a group → its column: label, unit, and what it says."""


def columns_of(
    definition: Definition, by: Sequence[str], *, every: bool, since: bool = False, compared: bool = False
) -> tuple[Column[Shown], ...]:
    """The columns for a grouping; without `every` only the essential ones. `since`: with what changed since.

    `compared`: counts, totals and means say what they were at the time compared with.
    """

    def column(key: str, label: str, kind: str, read: Callable[[Group], Any], **more: Any) -> Column[Shown]:
        beside = compared and (kind in ("count", "total") or key.endswith(".mean") or key in _OF_VISITS)
        return Column(
            key=key,
            label=label,
            kind=kind,
            read=lambda shown: read(shown.group),
            before=(lambda shown: shown.before and read(shown.before)) if beside else None,
            **{"heading": "", "unit": "", "essential": True, **more},
        )

    columns = [
        column(name, spoken_name(name, definition.dimensions[name].title), "text", _dimension(place))
        for place, name in enumerate(by)
    ]
    columns.append(column("messages", "Messages", "count", attrgetter("messages")))
    if definition.visits:
        columns.append(column("visits", "Visits", "count", _visits, explained="Visits that began then"))
        columns += [
            column(key, label, "quantity", attrgetter(key), unit=unit, explained=explained)
            for key, (label, unit, explained) in _OF_VISITS.items()
        ]
    if since:
        explained = "Whether the group is not the same now: messages came late, or something was published"
        columns.append(Column("since", "Since then", "", "since", "", True, _since_order, explained, said=_since_text))
    for name, distinct in definition.distincts.items():
        label, read = spoken_name(name, distinct.title), _member(name, "distinct")
        columns.append(column(name, label, "count", read, explained="Different values, within 3%"))
    for name, measure in definition.measures.items():
        title = spoken_name(name, measure.title)
        for path, each in _measure_columns(definition, name):
            more = {"heading": title, "unit": measure.unit, "essential": each.essential}
            explained = each.explained.format(title=title)
            read = _member(name, *path)
            columns.append(column(f"{name}.{each.name}", each.label, each.kind, read, explained=explained, **more))
    return tuple(column for column in columns if every or column.essential)


def _measure_columns(definition: Definition, measure: str) -> list[tuple[tuple[str, ...], Member]]:
    """What has a label, and of quantiles those that are asked for, by rank; and where a group has it."""
    kept = [column for column in pane_columns(definition) if column.source == measure]
    members: list[tuple[tuple[str, ...], Member]] = []
    for member in (each for column in kept for each in column.members):
        if member.kind == "quantiles":
            members += [((member.name, f"{level:g}"), _quantile(level)) for level in QUANTILES]
        elif member.label:
            members.append(((member.name,), member))
    return sorted(members, key=lambda each: each[1].rank)


def _quantile(level: float) -> Member:
    """As if it was a member of its own."""
    name, explained = f"p{level * 100:g}", f"{level * 100:g}% of messages have at most this {{title}}"
    return Member(name, "quantity", Merged.quantity, name, explained, level, essential=level == 0.95)


def _visits(group: Group) -> int | None:
    """None where records answered of before they told visits."""
    return group.visits.get("visits")


def _dimension(place: int) -> Callable[[Group], str]:
    return lambda group: group.key[place]


def _member(*path: str) -> Callable[[Group], Any]:
    return lambda group: group.value(*path)


def _since_order(shown: Shown) -> int:
    return 0 if shown.since is None else max(1, abs(shown.since))


def _since_text(shown: Shown) -> str:
    if shown.since is None:
        return UNCHANGED
    return more_messages(shown.since) if shown.since else "other values"


def group_label(group: Group) -> str:
    """What a group is called: its values, or `all` when there are none."""
    return " · ".join(group.key) or "all"
