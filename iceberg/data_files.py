"""Data files of our own, laid out for questions about one value of a dimension.

They are sorted and have small row groups, of which a reader skips all but a few by their statistics. It must not also
split the file at each of them: a split costs a reader more than a row group, so the offsets are left out.
"""

from __future__ import annotations

import pyarrow as pa
from pyiceberg.io.pyarrow import _dataframe_to_data_files
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.sorting import SortOrder
from pyiceberg.transforms import IdentityTransform

__all__ = ["in_order", "write_files"]

_SPLIT_OFFSETS = 13
"""Place of `split_offsets` in a data file's record; the class has no setter for it."""


def in_order(table: Table, rows: pa.Table, order: SortOrder) -> pa.Table:
    """Rows of the table, sorted."""
    schema, columns = table.schema(), rows.column_names
    keys = []
    for field in order.fields:
        name, kind = str(schema.find_column_name(field.source_id)), schema.find_type(field.source_id)
        key = name
        if not isinstance(field.transform, IdentityTransform):
            key = f"{field.transform} of {name}"
            rows = rows.append_column(key, field.transform.pyarrow_transform(kind)(rows[name]))
        keys.append((key, "ascending"))
    return rows.sort_by(keys).select(columns) if keys else rows


def write_files(table: Table, rows: pa.Table) -> list[DataFile]:
    """Write rows, in their order, to new files of the table, which no snapshot holds yet."""
    files = list(_dataframe_to_data_files(table_metadata=table.metadata, df=rows, io=table.io))
    for file in files:
        file[_SPLIT_OFFSETS] = None
    return files
