"""Runs a mapping's SELECT over the rows of a file, in a database without access to anything else."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sources.definition import Source
from sources.errors import Held
from sources.mapping.allow_list import wrong_with
from sources.mapping.input_file import Kept
from sources.mapping.lookups import add_lookups, lookup_functions
from sources.mapping.statement import input_columns, input_select, mapping_select, message_select
from sources.sql_text import literal

_PARQUET = "format parquet, compression snappy, row_group_size 50000, use_tmp_file false"
MACROS_FILE = Path(__file__).with_name("macros.sql")


def judged_select(source: Source) -> str:
    """The SELECT of a source. Raises Held if it is not allowed, with all that is wrong with it."""
    select = mapping_select(source.mapping)
    if wrong := _wrong_with(select, frozenset(source.lookups), lookup_functions(source.lookups)):
        raise Held(f"the mapping is refused: {'; '.join(wrong)}")
    return select


@functools.lru_cache(1000)
def _wrong_with(select: str, relations: frozenset[str], functions: frozenset[str]) -> tuple[str, ...]:
    """A SELECT is judged once, not again for each file."""
    return wrong_with(select, relations, functions)


def run_mapping(source: Source, select: str, kept: Kept, rows: Path, name: str, messages: Path) -> int:
    """Write the messages of the rows in `rows`, Parquet, to `messages`; how many. `select`: that of the source, which
    was judged. Raises Held, duckdb.Error."""
    columns = input_columns(tuple(kept.positions), source.columns)
    with _database(messages.parent, (rows, messages), source.limits.memory_bytes) as connection:
        connection.execute("set variable decimal = ?", [source.format.decimal])
        add_lookups(connection, source.lookups)
        connection.execute(f"create view file as select * from read_parquet({literal(str(rows))})")  # noqa: S608
        connection.execute(f"create view input as {input_select(columns, kept.positions, name)}")
        _lock(connection)
        described = connection.execute(f"describe (\n{select}\n)").fetchall()
        kinds = [(str(column[0]), str(column[1])) for column in described]
        made = message_select(kinds, f"(\n{select}\n)")
        written = f"copy (\n{made}\n) to {literal(str(messages))} ({_PARQUET})"
        [(count,)] = connection.execute(written).fetchall()
    return int(count)


_ready: list[duckdb.DuckDBPyConnection] = []


def make_ready() -> None:
    """Open a database and the parser for the children of this process, who take what it takes to open them as it is.

    Neither has a thread, or the children would wait for it for ever; and neither has met anything of a source.
    """
    wrong_with("select 1", ())
    _ready.append(_opened())


def _opened() -> duckdb.DuckDBPyConnection:
    """A database in memory with the macros; nothing is installed or loaded."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1, "async_threads": 0, "python_enable_replacements": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false", "allow_community_extensions": "false", "preserve_insertion_order": "true",
    }  # fmt: skip
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("set timezone = 'UTC'")
    connection.execute("set enable_progress_bar = false")  # it would be on standard output, among the answers
    connection.execute(MACROS_FILE.read_text("utf-8"))
    return connection


@contextmanager
def _database(folder: Path, files: tuple[Path, ...], memory_bytes: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """With these files and room to spill beside them."""
    connection = _ready.pop() if _ready else _opened()
    try:
        allowed = ", ".join(literal(str(file)) for file in files)
        connection.execute(f"set memory_limit = '{max(memory_bytes // 4, 64 << 20)}B'")
        connection.execute(f"set temp_directory = {literal(str(folder / 'spilled'))}")
        connection.execute(f"set allowed_paths = [{allowed}]")
        yield connection
    finally:
        connection.close()


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def told(error: duckdb.Error) -> str:
    """The first line of what DuckDB says, with where it was: fit for whoever wrote the mapping."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    where = next((line.strip() for line in lines if line.startswith("LINE ")), "")
    return f"{lines[0] if lines else type(error).__name__}{f' ({where})' if where else ''}"


def refused(error: duckdb.Error) -> Held:
    """What DuckDB could not do, as a reason to wait."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return Held("the mapping needs more memory than limits.memory_bytes; make it simpler, or raise the limit")
    return Held(f"the mapping cannot be run on this file: {told(error)}")
