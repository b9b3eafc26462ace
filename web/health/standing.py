"""How each stream stands: what the ledger has counted, what waits in Kafka beyond it, what is wrong with its topic."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from iceberg.reading import Reading
from query.errors import QueryError
from query.limits import Limits
from query.standing import Counted, counted, held, topic_standing
from query.trino_client import TrinoClient
from streams.definition import Definition
from streams.errors import TopicError
from streams.topics import Topics

_KEPT_SECONDS = 5.0
_NEWEST_SECONDS = 30.0
"""Age at which what is told at once is asked anew: each stream costs two questions to Trino."""
_LEDGERS_SECONDS = 5.0
"""Longest time to read the ledgers of all streams."""
_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class StreamStanding:
    """Messages since the stream began, and how many each partition holds beyond. None where an engine is away.

    `stopped`: why the stream's topic is not read, empty if it is or Kafka does not answer. `notes`: what else is to be
    known of it, such as messages that were lost.
    """

    accepted: int | None
    rejected: int | None
    lags: Mapping[int, int] | None
    stopped: str = ""
    notes: tuple[str, ...] = ()
    duplicates: int | None = None

    @property
    def lag(self) -> int | None:
        """Of all partitions."""
        return None if self.lags is None else sum(self.lags.values())


class Standing:
    """Asks Trino and Kafka, and keeps the answer for a few seconds."""

    def __init__(self, trino: TrinoClient, kafka: str) -> None:
        self._trino, self._kafka = trino, kafka
        self._lock = threading.Lock()
        self._kept: tuple[float, dict[str, StreamStanding]] = (0.0, {})
        self._asking: threading.Thread | None = None

    def of(
        self, definitions: Mapping[str, Definition], readings: Mapping[str, Reading | None]
    ) -> Mapping[str, StreamStanding]:
        """Stream → its standing. Blocks: call it in a thread."""
        with self._lock:
            until, kept = self._kept
            if time.monotonic() < until and kept.keys() == definitions.keys():
                return kept
            limits = Limits(_LEDGERS_SECONDS)
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                asked = {
                    name: pool.submit(self._ask, each, readings.get(name), limits) for name, each in definitions.items()
                }
            standings = {name: standing.result() for name, standing in asked.items()}
            self._kept = (time.monotonic() + _KEPT_SECONDS, standings)
            return standings

    def newest(
        self, definitions: Mapping[str, Definition], readings: Mapping[str, Reading | None]
    ) -> Mapping[str, StreamStanding]:
        """What is known at once, by the newest of these calls but for the first; engines are asked meanwhile."""
        until, kept = self._kept
        old = time.monotonic() >= until + _NEWEST_SECONDS - _KEPT_SECONDS
        if old and (self._asking is None or not self._asking.is_alive()):
            self._asking = threading.Thread(target=self.of, args=(definitions, readings), name="standing", daemon=True)
            self._asking.start()
        return kept

    def _ask(self, definition: Definition, reading: Reading | None, limits: Limits) -> StreamStanding:
        ledger: Counted | None = None
        with suppress(QueryError):
            ledger = counted(self._trino, definition.name, reading, limits)
        accepted = sum(part.accepted for part in ledger.totals) if ledger else None
        rejected = sum(part.rejected for part in ledger.totals) if ledger else None
        duplicates = sum(part.duplicates for part in ledger.totals) if ledger else None
        try:
            with Topics(self._kafka, timeout_seconds=5) as topics:
                standing = topic_standing(definition, reading, held(topics, definition.topic), ledger)
        except TopicError:
            return StreamStanding(accepted, rejected, None, duplicates=duplicates)
        return StreamStanding(accepted, rejected, standing.lag, standing.stopped, standing.notes, duplicates)
