"""Append ready-made rows to tables: for benchmarks and tests that need years of history in minutes."""

from __future__ import annotations

import pyarrow as pa

from iceberg.catalog import Catalog
from iceberg.commits import swap
from iceberg.data_files import in_order, write_files
from iceberg.errors import translated


def append_rows(catalog: Catalog, namespace: str, name: str, rows: pa.Table) -> None:
    """Append rows, sorted as the table is; its columns that are not given become null. Raises LakeError."""
    with translated():
        table = catalog.load_table((namespace, name))
        schema = table.schema().as_arrow()
        columns = [
            rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type)
            for field in schema
        ]
        files = write_files(table, in_order(table, pa.Table.from_arrays(columns, schema=schema)))
        swap(table, [], files, {})
