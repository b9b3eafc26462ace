"""What a bounded job took, of time and of the engines: measured in the same way wherever a benchmark runs one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Metrics
from bench.subject import remove
from bench.usage import Usage
from compose.embedded.layout import Layout
from compose.embedded.supervisor import Supervisor
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from scripts.streams.removal import stop_jobs
from streams.definition import Definition
from streams.topics import Topics

_ENGINES = ("taskmanager", "jobmanager", "kafka", "objectstore", "postgres")


@dataclass(frozen=True, slots=True)
class EngineUsage:
    """Of all engines that a job keeps busy, and of the TaskManager alone; to be read once measuring is over."""

    engines: Usage
    worker: Usage


@dataclass(frozen=True, slots=True)
class JobSeconds:
    """Seconds that a finished job took: from when its last task ran (the job is RUNNING while its tasks still
    deploy: reading starts when the last one runs), and from when it was submitted."""

    steady: float
    with_start: float

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> JobSeconds:
        """Read from the job's REST resource."""
        finished, created = (details["timestamps"][state] for state in ("FINISHED", "CREATED"))
        running = max(vertex["start-time"] for vertex in details["vertices"])
        return cls((finished - running) / 1000, (finished - created) / 1000)


@contextmanager
def engine_usage(home: Path) -> Iterator[EngineUsage]:
    """What the engines of a stack use while the block runs."""
    states = Supervisor(Layout(home)).states()
    with Usage(states[name].pid for name in _ENGINES) as engines, Usage([states["taskmanager"].pid]) as worker:
        yield EngineUsage(engines, worker)


def job_metrics(messages: int, details: Mapping[str, Any], used: EngineUsage) -> Metrics:
    """The metrics of one job that read so many messages."""
    seconds = JobSeconds.of(details)
    return {
        "messages_per_second": messages / seconds.steady,
        "messages_per_second_with_start": messages / seconds.with_start,
        "messages_per_cpu_second": messages / used.engines.cpu_seconds,
        "seconds": seconds.steady,
        "cpu_seconds": used.engines.cpu_seconds,
        "peak_rss_bytes": used.engines.peak_rss_bytes,
        "taskmanager_peak_rss_bytes": used.worker.peak_rss_bytes,
    }


def clear(definition: Definition, kafka: str) -> None:
    """Leave nothing of a benchmark's stream: no job, no table, no topic."""
    stop_jobs(definition.name)
    remove(open_catalog(LakeSettings()), definition)
    with Topics(kafka) as topics:
        topics.delete(definition.topic)
