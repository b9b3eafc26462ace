"""Data files of our own, laid out for questions about one value of a dimension, or about less than an hour.

They are sorted and have small row groups, of which a reader skips all but a few by their statistics. It must not also
split the file at each of them: a split costs a reader more than a row group, so the offsets are left out. Trino knows
no statistics of times within a file, only those of whole files: a table that is sorted by hour first, before any
column, has a file for each hour.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyiceberg.io.pyarrow
from pyiceberg.conversions import from_bytes
from pyiceberg.io.pyarrow import _dataframe_to_data_files
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import PrimitiveType

__all__ = ["in_order", "portion", "write_files"]

_SPLIT_OFFSETS = 13
"""Place of `split_offsets` in a data file's record; the class has no setter for it."""


def _upper_bound(value: str, length: int | None) -> str | None:
    """A text of at most so many characters that is no less than another; None if there is none."""
    kept = value[:length]
    if kept == value:
        return kept
    kept = kept.rstrip(chr(sys.maxunicode))
    last = ord(kept[-1]) if kept else None
    # What follows U+D7FF are surrogates, which no file can hold.
    return None if last is None else kept[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)


# pyiceberg's own makes a surrogate of U+D7FF, and the write fails: https://github.com/apache/iceberg-python/pull/3880
pyiceberg.io.pyarrow.truncate_upper_bound_text_string = _upper_bound  # type: ignore[attr-defined, assignment]


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


def write_files(table: Table, rows: pa.Table, order: SortOrder | None = None) -> list[DataFile]:
    """Write rows, in their order, to new files of the table, which no snapshot holds yet.

    They are cut as the sort order says, that of the table unless another is given.
    """
    parts = _portions(table, rows, _cut(order or table.sort_order()))
    files = [
        file for part in parts for file in _dataframe_to_data_files(table_metadata=table.metadata, df=part, io=table.io)
    ]
    for file in files:
        file[_SPLIT_OFFSETS] = None
    return files


def portion(table: Table, file: DataFile) -> int | None:
    """The hour that a file of the table is of, 0 if files are not cut by hour; None if it reaches over several."""
    by = _cut(table.sort_order())
    if by is None:
        return 0
    kind = table.schema().find_type(by.source_id)
    assert isinstance(kind, PrimitiveType)
    hour = by.transform.transform(kind)
    first, last = (hour(from_bytes(kind, bounds[by.source_id])) for bounds in (file.lower_bounds, file.upper_bounds))
    return first if first == last else None


def _portions(table: Table, rows: pa.Table, by: SortField | None) -> Iterator[pa.Table]:
    if by is None:
        yield rows
        return
    schema = table.schema()
    times = rows[str(schema.find_column_name(by.source_id))]
    hours = by.transform.pyarrow_transform(schema.find_type(by.source_id))(times)
    for hour in pc.unique(hours):
        yield rows.filter(pc.equal(hours, hour))


def _cut(order: SortOrder) -> SortField | None:
    """What files are cut by: a transform of a column that rows are sorted by first."""
    first = next(iter(order.fields), None)
    return None if first is None or isinstance(first.transform, IdentityTransform) else first
