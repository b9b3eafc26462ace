"""Render the SQL of a stream's job. Pure: definition and range in, statements out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flink_jobs.aggregates import FUNCTIONS, aggregate_sql
from flink_jobs.records import record_sql
from streams.breakdowns import Breakdown, Layer, breakdowns, layers, named_in
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.panes import PERIODS, pane_columns


@dataclass(frozen=True, slots=True)
class JobRange:
    """Which messages a job reads, and which of the rows that it makes its sinks keep.

    Read: from `start` (an offset of every partition; None for the beginning of the topic) to before `ends` (an offset
    of every partition; None to run for ever), and of the topic with the id `topic_id` only, if one is given. `before`
    holds each partition's latest arrival before that, None where there is none; it is None for any partitions, from
    their beginnings. With `from_events` not from Kafka but from the stream's table `events`: what arrived from `start`,
    here a time, to before `until`.
    Kept: of each table the rows that arrived after its cut (`cuts`: table, or panes of a layer such as `day panes` →
    arrival time) and before `until`, of tables of single messages those beyond the offsets in `held` (table →
    partition → highest offset that it already has). What arrived before `counted_from` counts nowhere, if that is
    given: it is read to be remembered, as much of it as the definition's horizon. `first_offsets`: of a table, what is
    read of each partition begins there; it is put in the order of its offsets.
    """

    start: datetime | Mapping[int, int] | None = None
    ends: Mapping[int, int] | None = None
    cuts: Mapping[str, datetime | None] = field(default_factory=dict)
    held: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    until: datetime | None = None
    from_events: bool = False
    before: Mapping[int, datetime | None] | None = None
    topic_id: str = ""
    counted_from: datetime | None = None
    first_offsets: Mapping[int, int] | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether the job ends by itself."""
        return self.from_events or self.ends is not None


@dataclass(frozen=True, slots=True)
class JobScript:
    """The SQL of one job: statements that set the scene, then the inserts that run together.

    `partitions`: how many are read. More tasks than that would leave one without input, and time would stand
    still for all: Flink takes the smallest watermark of all tasks, and one that reads nothing has none. `restored`:
    whether Flink may go on with it from a checkpoint; what a job remembers is in none.
    """

    name: str
    setup: tuple[str, ...]
    inserts: tuple[str, ...]
    partitions: int
    restored: bool = True


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


_RECORDS = {"accepted": "_record"}
_KINDS = {"panes": "messages", "ledger": "_first_offset", "messages": "offset"}
"""Kind of rows that the combiner makes → the column that is not null in them alone; records are messages too."""

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "sql"),
    undefined=StrictUndefined,
    autoescape=False,
    keep_trailing_newline=False,
)
_templates.filters |= {"literal": _literal, "ident": _ident, "interval": _interval}


def _sql(template: str, **values: Any) -> str:
    return _templates.get_template(f"{template}.sql").render(values)


def render(
    definition: Definition, kafka: str, job_range: JobRange, slack_ms: int, *, name: str = "", namespace: str = ""
) -> JobScript:
    """The job of a stream: messages in; panes of each breakdown and grain, ledger, rejected and, if it keeps them,
    events and records out.

    `name` and `namespace` (where its tables are) are those of the stream's live job if not given.
    """
    known = breakdowns(definition)
    several = len(known) > 1
    shape = {
        "namespace": namespace or definition.name,
        "dimensions": list(definition.dimensions),
        "keys": [*(("breakdown",) if several else ()), *definition.dimensions],
        "columns": [aggregate_sql(column) for column in pane_columns(definition)],
        "records": record_sql(definition),
        "digest": definition.digest,
        "max_ahead": definition.event_time.max_ahead_seconds,
        "event_field": definition.event_time.field,
        "until": _timestamp(job_range.until),
        "bounded": job_range.is_bounded,
    }

    def cut(name: str) -> str | None:
        return _timestamp(job_range.cuts.get(name))

    records = _RECORDS if definition.records else {}
    return JobScript(
        name=name or f"windowpane/{definition.name}/{definition.digest}",
        setup=(
            *(f"create temporary system function {name} as {_literal(path)}" for name, path in FUNCTIONS.items()),
            _sql("combined", **shape, options=_source_options(definition, kafka, job_range, slack_ms)),
            *(_sql("combined_of", kind=kind, mark=mark) for kind, mark in {**_KINDS, **records}.items()),
            _sql("finest", **shape, arrival_seconds=Layer.FINEST.arrival_seconds),
            *(
                _sql(view, **shape, **_rolled_up(definition, layer), cut=cut(layer.panes))
                for layer in layers(definition)
                if layer is not Layer.FINEST
                for view in ("finest_of_rollup", "rollup")
            ),
        ),
        inserts=(
            _sql(
                "insert_panes",
                **shape,
                several=several,
                breakdown=known[0].name,
                layers=[_panes_of(definition, layer, cut(layer.panes)) for layer in layers(definition)],
            ),
            _sql("insert_ledger", **shape, arrival_seconds=Layer.FINEST.arrival_seconds, cut=cut("ledger")),
            *(
                _sql(f"insert_{table}", **shape, cut=cut(table), held=job_range.held.get(table, {}))
                for table in ("rejected", *(("events",) if definition.events else ()), *records)
            ),
        ),
        partitions=len(job_range.before) if job_range.before else definition.partitions,
        restored=not definition.horizon_ms,
    )


def _rolled_up(definition: Definition, layer: Layer) -> dict[str, Any]:
    """What a layer of rollups is made of. `only`: the breakdowns that have them; none if all have."""
    [names] = named_in(definition, layer).values()
    only = () if len(names) == len(breakdowns(definition)) else names
    return {"grain": layer.grain, "only": only, "arrival_seconds": layer.arrival_seconds}


def _panes_of(definition: Definition, layer: Layer, cut: str | None) -> dict[str, Any]:
    """What is inserted of a layer. Rollups' own views are cut already."""
    of_grains = [
        {"grain": grain.value, "period": PERIODS[grain].value, "breakdowns": names}
        for grain, names in named_in(definition, layer).items()
    ]
    finest = layer is Layer.FINEST
    return {"view": layer.value if finest else f"{layer}s", "grains": of_grains, "cut": cut if finest else None}


def _timestamp(at: datetime | None) -> str | None:
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _source_options(definition: Definition, kafka: str, job_range: JobRange, slack_ms: int) -> dict[str, str]:
    source = (
        _events_options(definition, job_range)
        if job_range.from_events
        else _kafka_options(definition, kafka, job_range)
    )
    plan = json.dumps(decoding_plan(definition), separators=(",", ":"))
    messages = {**source, "format": "windowpane-json", "windowpane-json.plan": plan}
    return {
        "connector": "windowpane-combined",
        "arrival-window": f"{Layer.FINEST.arrival_seconds} s",
        "breakdowns": json.dumps([_combined(each) for each in breakdowns(definition)], separators=(",", ":")),
        # Of a table the source tells itself how far it is: its files are read in the order of their first arrivals.
        **({} if job_range.from_events else _arrival_options(job_range, slack_ms)),
        **_memory_options(definition, job_range),
        "every-message": str(definition.events).lower(),
        **{f"messages.{key}": value for key, value in messages.items()},
    }


def _combined(breakdown: Breakdown) -> dict[str, Any]:
    """A breakdown as the combiner is told of it."""
    by, grain = breakdown.dimensions, breakdown.finest
    return {"name": breakdown.name, "by": by, "grain_ms": grain.seconds * 1000}


def _arrival_options(job_range: JobRange, slack_ms: int) -> dict[str, str]:
    options = {"watermark-slack": f"{slack_ms} ms"}
    if job_range.before is not None:
        known = (
            f"{partition}={'' if at is None else _millis(at)}" for partition, at in sorted(job_range.before.items())
        )
        options["arrived-before"] = ";".join(known)
    if job_range.topic_id:
        options["topic-id"] = job_range.topic_id
    return options


def _memory_options(definition: Definition, job_range: JobRange) -> dict[str, str]:
    options = {"horizon": f"{definition.duplicates.horizon_ms} ms"} if definition.duplicates else {}
    if definition.visits is not None:
        options["visits.gap"] = f"{definition.visits.gap_ms} ms"
        options["visits.cut"] = f"{definition.visits.cut_ms} ms"
        options["visits.first"] = ";".join(definition.visits.first)
        options["visits.last"] = ";".join(definition.visits.last)
    if job_range.counted_from is not None:
        options["counted-from"] = str(_millis(job_range.counted_from))
    if job_range.first_offsets is not None:
        options["first-offsets"] = ";".join(f"{number}={first}" for number, first in job_range.first_offsets.items())
    return options


def _events_options(definition: Definition, job_range: JobRange) -> dict[str, str]:
    if not isinstance(job_range.start, datetime) or job_range.until is None:
        raise ValueError("events are read from one arrival time to another")
    return {
        "connector": "windowpane-events",
        "table": f"{definition.name}.events",
        "arrived-from": str(_millis(job_range.start)),
        "arrived-until": str(_millis(job_range.until)),
    }


def _kafka_options(definition: Definition, kafka: str, job_range: JobRange) -> dict[str, str]:
    match job_range.start:
        case None:
            mode = {"scan.startup.mode": "earliest-offset"}
        case datetime():
            # Kafka's consumer would go on with the newest message where it finds its place deleted.
            raise ValueError("Kafka is read from offsets")
        case starts:
            mode = {"scan.startup.mode": "specific-offsets", "scan.startup.specific-offsets": _offsets(starts)}
    if job_range.ends is not None:
        mode |= {"scan.bounded.mode": "specific-offsets", "scan.bounded.specific-offsets": _offsets(job_range.ends)}
    return {
        "connector": "kafka",
        "topic": definition.topic,
        "properties.bootstrap.servers": kafka,
        "properties.group.id": f"windowpane-{definition.name}",
        "properties.max.partition.fetch.bytes": "4194304",
        "properties.fetch.max.bytes": "33554432",
        "properties.max.poll.records": "20000",
        # Where a partition that was added begins, in arrivals, is noted before a job reads it: the keeper starts one.
        "scan.topic-partition-discovery.interval": "0 s",
        **mode,
    }


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _offsets(offsets: Mapping[int, int]) -> str:
    return ";".join(f"partition:{partition},offset:{offset}" for partition, offset in offsets.items())
