"""Case reports in DuckDB, which runs the statements that are made for Trino."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from query.limits import Limits
from tests.systems.epidemic.made_reports import Report


class DuckReports:
    """The records of the stream; asked as TrinoClient is."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._duck = duckdb.connect()
        self._duck.execute("set timezone = 'UTC'")
        self._duck.execute("create macro regexp_like(text, pattern) as regexp_matches(text, pattern)")
        self._duck.execute("create schema case_reports")
        self._duck.execute(
            'create table case_reports.accepted ("partition" integer, "offset" bigint, arrived timestamptz, '
            "event_time timestamptz, source varchar, region varchar, variant varchar, metric varchar, change double, "
            "revision bigint)"
        )
        self.add(reports)

    def add(self, reports: Sequence[Report]) -> None:
        """More of them."""
        rows = [
            (
                0,
                place,
                each.arrived,
                datetime(each.day.year, each.day.month, each.day.day, tzinfo=UTC),
                each.source,
                each.region,
                each.variant,
                each.metric,
                each.change,
                each.revision,
            )
            for place, each in enumerate(reports)
        ]
        if rows:
            names = ["partition", "offset", "arrived", "event_time", "source", "region", "variant", "metric"]
            more = pa.table([pa.array(column) for column in zip(*rows, strict=True)], [*names, "change", "revision"])
            self._duck.register("more", more)
            self._duck.execute("insert into case_reports.accepted select * from more")
            self._duck.unregister("more")

    def rows(self, sql: str, values: Sequence[Any] = (), _limits: Limits | None = None) -> tuple[list[list[Any]], str]:
        """What Trino would answer."""
        understood = re.sub(r" for version as of \d+", "", sql)
        understood = re.sub(r"\bat\b(?! time zone)", '"at"', understood)
        with self._lock:
            self.asked.append(sql)
            return [[*row] for row in self._duck.execute(understood, list(values)).fetchall()], "query"

    def check(self, _seconds: float) -> None:
        """It is always there."""
