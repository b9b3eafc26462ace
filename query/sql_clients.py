"""What SQL clients and operators see: views of breakdowns, and the ledger's totals; and the making of rollups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from iceberg.losses import Gap
from iceberg.rollups import RollupTask
from query.limits import Limits
from query.record_statements import records_view_statements
from query.statements import (
    drop_view_statements,
    ledger_gaps_statement,
    ledger_statement,
    rollup_statement,
    view_statements,
)
from query.trino_client import TrinoClient
from streams.definition import Definition

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PartitionTotals:
    """What the ledger says of one Kafka partition since the stream began. `last_offset`: -1 if there is none."""

    partition: int
    last_offset: int
    accepted: int
    rejected: int
    heartbeats: int
    duplicates: int = 0


def make_views(trino: TrinoClient, definition: Definition) -> None:
    """Create or replace the stream's views. Raises QueryError."""
    for statement in (*view_statements(definition), *records_view_statements(definition)):
        trino.rows(statement)


def drop_views(trino: TrinoClient, stream: str, views: Iterable[str]) -> None:
    """Remove views of a stream; those that are not there are no error. Raises QueryError."""
    for statement in drop_view_statements(stream, views):
        trino.rows(statement)


def make_rollup(trino: TrinoClient, definition: Definition, task: RollupTask) -> None:
    """Make the panes that the task asks for. Raises QueryError."""
    if task.snapshot is not None:
        start, end = task.arrivals.start, task.arrivals.end
        statement = rollup_statement(definition, task.layer, task.snapshot, task.namespace, start, end)
        trino.rows(statement.sql, statement.values)


def ledger_totals(
    trino: TrinoClient, stream: str, since: datetime | None = None, limits: Limits | None = None
) -> tuple[PartitionTotals, ...]:
    """Totals of each partition that has a row in the ledger; offsets are of what arrived since. Raises QueryError."""
    statement = ledger_statement(stream, since or _FIRST)
    rows, _ = trino.rows(statement.sql, statement.values, limits)
    return tuple(PartitionTotals(*map(int, row)) for row in rows)


def ledger_gaps(
    trino: TrinoClient, stream: str, since: datetime | None = None, limits: Limits | None = None
) -> tuple[Gap, ...]:
    """Offsets that no row of the ledger counts between two that some do, of what arrived since. Raises QueryError."""
    statement = ledger_gaps_statement(stream, since or _FIRST)
    return tuple(Gap(*row) for row in trino.rows(statement.sql, statement.values, limits)[0])
