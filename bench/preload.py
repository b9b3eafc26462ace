"""Filling a topic quickly with made messages, for the benchmarks that read from Kafka."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

import numpy as np

from services.generator import Generator
from services.generator.messages import BATCH
from streams.definition import Definition
from streams.producer import BulkProducer
from streams.topics import Topics

_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Preloaded:
    """What was sent. `bytes` counts payloads only."""

    messages: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Job:
    """One worker's part: every batch that belongs to its partitions."""

    bootstrap: str
    topic: str
    definition: Definition
    count: int
    keys: int | None
    seed: int
    start_ms: int
    end_ms: int
    worker: int


def preload(
    bootstrap: str,
    topic: str,
    definition: Definition,
    count: int,
    keys: int | None = None,
    seed: int = 0,
    *,
    start: datetime,
    end: datetime,
    say: Callable[[str], None] = lambda _: None,
) -> Preloaded:
    """Make the topic anew and fill it with `count` messages of `keys` series, event times in `[start, end)`.

    Partitions hold the same messages in the same order for the same arguments: each batch belongs to one partition,
    and each partition to one of two processes. Raises KafkaAwayError or TopicError.
    """
    topical = definition.model_copy(update={"topic": topic})
    with Topics(bootstrap) as topics:
        topics.delete(topic)
        topics.ensure(topical)
    span = (int(start.timestamp() * 1000), int(end.timestamp() * 1000))
    jobs = [_Job(bootstrap, topic, topical, count, keys, seed, *span, worker) for worker in range(_WORKERS)]
    say(f"preload {count:,} messages into {topic}")
    started = time.monotonic()
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        size = sum(pool.map(_fill, jobs))
    done = Preloaded(count, size, time.monotonic() - started)
    say(f"preloaded in {done.seconds:.1f} s, {count / done.seconds:,.0f}/s, {size / count:.0f} bytes each")
    return done


def _fill(job: _Job) -> int:
    """Send one worker's batches; the bytes sent."""
    generator = Generator(job.definition, seed=job.seed, series=job.keys)
    partitions, size = job.definition.partitions, 0
    with BulkProducer(job.bootstrap) as producer:
        for place in range(-(-job.count // BATCH)):
            partition = place % partitions
            if partition % _WORKERS != job.worker:
                continue
            index = np.arange(place * BATCH, min((place + 1) * BATCH, job.count), dtype=np.int64)
            batch = generator.batch(index, generator.times(index, job.start_ms, job.end_ms, job.count))
            producer.send(job.topic, batch, partition)
            size += sum(map(len, batch))
    return size
