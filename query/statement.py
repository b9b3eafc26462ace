"""A statement for Trino: pure renderings make them, the client runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from query.coverage import Covered
from streams.panes import PaneColumn


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `?` marks, the values they stand for, the columns that it gives, and the panes that it is of.

    `known`: the value of each dimension that can have only one, for which Trino is not asked, and its place in a row.
    """

    sql: str
    values: tuple[Any, ...]
    columns: tuple[PaneColumn, ...] = ()
    covered: Covered | None = None
    known: tuple[tuple[int, str], ...] = ()

    def with_known(self, row: Sequence[Any]) -> list[Any]:
        """A row of Trino's with the known values."""
        values = list(row)
        for at, value in self.known:
            values.insert(at, value)
        return values
