"""The columns that a definition gives the window page's table, and what its groups are called. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from query.groups import Group
from streams.definition import Definition
from web.page.table import Column
from web.page.units import UNCHANGED, more_messages, spoken_name

__all__ = ["QUANTILES", "Shown", "columns_of", "group_label"]

QUANTILES = (0.5, 0.95, 0.99)
"""The quantiles that the page asks for when a stream keeps any."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the table: a group, how many messages more it has now (None if nothing of it changed), and what it was
    at the time compared with."""

    group: Group
    since: int | None = None
    before: Group | None = None


def columns_of(
    definition: Definition, by: Sequence[str], *, every: bool, since: bool = False, compared: bool = False
) -> tuple[Column[Shown], ...]:
    """The columns for a grouping; without `every` only the essential ones. `since`: with what changed since.

    `compared`: counts and means say what they were at the time compared with.
    """

    def column(key: str, label: str, kind: str, read: Callable[[Group], Any], **more: Any) -> Column[Shown]:
        beside = compared and (kind == "count" or key.endswith(".mean"))
        return Column(
            key=key,
            label=label,
            kind=kind,
            read=lambda shown: read(shown.group),
            before=(lambda shown: shown.before and read(shown.before)) if beside else None,
            **{"heading": "", "unit": "", "essential": True, **more},
        )

    found = [
        column(name, spoken_name(name, definition.dimensions[name].title), "text", _dimension(place))
        for place, name in enumerate(by)
    ]
    found.append(column("messages", "Messages", "count", attrgetter("messages")))
    if since:
        explained = "Whether the group is not the same now: messages came late, or something was published"
        found.append(Column("since", "Since then", "", "since", "", True, _since_order, explained, said=_since_text))
    for name, distinct in definition.distincts.items():
        label, read = spoken_name(name, distinct.title), _member(name, "distinct")
        found.append(column(name, label, "count", read, explained="Different values, within 3%"))
    for name, measure in definition.measures.items():
        title = spoken_name(name, measure.title)
        for part, label, explained, essential, *path in _measure_columns(quantiles=measure.quantiles):
            more = {
                "heading": title,
                "unit": measure.unit,
                "essential": essential,
                "explained": explained.format(title),
            }
            kind = "moment" if part == "max_at" else "quantity"
            found.append(column(f"{name}.{part}", label, kind, _member(name, *(path or [part])), **more))
    return tuple(column for column in found if every or column.essential)


def _measure_columns(*, quantiles: bool) -> list[tuple[Any, ...]]:
    """Key, label, explanation, whether it is essential, and where a group has it, if not by its key."""
    percentiles = [(level, f"p{level * 100:g}") for level in (QUANTILES if quantiles else ())]
    return [
        ("mean", "mean", "Mean {}", True),
        ("min", "min", "Smallest {}", False),
        *(
            (name, name, f"{name[1:]}% of messages have at most this {{}}", level == 0.95, "quantiles", f"{level:g}")
            for level, name in percentiles
        ),
        ("max", "max", "Largest {}", True),
        ("max_at", "at", "When {} was largest", True),
    ]


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
