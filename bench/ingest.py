"""How fast a stream is aggregated: messages preloaded in Kafka, through the stream's own job, to committed tables.

The job is the live job of the stream with its four sinks and exactly-once checkpoints, told to stop where the topic
ends. A run counts only if panes and ledger hold every message exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bench.jobs import clear, engine_usage, job_metrics
from bench.preload import preload
from bench.report import Metrics
from bench.subject import declared, make_anew
from flink_jobs.client import FlinkClient
from flink_jobs.render import render
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.requests import SeriesRequest, Step, WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.sql_clients import ledger_totals
from query.trino_client import TrinoClient
from query.visible import Visible
from services.settings import ServiceSettings
from services.stream_topics import begin_reading
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import day_start
from streams.topics import Topics


@dataclass(frozen=True)
class Settings:
    """`keys` series of the stream, `messages` of them in all, event times spread over `minutes`.

    `hours`: 1 with hour panes, also if the stream has none. The first `warm_up` jobs are not counted: a TaskManager
    that has just started is busy compiling its code.
    """

    stream: str = "health"
    messages: int = 10_000_000
    keys: int = 40
    minutes: int = 60
    hours: int = 0
    warm_up: int = 1
    runs: int = 3
    checkpoint_seconds: float = 10.0
    timeout_seconds: float = 300.0


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Preload once, then one job after another; raises WindowpaneError if a message is lost or counted twice."""
    script = ServiceSettings()
    name = f"bench_{settings.stream}"
    known = declared(settings.stream, script)
    hours = known.hours or bool(settings.hours)
    definition = known.model_copy(update={"name": name, "topic": name, "hours": hours})
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - timedelta(minutes=settings.minutes)
    preload(script.kafka, name, definition, settings.messages, settings.keys, start=start, end=end, say=say)
    try:
        for run in range(-settings.warm_up, settings.runs):
            measured = ingest(definition, script, settings.checkpoint_seconds, settings.timeout_seconds)
            verify(definition, start, end, settings.messages)
            if run >= 0:
                yield measured
            else:
                say(f"warm-up: {measured['messages_per_second']:,.0f} messages/s")
    finally:
        clear(definition, script.kafka)


def ingest(
    definition: Definition, script: ServiceSettings, checkpoint_seconds: float, timeout_seconds: float
) -> Metrics:
    """One job over all that the stream's topic holds, into fresh tables."""
    catalog = open_catalog(LakeSettings())
    make_anew(catalog, definition)
    with Topics(script.kafka) as topics:
        ends = topics.end_offsets(definition.topic)
    flink = FlinkClient(FlinkSettings())
    slack = flink.settings.watermark_slack_ms
    job_range = replace(begin_reading(script.kafka, catalog, definition, slack), ends=ends)
    job_script = render(definition, script.kafka, job_range, slack)
    with engine_usage(script.home) as used:
        job = flink.run(job_script, {"execution.checkpointing.interval": f"{checkpoint_seconds:.0f} s"})
        details = flink.await_finished(job, timeout_seconds)
    flink.close()
    return job_metrics(sum(ends.values()), details, used)


def verify(definition: Definition, start: datetime, end: datetime, messages: int) -> None:
    """Raise unless ledger, minute panes and day panes hold each message exactly once."""
    service = QueryService(QuerySettings(), {definition.name: definition}, LakeSettings())
    service.refresh()
    day = timedelta(days=1)
    question = WindowRequest(Visible(definition), day_start(start), day_start(end) + day, by=())
    minutes = service.series(SeriesRequest(question, Step.HOUR))
    ledger = ledger_totals(TrinoClient(QuerySettings()), definition.name)
    counted = {
        "ledger": sum(partition.accepted for partition in ledger),
        "minute panes": sum(group.messages for point in minutes.points for group in point.groups),
        "day panes": sum(group.messages for group in service.window(question).groups),
    }
    if set(counted.values()) != {messages}:
        raise WindowpaneError(f"not every one of {messages} messages is counted once: {counted}")
