"""The tables of a stream, or of a replay's staging, as they are now."""

from __future__ import annotations

from collections.abc import Mapping

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kinds import KINDS, PANES
from iceberg.schemas import TableLayout


def stream_tables(catalog: Catalog, namespace: str) -> dict[str, Table]:
    """Name → table, of all that publications replace rows of, in the order in which readers load them.

    Raises LakeError.
    """
    with translated():
        tables = {
            kind.name: optional_table(catalog, namespace, kind.name)
            if kind.optional
            else catalog.load_table((namespace, kind.name))
            for kind in KINDS
            if kind.replaced
        }
        return {name: table for name, table in tables.items() if table is not None}


def panes_table(catalog: Catalog, stream: str) -> Table:
    """The panes of a stream, in whose properties the lake notes what it knows of the stream. Raises LakeError."""
    with translated():
        return catalog.load_table((stream, PANES.name))


def optional_table(catalog: Catalog, namespace: str, name: str) -> Table | None:
    """The table, None where there is none. Raises LakeError."""
    with translated():
        try:
            return catalog.load_table((namespace, name))
        except NoSuchTableError:
            return None


def table_made(catalog: Catalog, namespace: str, layout: TableLayout, noted: Mapping[str, str] | None = None) -> Table:
    """The table of a layout, made, with what is noted in its properties, where there is none. Raises LakeError."""
    with translated():
        return catalog.create_table_if_not_exists(
            (namespace, layout.name),
            schema=layout.schema,
            partition_spec=layout.partition_spec,
            sort_order=layout.sort_order,
            properties={"format-version": "2", **layout.properties, **(noted or {})},
        )
