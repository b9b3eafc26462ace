"""The tables of a stream, or of a replay's staging, as they are now: not all have hour panes, or events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from iceberg.arrivals import ARRIVAL_COLUMN
from iceberg.catalog import Catalog
from iceberg.errors import translated
from streams.panes import ROLLUPS, Grain

__all__ = ["OPTIONAL", "optional_table", "panes_of", "rollups_of", "stream_tables", "windowed"]

OPTIONAL = Grain.HOUR.table
"""The one table of `ARRIVAL_COLUMN` that not every stream has."""


def stream_tables(catalog: Catalog, namespace: str) -> dict[str, Table]:
    """Name → table, of all that publications replace rows of. Raises LakeError."""
    found = {}
    for name in ARRIVAL_COLUMN:
        with translated():
            table = (
                optional_table(catalog, namespace, name) if name == OPTIONAL else catalog.load_table((namespace, name))
            )
        if table is not None:
            found[name] = table
    return found


def optional_table(catalog: Catalog, namespace: str, name: str) -> Table | None:
    """The table, None where there is none. Raises LakeError."""
    with translated():
        try:
            return catalog.load_table((namespace, name))
        except NoSuchTableError:
            return None


def windowed(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Those whose rows are of whole arrival windows: panes and ledger."""
    return {name: table for name, table in tables.items() if ARRIVAL_COLUMN.get(name) == "arrived_from"}


def panes_of(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Those that hold panes."""
    return {grain.table: tables[grain.table] for grain in Grain if grain.table in tables}


def rollups_of(tables: Mapping[str, Table]) -> dict[str, Table]:
    """Those whose panes are made of minute panes: of days, and of hours where there are any."""
    return {grain.table: tables[grain.table] for grain in ROLLUPS if grain.table in tables}
