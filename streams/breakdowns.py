"""Breakdowns: the sets of dimensions that panes of a stream are kept by, the grains of each, and what shares a cut.

The finest panes of every breakdown are made of messages, in short arrival windows; its panes of longer grains are
rollups, made of those. So panes of all breakdowns are complete up to the same cuts: one of the finest ones, and one of
each grain of rollups. A part is `<breakdown>/<grain>/<period>`, such as `service/minute/2026-03-01`: all panes of a
breakdown and grain whose windows start in a period.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from streams.definition import BreakdownRule, Definition
from streams.panes import FINEST_ARRIVAL_SECONDS, PERIODS, ROLLUP_ARRIVAL_SECONDS, Grain, Period, grain_of


class Layer(StrEnum):
    """Panes that are made together, in arrival windows of one length, and so share a cut."""

    FINEST = "finest"
    HOUR = "hour"
    DAY = "day"

    @property
    def arrival_seconds(self) -> int:
        """Length of the arrival windows that its panes are made in."""
        return FINEST_ARRIVAL_SECONDS if self is Layer.FINEST else ROLLUP_ARRIVAL_SECONDS

    @property
    def panes(self) -> str:
        """What its panes are called where they are told apart from those of other layers, and from other tables."""
        return f"{self.value} panes"

    @property
    def grain(self) -> Grain:
        """The grain of a layer of rollups."""
        return Grain(self.value)

    @property
    def noted(self) -> str:
        """What its properties of a table end in: all finest panes were those of minutes once."""
        return "minute" if self is Layer.FINEST else self.value


ROLLUP_LAYERS = (Layer.DAY, Layer.HOUR)
"""The layers whose panes are made of the finest ones."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A set of dimensions that panes are kept by, in the definition's order, and their grains, the shortest first."""

    name: str
    dimensions: tuple[str, ...]
    grains: tuple[Grain, ...]

    @property
    def finest(self) -> Grain:
        """The grain of the panes that are made of messages."""
        return self.grains[0]

    @property
    def rollups(self) -> tuple[Grain, ...]:
        """The grains of panes that are made of those."""
        return self.grains[1:]

    @property
    def hourly(self) -> bool:
        """Whether its minute panes are divided into parts of hours, once they are packed.

        They are put into parts of days, so that messages of many hours make few files.
        """
        return self.finest is Grain.MINUTE and Grain.HOUR in self.grains

    def layer(self, grain: Grain) -> Layer:
        """The layer that its panes of a grain are in."""
        return Layer.FINEST if grain is self.finest else Layer(grain.value)

    def prefix(self, grain: Grain) -> str:
        """What all parts of a grain begin with."""
        return f"{self.name}/{grain}/"

    def part(self, grain: Grain, start: datetime) -> str:
        """The part that a pane is put into whose window starts at a moment."""
        return self._named(grain, PERIODS[grain], start)

    def packed_part(self, grain: Grain, start: datetime) -> str:
        """The part that the pane is in once it is packed."""
        divided = self.hourly and grain is Grain.MINUTE
        return self._named(grain, Period.HOUR if divided else PERIODS[grain], start)

    def _named(self, grain: Grain, period: Period, start: datetime) -> str:
        return self.prefix(grain) + start.astimezone(UTC).strftime(period.strftime)


def breakdowns(definition: Definition) -> tuple[Breakdown, ...]:
    """The breakdowns of a stream; one of all dimensions, where the definition names none."""
    return tuple(
        Breakdown(name, tuple(filter(rule.by.__contains__, definition.dimensions)), _grains(definition, rule))
        for name, rule in rules(definition).items()
    )


def rules(definition: Definition) -> Mapping[str, BreakdownRule]:
    """Name → what is said of each breakdown, also where the definition leaves that out."""
    return definition.breakdowns or {
        "_".join(definition.dimensions): BreakdownRule.model_construct(by=tuple(definition.dimensions), grains=None)
    }


def _grains(definition: Definition, rule: BreakdownRule) -> tuple[Grain, ...]:
    stream = tuple(grain for grain in Grain if grain is not Grain.HOUR or definition.hours)
    return stream if rule.grains is None else tuple(grain for grain in Grain if grain in rule.grains)


def main_breakdown(definition: Definition) -> Breakdown:
    """The breakdown that is meant where none is named: that of all dimensions if there is one, else the first."""
    known = breakdowns(definition)
    return next((each for each in known if len(each.dimensions) == len(definition.dimensions)), known[0])


def layers(definition: Definition) -> tuple[Layer, ...]:
    """The layers that a stream has panes of: the finest ones, then rollups, those of the shortest grain first."""
    used = {each.layer(grain) for each in breakdowns(definition) for grain in each.grains}
    return tuple(layer for layer in Layer if layer in used)


def grains(definition: Definition) -> tuple[Grain, ...]:
    """The grains that a stream has panes of in some breakdown, the shortest first."""
    used = {grain for each in breakdowns(definition) for grain in each.grains}
    return tuple(grain for grain in Grain if grain in used)


def named_in(definition: Definition, layer: Layer) -> dict[Grain, tuple[str, ...]]:
    """Grain → the breakdowns whose panes of that grain are in a layer."""
    known = breakdowns(definition)
    found = {
        grain: tuple(each.name for each in known if grain in each.grains and each.layer(grain) is layer)
        for grain in Grain
    }
    return {grain: names for grain, names in found.items() if names}


def finest_shelves(definition: Definition) -> frozenset[str]:
    """What parts of finest panes are named before their period."""
    return frozenset(f"{each.name}/{each.finest}" for each in breakdowns(definition))


def layer_of(part: str, finest: Collection[str]) -> Layer:
    """The layer of a part, where those of the finest panes are named so before their period."""
    grain = grain_of(part)
    is_finest = grain is Grain.MINUTE or part.rpartition("/")[0] in finest
    return Layer.FINEST if is_finest else Layer(grain.value)


def breakdown_in(part: str) -> str:
    """The breakdown that a part is of."""
    return part.partition("/")[0]


def is_of_panes(view: str) -> bool:
    """Whether a view of that name merges panes."""
    return view.rpartition("_")[2] in {f"{grain}s" for grain in Grain}


def view_names(definition: Definition) -> dict[str, tuple[Breakdown, Grain]]:
    """Name of each view for SQL clients → what it merges. Those of the main breakdown are named by the grain alone."""
    main = main_breakdown(definition).name
    return {
        f"{grain}s" if each.name == main else f"{each.name}_{grain}s": (each, grain)
        for each in breakdowns(definition)
        for grain in each.grains
    }
