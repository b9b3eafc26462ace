"""Records in DuckDB, which runs the statements that are made for Trino."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import duckdb

from systems.merchants.record_statements import Made
from tests.systems.merchants.made_events import FIRST, Event

_MACROS = (
    "create macro regexp_like(text, pattern) as regexp_matches(text, pattern)",
    "create macro json_extract_scalar(text, path) as json_extract_string(text, path)",
)


class DuckRecords:
    """The records of one site."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._duck = duckdb.connect()
        self._duck.execute("set timezone = 'UTC'")
        for macro in _MACROS:
            self._duck.execute(macro)
        texts = ["visitor", "name", "path", "hostname", *FIRST, "currency", "props"]
        columns = [*(f'"{name}" varchar' for name in texts), "event_time timestamptz", "visit_start timestamptz"]
        columns += ['"offset" bigint', '"view" bigint', "engaging boolean", "revenue double"]
        self._duck.execute(f"create table kept ({', '.join(columns)})")
        rows = [_row(event) for event in events]
        self._duck.executemany(f"insert into kept values ({', '.join('?' * len(columns))})", rows)

    def rows(self, made: Made) -> list[tuple[Any, ...]]:
        """What Trino would answer."""
        sql = re.sub(r"date_diff\('second', (\w+), (\w+)\)", r"date_diff('millisecond', \1, \2) // 1000", made.body)
        sql = re.sub(r"""'\$\[("[^']*")\]'""", r"'$.\1'", sql)
        whole = f"with records as (select * from kept where event_time >= ? and event_time < ?), {sql}"
        return self._duck.execute(whole, [made.start, made.end, *made.values]).fetchall()


def _row(event: Event) -> list[Any]:
    texts = [event.visitor, event.name, event.path, event.hostname, *event.first, event.currency, event.props]
    return [*texts, event.time, event.visit_start, event.offset, event.view, event.engaging, event.revenue]
