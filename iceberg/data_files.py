"""Data files of our own, laid out for questions about one value of a dimension.

They are sorted and have small row groups, of which a reader skips all but a few by their statistics. It must not also
split the file at each of them: a split costs a reader more than a row group, so the offsets are left out.
"""

from __future__ import annotations

import sys

import pyarrow as pa
import pyiceberg.io.pyarrow
from pyiceberg.io.pyarrow import _dataframe_to_data_files
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.sorting import SortOrder

from iceberg.divided import as_packed

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


def in_order(table: Table, rows: pa.Table, order: SortOrder | None = None) -> pa.Table:
    """Rows of the table, sorted as it is or as is said."""
    fields = (order or table.sort_order()).fields
    names = [str(table.schema().find_column_name(field.source_id)) for field in fields]
    return rows.sort_by([(name, "ascending") for name in names]) if names else rows


def write_files(table: Table, rows: pa.Table, *, packed: bool = False) -> list[DataFile]:
    """Write rows, in their order, to new files of the table, which no snapshot holds yet.

    `packed`: partitioned as packed files are, where those are otherwise.
    """
    metadata = as_packed(table) if packed else table.metadata
    files = list(_dataframe_to_data_files(table_metadata=metadata, df=rows, io=table.io))
    for file in files:
        file[_SPLIT_OFFSETS] = None
        file.spec_id = metadata.default_spec_id
    return files
