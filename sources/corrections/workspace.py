"""A database of its own for each comparison: in a file, so that what is compared may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sources.errors import Held

_MEMORY = "128MB"
"""What does not fit waits in the folder."""


@contextmanager
def workspace(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in a file of the folder, which is made and whose file is gone afterwards.

    Raises Held for what DuckDB cannot do.
    """
    folder.mkdir(parents=True, exist_ok=True)
    work = folder / "work.duckdb"
    work.unlink(missing_ok=True)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1, "async_threads": 0, "memory_limit": _MEMORY, "temp_directory": str(folder / "spilled"),
        "preserve_insertion_order": "false", "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false", "python_enable_replacements": "false",
    }  # fmt: skip
    try:
        connection = duckdb.connect(str(work), config=settings)
        try:
            connection.execute("set enable_progress_bar = false")
            yield connection
        finally:
            connection.close()
    except duckdb.Error as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise Held(f"the file cannot be compared with those before it: {said}") from error
    finally:
        work.unlink(missing_ok=True)
        work.with_suffix(".duckdb.wal").unlink(missing_ok=True)
