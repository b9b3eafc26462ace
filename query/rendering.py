"""The templates of SQL for Trino, and how identifiers and columns are written in them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from streams.aggregates import ColumnType
from streams.panes import PaneColumn

_TYPES = {ColumnType.LONG: "bigint", ColumnType.TIME: "timestamp(6) with time zone", ColumnType.BYTES: "varbinary"}


def ident(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A quoted text, for the few places that bind no value."""
    return "'" + text.replace("'", "''") + "'"


def time_literal(at: datetime) -> str:
    """A moment, likewise."""
    return f"timestamp '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC'"


def table_name(namespace: str, name: str) -> str:
    """A quoted table of a namespace."""
    return f"{ident(namespace)}.{ident(name)}"


def _stored(column: PaneColumn, missing: frozenset[str]) -> str:
    """A column of a table at a snapshot; null where the snapshot is older than the column."""
    return _absent(column) if column.name in missing else ident(column.name)


def _absent(column: PaneColumn) -> str:
    return f"cast(null as {_TYPES[column.type]}) as {ident(column.name)}"


def templates_in(folder: Path) -> Environment:
    """The templates of a folder: of this package, or of a system that makes statements of its own."""
    made = Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False)
    made.filters |= {"absent": _absent, "ident": ident, "literal": literal, "stored": _stored}
    return made


templates = templates_in(Path(__file__).parent / "sql")
