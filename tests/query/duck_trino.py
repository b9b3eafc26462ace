"""DuckDB, which runs the statements that are made for Trino: what they count, not how fast."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from query.limits import Limits


class DuckTrino:
    """Asked as TrinoClient is, from any thread; `asked`: the statements, as they came."""

    def __init__(self, *macros: str) -> None:
        """`macros`: functions of Trino's that DuckDB calls otherwise, `name(…) as …`."""
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._duck = duckdb.connect()
        self._duck.execute("set timezone = 'UTC'")
        for macro in macros:
            self._duck.execute(f"create macro {macro}")

    def insert(self, table: str, more: pa.Table) -> None:
        """Rows more, their columns in the table's order."""
        self._duck.register("more", more)
        self._duck.execute(f"insert into {table} select * from more")
        self._duck.unregister("more")

    def understood(self, sql: str) -> str:
        """The statement as DuckDB has it: there are no snapshots, and `at` is a word of its own."""
        return re.sub(r'(?<![\w":])at(?![\w"]| time zone)', '"at"', re.sub(r" for version as of \d+", "", sql))

    def rows(self, sql: str, values: Sequence[Any] = (), _limits: Limits | None = None) -> tuple[list[list[Any]], str]:
        """What Trino would answer."""
        with self._lock:
            self.asked.append(sql)
            found = self._duck.execute(self.understood(sql), list(values)).fetchall()
        return [[*row] for row in found], "query"

    def check(self, _seconds: float) -> None:
        """It is always there."""
