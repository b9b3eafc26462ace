"""Case reports in DuckDB, which runs the statements that are made for Trino."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from systems.epidemic.asked import moment
from tests.query.duck_trino import DuckTrino
from tests.systems.epidemic.made_reports import Report


class DuckReports(DuckTrino):
    """The records of the stream."""

    def __init__(self, reports: Sequence[Report]) -> None:
        super().__init__()
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
                moment(each.day),
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
            self.insert("case_reports.accepted", more)
