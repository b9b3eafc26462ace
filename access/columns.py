"""Which columns of a stream's views tell of which name, for what enforces grants among SQL clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from access.records import Records
from access.scope import made_of
from access.tables import COLUMNS
from streams.definition import Definition


class Columns:
    """Writes the columns of views. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def put(self, definition: Definition, view_columns: Mapping[str, Sequence[str]]) -> None:
        """All names of a stream, in place of what was there. `view_columns`: dimension, measure or distinct count →
        the columns of the views that are made of it."""
        rows = columns_of(definition, view_columns)
        with self._records.changing() as connection:
            connection.execute(COLUMNS.delete().where(COLUMNS.c.stream == definition.name))
            connection.execute(COLUMNS.insert(), rows)

    def known(self, stream: str) -> bool:
        """Whether there is a stream of this name, with views."""
        with self._records.reading() as connection:
            return bool(connection.execute(sa.select(sa.exists().where(COLUMNS.c.stream == stream))).scalar_one())

    def remove_of(self, stream: str) -> None:
        """Those of a stream that is no more."""
        with self._records.changing() as connection:
            connection.execute(COLUMNS.delete().where(COLUMNS.c.stream == stream))


def columns_of(definition: Definition, view_columns: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The rows of the table: each name that can be hidden, with its columns and the fields that it is made of.

    A field that is none of these has a row too, made of itself and without columns.
    """
    made = {**{field: frozenset([field]) for field in definition.fields}, **made_of(definition)}
    return [
        {
            "stream": definition.name,
            "name": name,
            "dimension": name in definition.dimensions,
            "columns": [*view_columns.get(name, ())],
            "made_of": sorted(fields),
        }
        for name, fields in sorted(made.items())
    ]
