"""What to do about a stream's jobs, from what the lake notes of it and what Flink runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flink_jobs.client import Job
from iceberg.stored_stream import StoredStream
from streams.definition import Definition


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a stream, in this order.

    Stop these jobs; `fence`: rule out tasks that Flink forgot; let the definition `hand_over` complete its tables;
    `start` the job of the applied definition.
    """

    stop: tuple[Job, ...] = ()
    fence: bool = False
    hand_over: Definition | None = None
    start: bool = False


def decide(
    stored: StoredStream, jobs: Sequence[Job], last: str | None, *, is_readable: bool = True, all_read: bool = True
) -> Decision:
    """What to do, given all jobs that Flink knows and the one that was last started for the stream. Pure.

    `is_readable`: whether the topic may be read as it is; `all_read`: whether the newest job reads all its partitions.
    """
    definition, running = stored.definition, stored.running
    live = tuple(job for job in jobs if job.stream == definition.name and not job.ended)
    if stored.drained or not is_readable:
        return Decision(live)
    if [job.digest for job in live] == [definition.digest] and all_read:
        return Decision()
    forgotten = last is not None and all(job.id != last for job in jobs)
    old = running if running is not None and running.digest != definition.digest else None
    return Decision(live, forgotten, old, start=True)
