"""The largest groups by several things at once, in one statement: what a dashboard's panels show. Pure.

Panes of all breakdowns are in one table, so one scan answers for all panels whose panes are chosen alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from query.errors import FieldProblem
from query.groups import Group, groups_of
from query.requests import WindowRequest, refuse
from query.visible import Visible
from streams.definition import Definition
from streams.panes import PaneColumn

MOST_KEYS = 2
"""Dimensions that a panel may be by."""


@dataclass(frozen=True, slots=True)
class Top:
    """A panel: groups by one or two dimensions, the largest first, or the whole, by none. `counts`: the distinct count
    or number of the stream that they are ordered by; where it is 0 there is no group. `limit`: most groups of its own.
    """

    name: str
    by: tuple[str, ...]
    counts: str
    limit: int | None = None

    @property
    def width(self) -> int:
        """How many dimensions it is by."""
        return len(self.by)


@dataclass(frozen=True, slots=True)
class TopsRequest:
    """At most `limit` groups of each panel after the first `after`, of one window."""

    window: WindowRequest
    tops: tuple[Top, ...]
    limit: int
    after: int = 0

    def __post_init__(self) -> None:
        refuse(self._problems())

    def _problems(self) -> Iterator[FieldProblem]:
        shown = self.window.visible.shown
        for top in self.tops:
            if top.width > MOST_KEYS:
                yield FieldProblem("by", f"of {top.name} has more than {MOST_KEYS} dimensions")
            yield from (
                FieldProblem("by", f"{name!r} is not a dimension") for name in top.by if name not in shown.dimensions
            )
        if self.window.by or self.window.limit is not None or self.window.changed_since is not None:
            yield FieldProblem("by", "is said of each panel")

    @property
    def stream(self) -> str:
        """The stream that is asked."""
        return self.window.stream

    @property
    def visible(self) -> Visible:
        """What its asker sees of it."""
        return self.window.visible

    @property
    def keys(self) -> tuple[str, ...]:
        """The dimensions of all panels, each once."""
        return tuple(dict.fromkeys(name for top in self.tops for name in top.by))


def ordered_by(top: Top, columns: Sequence[PaneColumn]) -> str:
    """The column that a panel's groups are ordered by. Raises InvalidRequestError."""
    named = {column.source or column.name: column.name for column in columns if column.aggregate.of != "measure"}
    refuse([FieldProblem("by", f"{top.counts!r} is not counted here")] if top.counts not in named else [])
    return named[top.counts]


def tables_of(
    definition: Definition, request: TopsRequest, columns: Sequence[PaneColumn], rows: Sequence[Sequence[Any]]
) -> Mapping[str, tuple[Group, ...]]:
    """Panel → its groups in their order, of rows of panel, place, two keys and columns."""
    found: dict[str, tuple[Group, ...]] = {}
    for top in request.tops:
        width = top.width
        mine = [row for row in rows if row[0] == top.name]
        places = {tuple(row[2 : 2 + width]): row[1] for row in mine}
        read = [[*row[2 : 2 + width], *row[2 + MOST_KEYS :]] for row in mine]
        groups = groups_of(definition, top.by, columns, (), read)
        found[top.name] = tuple(sorted(groups, key=lambda group: places[group.key]))
    return found
