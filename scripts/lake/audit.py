"""`windowpane audit`: does everything add up between Kafka, the ledger and the panes?"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Any

import click

from database.replays import Replay
from iceberg.apply import applied_definition
from iceberg.audit import AuditResult, Finding, PartitionAudit
from iceberg.catalog import open_catalog
from iceberg.lake_view import LakeView, pin
from iceberg.ledger_audit import KafkaPartition
from iceberg.publishing import publish
from iceberg.reading import trouble
from iceberg.settings import LakeSettings
from query.auditor import audit
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from scripts.console import message_progress, say
from scripts.replays.replaying import RangeWanted, Replaying
from scripts.results import Format, Result, Sheet, formatted, right, show
from scripts.streams.known_streams import known_definition
from services.settings import ServiceSettings
from streams import Definition
from streams.time_text import timestamp
from streams.topics import Topics

LONGEST_QUERY_SECONDS = 600.0


@click.command(name="audit")
@click.argument("stream")
@click.option("--repair", is_flag=True, help="Replay the arrivals that do not add up, publish them, and audit again.")
@formatted
@click.pass_context
def command(ctx: click.Context, stream: str, repair: bool, output: Format) -> None:
    """Account for every offset of STREAM; compare Kafka, ledger, panes and rejected messages.

    Exit code 1 when something does not add up: every fault is named with its table and the arrivals to replay.

    \b
    Examples:
      ./windowpane audit health
      ./windowpane audit health --json | jq '.replay'
      ./windowpane audit health --repair
    """
    definition = known_definition(stream)
    result = audit_stream(definition)
    if repair and result.to_replay:
        for replay in repaired(definition, result):
            say(f"Replay {replay.id} is {replay.state}: arrivals {replay.arrivals}")
        result = audit_stream(definition)
    show(Result(audit_json(result), [_partitions(result), *_verdict(result), *result.notes]), output)
    if not result.clean:
        ctx.exit(1)


def repaired(declared: Definition, result: AuditResult) -> Iterator[Replay]:
    """Replay exactly the arrivals that do not add up, each range by itself, and publish it. Raises WindowpaneError."""
    catalog, user = open_catalog(LakeSettings()), getpass.getuser()
    definition = applied_definition(catalog, declared.name) or declared
    with Replaying() as replaying:
        for arrivals in result.to_replay:
            replay = replaying.begin(definition, RangeWanted(arrivals.start, arrivals.end), user)
            with message_progress(f"Replay {replay.id}", replay.messages) as counted:
                replaying.see_through(replay, counted)
            yield publish(catalog, replay.id, user, "audit --repair")


def audit_stream(declared: Definition) -> AuditResult:
    """Audit a stream as it is now. Raises LakeError, QueryError, TopicError."""
    view = pin(open_catalog(LakeSettings()), declared.name)
    definition = view.definition or declared
    kafka, wrong = _kafka(definition, view)
    query = QuerySettings()
    seconds = max(query.query_seconds, LONGEST_QUERY_SECONDS)
    return audit(TrinoClient(query.model_copy(update={"query_seconds": seconds})), view, definition, kafka, wrong)


def _kafka(definition: Definition, view: LakeView) -> tuple[dict[int, KafkaPartition] | None, str]:
    """Kafka's partitions, None where they are not the ledger's, and what is wrong with the topic.

    Call it after the ledger was pinned, so that Kafka is never behind it.
    """
    topic, until = definition.topic, view.settled_until
    with Topics(ServiceSettings().kafka) as topics:
        state = topics.describe(topic)
        wrong = trouble(definition, view.reading, state)
        if state is None or (view.reading is not None and view.reading.topic_id != state.id):
            return None, wrong
        earliest, oldest = topics.beginning_offsets(topic), topics.oldest_arrivals(topic)
        due = earliest if until is None else topics.offsets_at(topic, until)
        ends = topics.end_offsets(topic)
    partitions = {
        number: KafkaPartition(number, earliest[number], end, due[number], oldest.get(number))
        for number, end in ends.items()
    }
    return partitions, wrong


def audit_json(result: AuditResult) -> dict[str, Any]:
    """The result as JSON: what was compared, the findings, and the arrivals `[from, until)` to replay."""
    return {
        "stream": result.stream,
        "clean": result.clean,
        "until": timestamp(result.until),
        "values_until": timestamp(result.values_until),
        "accepted": result.accepted,
        "rejected": result.rejected,
        "partitions": [_partition_json(partition) for partition in result.partitions],
        "findings": [_finding_json(finding) for finding in result.findings],
        "notes": list(result.notes),
        "replay": [{"from": timestamp(item.start), "until": timestamp(item.end)} for item in result.to_replay],
    }


def _partition_json(partition: PartitionAudit) -> dict[str, Any]:
    return {
        "partition": partition.partition,
        "first_offset": partition.first_offset,
        "next_offset": partition.next_offset,
        "accepted": partition.accepted,
        "rejected": partition.rejected,
        "heartbeats": partition.heartbeats,
        "duplicates": partition.duplicates,
        "kafka_earliest": partition.earliest,
        "kafka_end": partition.end,
        "not_yet": partition.not_yet,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    arrived = finding.arrived
    return {
        "kind": finding.kind.value,
        "tables": list(finding.tables),
        "partition": finding.partition,
        "arrived_from": timestamp(arrived.start) if arrived else None,
        "arrived_until": timestamp(arrived.end) if arrived else None,
        "offsets": list(finding.offsets) if finding.offsets else None,
        "expected": finding.expected,
        "found": finding.found,
        "text": str(finding),
    }


def _partitions(result: AuditResult) -> Sheet:
    heads = (
        "partition",
        "ledger's offsets",
        "accepted",
        "rejected",
        "heartbeats",
        "duplicates",
        "Kafka holds",
        "not yet",
    )
    rows = [
        (
            item.partition,
            "none" if item.next_offset is None else _offsets(item.first_offset or 0, item.next_offset),
            item.accepted,
            item.rejected,
            item.heartbeats,
            item.duplicates,
            _offsets(item.earliest, item.end),
            item.not_yet,
        )
        for item in result.partitions
    ]
    return Sheet([right(head) for head in heads], rows, f"Audit of {result.stream}")


def _verdict(result: AuditResult) -> list[str]:
    """The findings, one line each, and what is to be done; or that there are none."""
    if result.findings:
        lines = [f"{finding.kind}: {finding}" for finding in result.findings]
        lines += [f"To replay: arrivals {item}" for item in result.to_replay]
        return lines
    if result.until is None:
        return ["Nothing is settled yet, so there is nothing to compare; try again soon."]
    accepted, rejected = f"{result.accepted:,} accepted", f"{result.rejected:,} rejected"
    lines = [
        f"Everything is accounted for: {result.accepted + result.rejected:,} messages ({accepted}, {rejected}),"
        f" arrived up to {timestamp(result.until)}."
    ]
    values = timestamp(result.values_until) or "nothing yet: there are no day panes"
    return [*lines, f"Values of day panes and minute panes compared up to {values}."]


def _offsets(first: int, following: int) -> str:
    return f"{first:,} to {following - 1:,}" if following > first else "none"
