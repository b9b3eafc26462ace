"""Render the SQL of a stream's job. Pure: definition and resume point in, statements out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flink_jobs.aggregates import FUNCTIONS, aggregate_sql
from streams.definition import Definition
from streams.panes import DAY_ARRIVAL_SECONDS, GRAIN_TABLES, MINUTE_ARRIVAL_SECONDS, Grain, pane_columns
from streams.plan import decoding_plan

__all__ = ["JobScript", "JobStart", "render"]


@dataclass(frozen=True, slots=True)
class JobStart:
    """Where a job begins, what its sinks already hold, and where it ends.

    `start`: arrival time to read from, None for the beginning of the topic. `cuts`: table → arrival time whose rows
    it already has. `held`: Kafka partition → highest offset that `rejected` already has.
    `ends`: Kafka partition → offset to stop before, of every partition; None to run for ever.
    """

    start: datetime | None = None
    cuts: Mapping[str, datetime | None] = field(default_factory=dict)
    held: Mapping[int, int] = field(default_factory=dict)
    ends: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class JobScript:
    """The SQL of one job: statements that set the scene, then the inserts that run together.

    `partitions`: how many the topic has. More tasks than that would leave one without input, and time would stand
    still for all: Flink takes the smallest watermark of all tasks, and one that reads nothing has none.
    """

    name: str
    setup: tuple[str, ...]
    inserts: tuple[str, ...]
    partitions: int


def _literal(value: object) -> str:
    """A SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _ident(name: str) -> str:
    """A quoted SQL identifier."""
    return "`" + name.replace("`", "``") + "`"


def _interval(seconds: int) -> str:
    """A SQL interval, in the largest unit that holds it whole."""
    unit, length = next((u, n) for u, n in (("minute", 60), ("second", 1)) if seconds % n == 0)
    return f"interval '{seconds // length}' {unit}"


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "sql"),
    undefined=StrictUndefined,
    autoescape=False,
    keep_trailing_newline=False,
)
_templates.filters |= {"literal": _literal, "ident": _ident, "interval": _interval}


def _sql(template: str, **values: Any) -> str:
    return _templates.get_template(f"{template}.sql").render(values)


def render(definition: Definition, kafka: str, start: JobStart, slack_ms: int) -> JobScript:
    """The live job of a stream: messages in; minute panes, day panes, ledger and rejected out."""
    shape = {
        "stream": definition.name,
        "dimensions": list(definition.dimensions),
        "values": [*definition.measures, *definition.distincts],
        "columns": [aggregate_sql(column) for column in pane_columns(definition)],
        "max_ahead": definition.event_time.max_ahead_seconds,
        "event_field": definition.event_time.field,
        "held": start.held,
    }

    def cut(table: str) -> str | None:
        at = start.cuts.get(table)
        return None if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    def panes(grain: Grain, source: str, event_column: str) -> str:
        table = GRAIN_TABLES[grain]
        return _sql("insert_panes", **shape, table=table, source=source, event_column=event_column, cut=cut(table))

    return JobScript(
        name=f"windowpane/{definition.name}/{definition.digest}",
        setup=(
            *(f"create temporary system function {name} as {_literal(path)}" for name, path in FUNCTIONS.items()),
            _sql(
                "messages",
                row=_row(definition),
                options=_source_options(definition, kafka, start),
                slack=f"{slack_ms / 1000:.3f}",
            ),
            _sql("accepted", **shape),
            _sql("minutes", **shape, arrival_seconds=MINUTE_ARRIVAL_SECONDS),
            _sql("days", **shape, arrival_seconds=DAY_ARRIVAL_SECONDS),
        ),
        inserts=(
            panes(Grain.MINUTE, "minutes", "event_minute"),
            panes(Grain.DAY, "days", "event_day"),
            _sql("insert_ledger", **shape, arrival_seconds=MINUTE_ARRIVAL_SECONDS, cut=cut("ledger")),
            _sql("insert_rejected", **shape),
        ),
        partitions=definition.partitions,
    )


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str


def _row(definition: Definition) -> list[_Column]:
    """The row that the format decodes a message into, in its fixed order."""
    return [
        _Column("event_time", "timestamp_ltz(3)"),
        *(_Column(name, "string") for name in definition.dimensions),
        *(_Column(name, "bigint") for name in definition.measures),
        *(_Column(name, "string") for name in definition.distincts),
        _Column("reason", "string"),
        _Column("field", "string"),
        _Column("payload", "bytes"),
    ]


def _source_options(definition: Definition, kafka: str, start: JobStart) -> dict[str, str]:
    mode = {"scan.startup.mode": "earliest-offset"}
    if start.start is not None:
        millis = int(start.start.timestamp() * 1000)
        mode = {"scan.startup.mode": "timestamp", "scan.startup.timestamp-millis": str(millis)}
    if start.ends is not None:
        ends = ";".join(f"partition:{partition},offset:{offset}" for partition, offset in start.ends.items())
        mode |= {"scan.bounded.mode": "specific-offsets", "scan.bounded.specific-offsets": ends}
    return {
        "connector": "kafka",
        "topic": definition.topic,
        "properties.bootstrap.servers": kafka,
        "properties.group.id": f"windowpane-{definition.name}",
        "properties.max.partition.fetch.bytes": "4194304",
        "properties.fetch.max.bytes": "33554432",
        "properties.max.poll.records": "20000",
        **mode,
        "format": "windowpane-json",
        "windowpane-json.plan": json.dumps(decoding_plan(definition), separators=(",", ":")),
    }
