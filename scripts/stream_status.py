"""What `status` says of each stream: its job, how far answers are complete, lag per partition, rejected messages."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flink_jobs.client import FlinkClient
from flink_jobs.errors import JobError
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import open_catalog
from iceberg.errors import LakeError
from iceberg.lake_view import pin
from iceberg.settings import LakeSettings
from query.answers import timestamp
from query.errors import QueryError
from query.settings import QuerySettings
from query.sql_clients import PartitionTotals, ledger_totals
from query.trino_client import TrinoClient
from scripts.settings import ScriptSettings
from streams import Definition, load_definitions
from streams.errors import TopicError
from streams.topics import Topics

__all__ = ["stream_status"]


def stream_status() -> dict[str, dict[str, Any]]:
    """Stream → `{"job", "complete_until", "lag", "rejected"}`; None where an engine does not answer."""
    definitions = load_definitions(ScriptSettings().streams)
    jobs = _jobs()
    return {name: _status(definition, jobs) for name, definition in definitions.items()}


def _jobs() -> dict[str, str] | None:
    """Stream → state of its job that has not ended, else of its last; None when Flink does not answer."""
    try:
        with closing(FlinkClient(FlinkSettings())) as flink:
            jobs = flink.jobs()
    except JobError:
        return None
    return {job.stream: job.state for job in sorted(jobs, key=lambda job: not job.ended)}


def _status(definition: Definition, jobs: dict[str, str] | None) -> dict[str, Any]:
    totals = _totals(definition.name)
    return {
        "job": None if jobs is None else jobs.get(definition.name, "NONE"),
        "complete_until": _complete_until(definition.name),
        "lag": None if totals is None else _lag(definition.topic, totals),
        "rejected": None if totals is None else sum(partition.rejected for partition in totals),
    }


def _totals(stream: str) -> tuple[PartitionTotals, ...] | None:
    try:
        return ledger_totals(TrinoClient(QuerySettings()), stream)
    except QueryError:
        return None


def _complete_until(stream: str) -> str | None:
    try:
        return timestamp(pin(open_catalog(LakeSettings()), stream).complete_until)
    except LakeError:
        return None


def _lag(topic: str, totals: tuple[PartitionTotals, ...]) -> dict[str, int] | None:
    """Partition → messages that Kafka holds and the ledger does not count yet."""
    counted = {partition.partition: partition.last_offset + 1 for partition in totals}
    try:
        with Topics(ScriptSettings().kafka) as topics:
            ends, begins = topics.end_offsets(topic), topics.beginning_offsets(topic)
    except TopicError:
        return None
    return {str(partition): end - counted.get(partition, begins[partition]) for partition, end in ends.items()}
