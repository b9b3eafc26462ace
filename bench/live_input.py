"""A stream that lives beside what is measured: a steady input, a live job, and how far its answers lag behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import numpy as np

from bench.subject import make_anew, remove
from compose.embedded.waiting import until
from flink_jobs.client import FlinkClient
from flink_jobs.render import render
from flink_jobs.settings import FlinkSettings
from iceberg.catalog import open_catalog
from iceberg.lake_view import pin
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from query.sql_clients import ledger_totals
from query.trino_client import TrinoClient
from scripts.streams.removal import stop_jobs
from services.generator import Generator
from services.heart import Heart
from services.settings import ServiceSettings
from services.stream_topics import begin_reading
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.keys import message_keys
from streams.producer import BulkProducer
from streams.topics import Topics

_SEND_SECONDS = 0.1
_LOOK_SECONDS = 1.0
_PATIENCE = 120.0


class LiveInput:
    """Sends made messages at a steady rate and looks at the lag, each in a thread. Use as a context manager."""

    def __init__(self, definition: Definition, kafka: str, rate: int) -> None:
        self._definition, self._kafka, self._rate = definition, kafka, rate
        self._stop = threading.Event()
        self._problems: list[BaseException] = []
        self._lags: list[float] = []
        self._threads = [threading.Thread(target=self._guarded, args=(work,)) for work in (self._send, self._look_on)]
        self.sent = 0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if kind is None and self._problems:
            raise self._problems[0]

    def lags(self) -> list[float]:
        """Seconds between each look since the last call and the arrivals up to which answers were complete then."""
        taken, self._lags = self._lags, []
        return taken

    def complete_until(self) -> datetime | None:
        """Arrival time up to which the stream's answers are complete."""
        return pin(open_catalog(LakeSettings()), self._definition.name).complete_until

    def await_complete(self, at: datetime) -> None:
        """Wait until answers are complete up to a moment. Raises WindowpaneError if they are not soon."""
        try:
            until(lambda: (self.complete_until() or datetime.min.replace(tzinfo=UTC)) >= at, _PATIENCE, every=0.5)
        except TimeoutError:
            raise WindowpaneError(
                f"the live job was more than {_PATIENCE:.0f} s behind its input; send less with --set live_rate="
            ) from None

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self._problems.append(error)

    def _send(self) -> None:
        generator = Generator(self._definition)
        started = time.monotonic()
        with BulkProducer(self._kafka) as producer:
            while not self._stop.wait(_SEND_SECONDS):
                due = int((time.monotonic() - started) * self._rate)
                index = np.arange(self.sent, due, dtype=np.int64)
                if len(index):
                    now = np.full(len(index), time.time_ns() // 1_000_000, dtype=np.int64)
                    batch = generator.batch(index, now)
                    producer.send(self._definition.topic, batch, keys=message_keys(self._definition, batch))
                    self.sent = due

    def _look_on(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            complete = self.complete_until()
            if complete is not None:
                self._lags.append((datetime.now(UTC) - complete).total_seconds())


@contextmanager
def live_job(definition: Definition, script: ServiceSettings) -> Iterator[None]:
    """The live job of a stream that is made anew, with its heartbeats; leaving takes everything away."""
    catalog, flink = open_catalog(LakeSettings()), FlinkClient(FlinkSettings())
    heart = Heart(script.kafka, flink.settings.watermark_slack_ms)
    with Topics(script.kafka) as topics:
        topics.delete(definition.topic)
        topics.ensure(definition)
    make_anew(catalog, definition)
    slack = flink.settings.watermark_slack_ms
    job_range = begin_reading(script.kafka, catalog, definition, slack)
    flink.run(render(definition, script.kafka, job_range, slack))
    heart.watch({definition.topic: definition.partitions})
    heart.start()
    try:
        yield
    finally:
        heart.close()
        flink.close()
        stop_jobs(definition.name)
        remove(catalog, definition)
        with Topics(script.kafka) as topics:
            topics.delete(definition.topic)


@contextmanager
def live_input(definition: Definition, script: ServiceSettings, rate: int) -> Iterator[LiveInput]:
    """A live job whose answers are already complete for its first messages, and its input of `rate` messages a second.

    Leaving checks that every message was counted once, and takes everything away. Raises WindowpaneError.
    """
    with live_job(definition, script):
        with LiveInput(definition, script.kafka, rate) as live:
            live.await_complete(datetime.now(UTC))
            live.lags()
            yield live
        live.await_complete(datetime.now(UTC))
        accepted = sum(partition.accepted for partition in ledger_totals(TrinoClient(QuerySettings()), definition.name))
        if accepted != live.sent:
            raise WindowpaneError(f"of {live.sent} live messages the ledger counts {accepted}")
