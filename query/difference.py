"""The difference between what is published of a range of arrivals and what a replay made of it. Pure.

Values are in the measures' own units; a side is None where it has no messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from query.requests import Filters
from streams.aggregates import COUNT, DISTINCT, MAX, MESSAGES, SUM, exact
from streams.definition import Definition
from streams.panes import Grain, PaneColumn
from streams.time_text import timestamp

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Both:
    """A number on both sides."""

    old: int
    new: int

    @property
    def equal(self) -> bool:
        """Whether both are the same."""
        return self.old == self.new


@dataclass(frozen=True, slots=True)
class Measured:
    """What one side holds of a measure; mean and max are None where no message had it, total where none is kept."""

    count: int
    mean: float | None
    max: float | None
    total: int | Decimal | None = None

    def as_json(self) -> Json:
        """Its members; a total with decimals is text."""
        values = asdict(self)
        total = values.pop("total")
        return values if total is None else {**values, "total": f"{total:f}" if isinstance(total, Decimal) else total}


@dataclass(frozen=True, slots=True)
class Totals:
    """What one side holds of a pane, a group or a bucket of time: by measure, and by distinct count.

    `visits`: the numbers of visits, of a stream that has them.
    """

    messages: int
    measures: Mapping[str, Measured]
    distincts: Mapping[str, int]
    visits: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> Json:
        """`{"messages", "measures", "distincts"}`, and `visits` where there are any."""
        measures = {name: measured.as_json() for name, measured in self.measures.items()}
        held = {"messages": self.messages, "measures": measures, "distincts": dict(self.distincts)}
        return {**held, "visits": dict(self.visits)} if self.visits else held


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Both sides of one group of dimension values. `change`: the largest relative change of any of its numbers."""

    dimensions: Mapping[str, str]
    old: Totals | None
    new: Totals | None
    change: float

    def as_json(self) -> Json:
        """`{"dimensions", "change", "old", "new"}`."""
        return {"dimensions": dict(self.dimensions), "change": self.change, **_sides_json(self.old, self.new)}


@dataclass(frozen=True, slots=True)
class PaneDifference(GroupDifference):
    """Both sides of one pane: dimensions and window."""

    window_start: datetime

    def as_json(self) -> Json:
        """As of a group, and `window_start`."""
        return {"window_start": timestamp(self.window_start), **GroupDifference.as_json(self)}


@dataclass(frozen=True, slots=True)
class GrainDifference:
    """How the panes of one grain, merged by dimensions and window, compare. `changes`: the largest of them.

    `until`: arrivals up to then are compared; the range's last day panes may be made later.
    """

    grain: Grain
    until: datetime
    equal: int
    changed: int
    only_old: int
    only_new: int
    messages: Both
    changes: tuple[PaneDifference, ...]

    @property
    def differing(self) -> int:
        """How many panes are not the same on both sides."""
        return self.changed + self.only_old + self.only_new

    def as_json(self) -> Json:
        """The numbers, and the changes."""
        return {
            "compared_until": timestamp(self.until),
            "equal": self.equal,
            "changed": self.changed,
            "only_old": self.only_old,
            "only_new": self.only_new,
            "messages": asdict(self.messages),
            "changes": [change.as_json() for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """All of it, of panes by a `breakdown` and its `dimensions` that are shown.

    `groups`: all windows together, the largest change first; `groups_in_all` counts those left out too. `accounted`:
    accepted, rejected, heartbeats and duplicates, by the ledgers. `rejected`: reason → messages.
    """

    grains: tuple[GrainDifference, ...]
    groups: tuple[GroupDifference, ...]
    groups_in_all: int
    accounted: Mapping[str, Both]
    rejected: Mapping[str, Both]
    breakdown: str = ""
    dimensions: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether publishing would change no number of any table; digests are not compared."""
        counts = (*self.accounted.values(), *self.rejected.values())
        return not any(grain.differing for grain in self.grains) and all(both.equal for both in counts)

    def as_json(self) -> Json:
        """As the API gives it."""
        return {
            "identical": self.identical,
            "accounted": {name: asdict(both) for name, both in self.accounted.items()},
            "rejected": {reason: asdict(both) for reason, both in self.rejected.items()},
            "breakdown": self.breakdown,
            "panes": {str(grain.grain): grain.as_json() for grain in self.grains},
            "groups": [group.as_json() for group in self.groups],
            "groups_in_all": self.groups_in_all,
        }


@dataclass(frozen=True, slots=True)
class Point:
    """Both sides of one bucket of event time."""

    at: datetime
    old: Totals | None
    new: Totals | None

    def as_json(self) -> Json:
        """`{"at", "old", "new"}`."""
        return {"at": timestamp(self.at), **_sides_json(self.old, self.new)}


@dataclass(frozen=True, slots=True)
class Points:
    """A chart's points, in order of time, at each `step` that had messages; `where` limits their dimensions."""

    step: str
    where: Filters
    points: tuple[Point, ...]

    def as_json(self) -> Json:
        """`{"step", "where", "points"}`."""
        return {
            "step": self.step,
            "where": {name: list(values) for name, values in self.where},
            "points": [point.as_json() for point in self.points],
        }


def compared_definition(definition: Definition, difference: Difference) -> Definition:
    """The definition with the dimensions alone that are compared: no other ones does a group have."""
    dimensions = {name: each for name, each in definition.dimensions.items() if name in difference.dimensions}
    return definition.model_copy(update={"dimensions": dimensions})


def _sides_json(old: Totals | None, new: Totals | None) -> Json:
    return {"old": old and old.as_json(), "new": new and new.as_json()}


def totals_of(
    definition: Definition, columns: Sequence[PaneColumn], values: Sequence[Any]
) -> tuple[Totals | None, Totals | None]:
    """Both sides from the columns of old, then those of new."""
    width = len(columns)
    return _totals(definition, columns, values[:width]), _totals(definition, columns, values[width:])


def _totals(definition: Definition, columns: Sequence[PaneColumn], values: Sequence[Any]) -> Totals | None:
    value_of = {(column.source, column.aggregate): value for column, value in zip(columns, values, strict=True)}
    messages = value_of["", MESSAGES]
    if messages is None:
        return None
    measures = {}
    for name, measure in definition.measures.items():
        count, total, most = (value_of[name, part] for part in (COUNT, SUM, MAX))
        mean = float(Decimal(total) / (measure.scale * count)) if count else None
        peak = None if most is None else most / measure.scale
        summed = exact(int(total or 0), measure.scale) if measure.total else None
        measures[name] = Measured(int(count or 0), mean, peak, summed)
    distincts = {name: int(value_of[name, DISTINCT] or 0) for name in definition.distincts}
    visits = {
        column.name: int(value or 0)
        for column, value in zip(columns, values, strict=True)
        if column.aggregate.of == "stream" and column.aggregate is not MESSAGES
    }
    return Totals(int(messages), measures, distincts, visits)
