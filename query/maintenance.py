"""What Trino does to keep a stream's tables in order: merge panes, expire snapshots, remove files that nobody uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

from iceberg.widening import WideningTask
from query.rendering import table_name, templates
from query.settings import QuerySettings
from query.statements import widened_panes_statement
from query.trino_client import TrinoClient
from streams.definition import Definition

LONGEST_SECONDS = 1800.0
"""Longest time that one of its statements may take."""

SLACK_SECONDS = 60
"""Trino counts back from when it begins a statement, which is some time after it is made."""


def told_apart() -> datetime:
    """Since when commits are so near to one that is made now that no expiry takes the earlier and leaves the later."""
    return datetime.now(UTC) - timedelta(seconds=SLACK_SECONDS + 1)


def maintaining_client(settings: QuerySettings) -> TrinoClient:
    """A client that may take long, and remove what is younger than Trino's week."""
    seconds = max(settings.query_seconds, LONGEST_SECONDS)
    properties = {
        "expire_snapshots_min_retention": "0s",
        "remove_orphan_files_min_retention": "0s",
    }
    return TrinoClient(settings.model_copy(update={"query_seconds": seconds}), properties)


def expire_snapshots(trino: TrinoClient, stream: str, table: str, before: datetime, now: datetime) -> None:
    """Expire the table's snapshots from before a moment, with the files that only they use. Raises QueryError."""
    trino.rows(removal_statement("expire_snapshots", stream, table, before, now))


def remove_orphan_files(trino: TrinoClient, stream: str, table: str, before: datetime, now: datetime) -> None:
    """Remove files at the table's location from before a moment that no snapshot uses. Raises QueryError."""
    trino.rows(removal_statement("remove_orphan_files", stream, table, before, now))


def widen_panes(trino: TrinoClient, definition: Definition, task: WideningTask) -> None:
    """Merge the panes that the task asks for. Raises QueryError."""
    statement = widened_panes_statement(definition, task.layer, task.namespace, task.arrivals.start, task.arrivals.end)
    trino.rows(statement.sql, statement.values)


def removal_statement(procedure: str, stream: str, table: str, before: datetime, now: datetime) -> str:
    """The statement by which a procedure removes what is from before a moment, when it begins at `now` or after."""
    seconds = ceil((now - before).total_seconds()) + SLACK_SECONDS
    values = {"table": table_name(stream, table), "procedure": procedure, "seconds": seconds}
    return templates.get_template("removal.sql").render(values)
