"""Slices of a stream's tables: what has a cut of its own. Of panes that is a grain, of other tables all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.table import Table

from iceberg.apply import DEFINITION_PROPERTY, noted_definition
from iceberg.bounds import cut
from iceberg.kinds import PANES, kind_of
from streams.panes import ROLLUPS, Grain, grains


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a table: the panes of a grain, or all of a table that has none."""

    table: Table
    grain: Grain | None = None

    @property
    def name(self) -> str:
        """What it is called, such as `day panes` or `ledger`."""
        return self.grain.panes if self.grain else kind_of(self.table).name

    @property
    def cut(self) -> datetime | None:
        """The arrival time up to which it is complete; None while that is not known."""
        return cut(self.table, self.grain)


@cached(LRUCache(maxsize=1000), key=lambda panes: panes.properties.get(DEFINITION_PROPERTY), lock=Lock())
def grains_of(panes: Table) -> tuple[Grain, ...]:
    """The grains that a table holds panes of, by the definition that it was made for; the shortest first."""
    return grains(noted_definition(panes))


def rollups_of(panes: Table) -> tuple[Grain, ...]:
    """Those of them whose panes are made of minute panes."""
    return tuple(grain for grain in ROLLUPS if grain in grains_of(panes))


def windowed(tables: Mapping[str, Table]) -> list[Slice]:
    """The slices whose rows are of whole arrival windows: panes of each grain, and the ledger."""
    panes = [Slice(tables[PANES.name], grain) for grain in grains_of(tables[PANES.name])]
    return panes + [Slice(table) for name, table in tables.items() if name != PANES.name and kind_of(table).windowed]
