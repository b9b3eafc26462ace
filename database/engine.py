"""PostgreSQL as SQLAlchemy reaches it: addresses, and statements of those who keep tables of their own in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from database.errors import translated


def engine_uri(uri: str) -> str:
    """`postgresql://…` with the driver that is used."""
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


def plain_uri(engine: sa.Engine) -> str:
    """`postgresql://…`, password included, of what an engine is connected to."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def rows(engine: sa.Engine, sql: str, **values: object) -> list[Any]:
    """All rows of a query; `:name` in it stands for a value. Raises LakeError."""
    with translated(), engine.connect() as connection:
        return list(connection.execute(sa.text(sql), values))


def columns(engine: sa.Engine, table: str) -> set[str]:
    """The names of a table's columns. Raises LakeError."""
    with translated():
        return {column["name"] for column in sa.inspect(engine).get_columns(table)}


def change(engine: sa.Engine, sql: str) -> None:
    """Execute a statement in a transaction. Raises LakeError."""
    with translated(), engine.begin() as connection:
        connection.execute(sa.text(sql))
