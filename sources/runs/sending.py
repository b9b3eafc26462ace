"""Sends what was decided of a file, once: each batch is noted; whoever goes on looks what Kafka has of the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Protocol

from sources.files import Files, SourceFile
from sources.objects import Objects
from sources.runs.outbox import FILE, Message, batches
from streams.producer import BulkProducer
from streams.topic_reading import found_since, message_digest

_CLOCKS_APART = timedelta(minutes=5)
"""How much the clock of this machine may be ahead of the broker's. Without ids, equal messages that came earlier would
be taken for those that are looked for: then both clocks have to agree."""

Told = Callable[[SourceFile], None]


class Outlet(Protocol):
    """Where messages of a stream go."""

    def send(self, messages: Sequence[Message]) -> None:
        """Send; returns when Kafka has all. Raises KafkaAwayError, TopicError."""

    def found_since(self, since: datetime, wanted: Collection[bytes]) -> Counter[bytes]:
        """How often messages with these digests arrived since a moment. Raises KafkaAwayError, TopicError."""


class KafkaOutlet:
    """One topic, by a producer that threads share a batch at a time."""

    def __init__(self, kafka: str, topic: str, producer: BulkProducer, lock: Lock) -> None:
        self._kafka, self._topic, self._producer, self._lock = kafka, topic, producer, lock

    def send(self, messages: Sequence[Message]) -> None:
        """As `Outlet`."""
        with self._lock:
            self._producer.send(self._topic, [value for value, _ in messages], keys=[key for _, key in messages])
            self._producer.flush()

    def found_since(self, since: datetime, wanted: Collection[bytes]) -> Counter[bytes]:
        """As `Outlet`."""
        return found_since(self._kafka, self._topic, since, wanted)


class KafkaOutlets:
    """Outlets of any topic, on one producer, which is made when the first is needed."""

    def __init__(self, kafka: str) -> None:
        self._kafka, self._lock = kafka, Lock()
        self._producer: BulkProducer | None = None

    def __call__(self, topic: str) -> KafkaOutlet:
        with self._lock:
            self._producer = self._producer or BulkProducer(self._kafka, timeout_seconds=30, linger_ms=5)
        return KafkaOutlet(self._kafka, topic, self._producer, self._lock)


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends files of one stream. `has_ids`: its copies are told by ids, so what is found is found whenever it came.
    `await_turn`: waits until so many messages may be sent, that begin so many panes, None if that is not known."""

    files: Files
    objects: Objects
    outlet: Outlet
    has_ids: bool
    await_turn: Callable[[int, int | None], None]

    def send(self, file: SourceFile, run: int, folder: Path, told: Told, *, is_fresh: bool) -> SourceFile:
        """Send what Kafka may lack of a file that was decided on; the file as it is then. `is_fresh`: nobody began to,
        and the outbox is in the folder, where it was made.

        Raises KafkaAwayError, TopicError, LakeAwayError, RunLostError.
        """
        if file.outbox is None or file.sent >= file.waiting:
            return self.files.done(file, run)
        outbox, sent = folder / FILE, file.sent
        if not is_fresh:
            self.objects.fetch(file.outbox, outbox)
        for batch, panes in batches(outbox, file.sent):
            missing = batch if is_fresh else self._missing(batch, file.noted_at)
            if missing:
                self.await_turn(len(missing), panes)
                self.outlet.send(missing)
            is_fresh = True
            sent += len(batch)
            # That the last one was sent is noted with all that is: if it is not, Kafka is asked for it.
            file = self.files.note_sent(file, run, sent) if sent < file.waiting else self.files.done(file, run)
            told(file)
        return file

    def _missing(self, batch: Sequence[Message], since: datetime) -> list[Message]:
        """Those of a batch that did not arrive since the one before it was noted."""
        wanted = [message_digest(value) for value, _ in batch]
        found = self.outlet.found_since(since - (_CLOCKS_APART if self.has_ids else timedelta()), {*wanted})
        missing = []
        for digest, message in zip(wanted, batch, strict=True):
            if found[digest] > 0:
                found[digest] -= 1
            else:
                missing.append(message)
        return missing
