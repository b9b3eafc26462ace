"""What SQL clients and operators see: the views `minutes` and `days`, the ledger's totals; and day panes
made of minute panes."""

from __future__ import annotations

from dataclasses import dataclass

from iceberg.day_making import Making
from query.statements import days_of_minutes_statement, ledger_statement, view_statements
from query.trino_client import TrinoClient
from streams.definition import Definition

__all__ = ["PartitionTotals", "ledger_totals", "make_days", "make_views"]


@dataclass(frozen=True, slots=True)
class PartitionTotals:
    """What the ledger says of one Kafka partition since the stream began."""

    partition: int
    last_offset: int
    accepted: int
    rejected: int
    heartbeats: int


def make_views(trino: TrinoClient, definition: Definition) -> None:
    """Create or replace the stream's views. Raises QueryError."""
    for statement in view_statements(definition):
        trino.rows(statement)


def make_days(trino: TrinoClient, definition: Definition, making: Making) -> None:
    """Make the day panes that a making asks for. Raises QueryError."""
    if making.minute_snapshot is not None:
        statement = days_of_minutes_statement(
            definition, making.minute_snapshot, making.namespace, making.arrivals.start, making.arrivals.end
        )
        trino.rows(statement.sql, statement.values)


def ledger_totals(trino: TrinoClient, stream: str) -> tuple[PartitionTotals, ...]:
    """Totals of each partition that has a row in the ledger. Raises QueryError."""
    rows, _ = trino.rows(ledger_statement(stream).sql)
    return tuple(PartitionTotals(*map(int, row)) for row in rows)
