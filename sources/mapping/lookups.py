"""Tables that a source brings along, as relations of texts and as functions of their first column."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from sources.errors import Held
from sources.sql_text import quoted

_MOST_ROWS = 2_000_000


def lookup_columns(path: Path) -> tuple[str, ...]:
    """The header of a lookup. Raises Held if it has none that can be one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, strict=True), [])
    except (OSError, ValueError, csv.Error) as error:
        raise Held(f"the lookup {path.name} cannot be read: {error}") from error
    names = [name.strip().lower() for name in header]
    if not names or not all(names) or len(set(names)) < len(names):
        raise Held(f"the lookup {path.name} needs a first line with a name for each column, each once")
    return tuple(names)


def lookup_functions(lookups: Mapping[str, Path]) -> frozenset[str]:
    """What may be called: `regions_code(x)`, what column `code` has in the row of `regions` whose first column is x."""
    return frozenset(
        f"{name}_{column}" for name, path in lookups.items() for column in lookup_columns(path)[1:] if _callable(column)
    )


def add_lookups(connection: duckdb.DuckDBPyConnection, lookups: Mapping[str, Path]) -> None:
    """Make a relation of each, and its functions where no text is twice in its first column. Raises Held."""
    for name, path in lookups.items():
        columns = lookup_columns(path)
        table = _table(path, columns)
        connection.register("lookup_file", table)
        connection.execute(f"create table {quoted(name)} as select * from lookup_file")  # noqa: S608 - quoted
        connection.unregister("lookup_file")
        first = quoted(columns[0])
        [(once,)] = connection.execute(
            f"select count({first}) = count(distinct {first}) from {quoted(name)}"  # noqa: S608 - quoted
        ).fetchall()
        if once:
            for column in filter(_callable, columns[1:]):
                connection.execute(
                    f"create macro {quoted(f'{name}_{column}')}(x) as "  # noqa: S608 - quoted
                    f"(select {quoted(column)} from {quoted(name)} as looked_up where looked_up.{first} = x)"
                )


def _callable(column: str) -> bool:
    return column.isidentifier() and column.isascii()


def _table(path: Path, columns: tuple[str, ...]) -> pa.Table:
    """Empty texts are null. Strict: a row has as many values as the header."""
    rows: list[list[str | None]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            next(reader)
            for row in reader:
                if row and len(row) != len(columns):
                    raise Held(f"the lookup {path.name}, line {reader.line_num}: {len(row)} values, not {len(columns)}")
                if row:
                    rows.append([value or None for value in row])
                if len(rows) > _MOST_ROWS:
                    raise Held(f"the lookup {path.name} has more than {_MOST_ROWS:,} rows")
    except (OSError, ValueError, csv.Error) as error:
        raise Held(f"the lookup {path.name} cannot be read: {error}") from error
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pa.table([pa.array(column, pa.string()) for column in values], names=list(columns))
