"""How fast a stream is replayed: all that its topic holds, ingested by its job, then replayed with the same definition.

Each run measures the ingesting job and the replay's job alike, one after the other; later runs replay beside a live
stream and say how far that one's answers lagged. A replay counts only if it holds every message exactly once.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.ingest import ingest, verify
from bench.jobs import clear, engine_usage, job_metrics
from bench.live_input import live_input
from bench.preload import preload
from bench.report import Metrics
from bench.subject import declared
from flink_jobs.client import FlinkClient
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import open_catalog
from iceberg.publishing import drop
from iceberg.settings import LakeSettings
from scripts.console import message_progress
from scripts.replays.replaying import JOB_OPTIONS, RangeWanted, Replaying, job_name
from services.settings import ServiceSettings
from streams.definition import Definition
from streams.errors import WindowpaneError

_NAME, _LIVE = "bench_replay", "bench_replay_live"


@dataclass(frozen=True)
class Settings:
    """Messages as for `ingest`. `live_rate`: messages a second of the live stream; 0 leaves those runs out.

    The first `warm_up` pairs of jobs are not counted: a TaskManager that has just started is busy compiling its code.
    """

    stream: str = "health"
    messages: int = 10_000_000
    keys: int = 40
    minutes: int = 60
    warm_up: int = 1
    runs: int = 3
    live_rate: int = 2000
    timeout_seconds: float = 300.0


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Preload once; then pairs of jobs, then replays beside the live stream. Raises WindowpaneError."""
    script = ServiceSettings()
    declaration = declared(settings.stream, script)
    definition = declaration.model_copy(update={"name": _NAME, "topic": _NAME})
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - timedelta(minutes=settings.minutes)
    preload(script.kafka, _NAME, definition, settings.messages, settings.keys, start=start, end=end, say=say)
    try:
        for run in range(-settings.warm_up, settings.runs):
            ingested = ingest(definition, script, _checkpoint_seconds(), settings.timeout_seconds)
            verify(definition, start, end, settings.messages)
            measured = _pair(ingested, _replay(definition, script, settings.messages))
            if run >= 0:
                yield measured
            else:
                say("warm-up: " + ", ".join(f"{name} {measured[name]:,.2f}" for name in list(measured)[:3]))
        if settings.live_rate:
            live = declaration.model_copy(update={"name": _LIVE, "topic": _LIVE})
            yield from _beside_live(definition, live, script, settings, say)
    finally:
        clear(definition, script.kafka)


def _checkpoint_seconds() -> float:
    """Both jobs make checkpoints as often."""
    return float(JOB_OPTIONS["execution.checkpointing.interval"].removesuffix(" s"))


def _pair(ingested: Metrics, replayed: Metrics) -> Metrics:
    rate = "messages_per_second"
    return {
        rate: replayed[rate],
        f"ingest_{rate}": ingested[rate],
        "ratio_to_ingest": replayed[rate] / ingested[rate],
        **replayed,
        "ingest_messages_per_cpu_second": ingested["messages_per_cpu_second"],
    }


def _beside_live(
    definition: Definition, live: Definition, script: ServiceSettings, settings: Settings, say: Callable[[str], None]
) -> Iterator[Metrics]:
    say(f"live stream of {settings.live_rate:,} messages a second beside the replay")
    with live_input(live, script, settings.live_rate) as beside:
        for _ in range(settings.runs):
            beside.await_complete(datetime.now(UTC))
            beside.lags()  # of the time in which it made up for the last replay
            beside.await_complete(datetime.now(UTC))
            before = beside.lags()
            replayed = _replay(definition, script, settings.messages)
            during = beside.lags()
            yield {
                "beside_live_messages_per_second": replayed["messages_per_second"],
                "live_lag_before_seconds": max(before),
                "live_lag_seconds": max(during),
            }


def _replay(definition: Definition, script: ServiceSettings, messages: int) -> Metrics:
    """Replay everything and discard it. Raises WindowpaneError unless each message was replayed exactly once."""
    catalog = open_catalog(LakeSettings())
    with Replaying() as replaying:
        replay = replaying.begin(definition, RangeWanted(), getpass.getuser())
        try:
            with message_progress(f"replay {replay.id}", replay.messages) as counted, engine_usage(script.home) as used:
                _, staged = replaying.see_through(replay, counted)
            if staged.accepted != messages:
                raise WindowpaneError(f"of {messages} messages {staged.accepted} were replayed ({staged})")
            flink = FlinkClient(FlinkSettings())
            [job] = [job for job in flink.jobs() if job.name == job_name(replay)]
            details = flink.get(f"/jobs/{job.id}")
            flink.close()
        finally:
            replaying.stop(replay)
            drop(catalog, replay.id)
    return job_metrics(messages, details, used)
