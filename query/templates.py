"""The SQL templates of this package, and how names become identifiers in them."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from streams.panes import ColumnType, PaneColumn

__all__ = ["ident", "table_name", "templates"]

_TYPES = {ColumnType.LONG: "bigint", ColumnType.TIME: "timestamp(6) with time zone", ColumnType.BYTES: "varbinary"}


def ident(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def table_name(stream: str, name: str) -> str:
    """A table of a stream, quoted."""
    return f"{ident(stream)}.{ident(name)}"


def _stored(column: PaneColumn, missing: frozenset[str]) -> str:
    """A column of a branch; null where the pinned snapshot is older than the column."""
    name = ident(column.name)
    return f"cast(null as {_TYPES[column.type]}) as {name}" if column.name in missing else name


templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "sql"),
    undefined=StrictUndefined,
    autoescape=False,
)
templates.filters |= {"ident": ident, "stored": _stored}
