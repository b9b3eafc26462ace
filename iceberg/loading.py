"""Append ready-made panes to a stream's tables: for benchmarks and tests that need years of history in minutes."""

from __future__ import annotations

import pyarrow as pa

from iceberg.catalog import Catalog
from iceberg.data_files import write_files
from iceberg.errors import translated
from streams.panes import GRAIN_TABLES, Grain

__all__ = ["append_panes"]


def append_panes(catalog: Catalog, stream: str, grain: Grain, panes: pa.Table) -> None:
    """Append rows, columns matched by name; columns of the table that are not given become null. Raises LakeError."""
    with translated():
        table = catalog.load_table((stream, GRAIN_TABLES[grain]))
        schema = table.schema().as_arrow()
        columns = [
            panes[field.name].cast(field.type) if field.name in panes.column_names else pa.nulls(len(panes), field.type)
            for field in schema
        ]
        files = write_files(table, pa.Table.from_arrays(columns, schema=schema))
        with table.transaction() as transaction, transaction.update_snapshot().fast_append() as append:
            for file in files:
                append.append_data_file(file)
