"""Slices of a stream's tables: what has a cut of its own. Of panes that is a layer, of other tables all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.table import Table

from iceberg.bounds import cut
from iceberg.kinds import PANES, kind_of
from iceberg.noted import DEFINITION_PROPERTY, noted_definition
from streams.breakdowns import ROLLUP_LAYERS, Layer, layers


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a table: the panes of a layer, or all of a table that has none."""

    table: Table
    layer: Layer | None = None

    @property
    def name(self) -> str:
        """What it is called, such as `day panes` or `ledger`."""
        return self.layer.panes if self.layer else kind_of(self.table).name

    @property
    def cut(self) -> datetime | None:
        """The arrival time up to which it is complete; None while that is not known."""
        return cut(self.table, self.layer)


@cached(LRUCache(maxsize=1000), key=lambda panes: panes.properties.get(DEFINITION_PROPERTY), lock=Lock())
def layers_of(panes: Table) -> tuple[Layer, ...]:
    """The layers that a table holds panes of, by the definition that it was made for; the finest first."""
    return layers(noted_definition(panes))


def rollups_of(panes: Table) -> tuple[Layer, ...]:
    """Those of them whose panes are made of the finest ones."""
    return tuple(layer for layer in ROLLUP_LAYERS if layer in layers_of(panes))


def windowed(tables: Mapping[str, Table]) -> list[Slice]:
    """The slices whose rows are of whole arrival windows: panes of each layer, and the ledger."""
    panes = [Slice(tables[PANES.name], layer) for layer in layers_of(tables[PANES.name])]
    return panes + [Slice(table) for name, table in tables.items() if name != PANES.name and kind_of(table).windowed]
