"""Records in DuckDB, which runs the statements that are made for Trino."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from systems.merchants.record_statements import Made
from tests.query.duck_trino import DuckTrino
from tests.systems.merchants.made_events import FIRST, Event

_MACROS = (
    "regexp_like(text, pattern) as regexp_matches(text, pattern)",
    "json_extract_scalar(text, path) as json_extract_string(text, path)",
)


class DuckRecords(DuckTrino):
    """The records of all sites."""

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__(*_MACROS)
        texts = ["site", "visitor", "name", "path", "hostname", *FIRST, "currency", "props"]
        columns = [*(f'"{name}" varchar' for name in texts), "event_time timestamptz", "visit_start timestamptz"]
        columns += ['"offset" bigint', '"view" bigint', "engaging boolean", "revenue double"]
        columns += ['"partition" integer default 0', "arrived timestamptz"]
        self._duck.execute("create schema web_events")
        self._duck.execute(f"create table web_events.accepted ({', '.join(columns)})")
        self.add(events)

    def add(self, events: Sequence[Event]) -> None:
        """More records."""
        if events:
            columns = zip(*map(_row, events), strict=True)
            more = pa.table(
                [pa.array(column) for column in columns], names=[f"c{at}" for at in range(len(_row(events[0])))]
            )
            self.insert("web_events.accepted", more)

    def made(self, made: Made) -> list[tuple[Any, ...]]:
        """The rows of a statement over all records of its time."""
        whole = "with records as (select * from web_events.accepted where event_time >= ? and event_time < ?), "
        rows, _ = self.rows(whole + made.body, [made.start, made.end, *made.values])
        return [tuple(row) for row in rows]

    def understood(self, sql: str) -> str:
        """With seconds that are whole, and paths of JSON without brackets."""
        understood = re.sub(r"date_diff\('second', (\w+), (\w+)\)", r"date_diff('millisecond', \1, \2) // 1000", sql)
        return super().understood(re.sub(r"""'\$\[("[^']*")\]'""", r"'$.\1'", understood))


def _row(event: Event) -> list[Any]:
    texts: list[str | None] = [event.site, event.visitor, event.name, event.path, event.hostname]
    texts += [*event.first, event.currency, event.props]
    of_visit = [event.time, event.visit_start, event.offset, event.view, event.engaging, event.revenue]
    return [*texts, *of_visit, 0, event.time]
