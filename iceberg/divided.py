"""Tables that packing divides otherwise than their jobs do: of such there are two partition specs.

A job writes files of what arrived together, however many days and values that is of: a file for each would be a writer
for each, and messages of a year's history as many as memory has not. Packing divides those as readers ask for them. New
files are of the table's default spec, packed ones of the other; the numbers of both are the same in every table whose
files another may take over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyiceberg.partitioning import PartitionSpec
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import Transform

from iceberg.kinds import RECORDS, kind_of

Fields = Sequence[tuple[str, Transform[Any, Any], str]]
"""Column, transform, and name of what is partitioned by."""


def packed_spec(table: Table) -> PartitionSpec:
    """The spec of packed files: the newest one beside the default, or that where there is no other."""
    others = [number for number in table.specs() if number != table.metadata.default_spec_id]
    if kind_of(table) is not RECORDS:
        return table.spec()
    return table.specs()[max(others)] if others else table.spec()


def as_packed(table: Table) -> TableMetadata:
    """The table's metadata for who writes packed files."""
    return table.metadata.model_copy(update={"default_spec_id": packed_spec(table).spec_id})


def is_divided(table: Table) -> bool:
    """Whether packed files are partitioned otherwise than new ones."""
    return packed_spec(table).spec_id != table.metadata.default_spec_id


def fields_of(table: Table, spec: PartitionSpec) -> list[tuple[str, Transform[Any, Any], str]]:
    """What a spec is of, for a table of the same columns."""
    find = table.schema().find_column_name
    return [(str(find(each.source_id)), each.transform, each.name) for each in spec.fields]


def divide(table: Table, packed: Fields) -> None:
    """Give a table that has one spec another for packed files. Nobody may be writing to it."""
    written = fields_of(table, table.spec())
    for gone, made in ((written, packed), (packed, written)):
        with table.update_spec() as update:
            for _, _, name in gone:
                update.remove_field(name)
            for column, transform, name in made:
                update.add_field(column, transform, name)
