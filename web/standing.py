"""How each stream stands: what the ledger has counted, and what waits in Kafka beyond it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from query.errors import QueryError
from query.limits import Limits
from query.sql_clients import PartitionTotals, ledger_totals
from query.trino_client import TrinoClient
from streams.definition import Definition
from streams.errors import TopicError
from streams.topics import Topics

__all__ = ["Standing", "StreamStanding", "lag_of"]

_KEPT_SECONDS = 5.0
_LEDGERS_SECONDS = 5.0
"""Longest time to read the ledgers of all streams."""


@dataclass(frozen=True, slots=True)
class StreamStanding:
    """Messages since the stream began. None where an engine does not answer."""

    accepted: int | None
    rejected: int | None
    lag: int | None


class Standing:
    """Asks Trino and Kafka, and keeps the answer for a few seconds. Blocks: call it in a thread."""

    def __init__(self, trino: TrinoClient, kafka: str) -> None:
        self._trino, self._kafka = trino, kafka
        self._lock = threading.Lock()
        self._kept: tuple[float, dict[str, StreamStanding]] = (0.0, {})

    def of(self, definitions: Mapping[str, Definition]) -> Mapping[str, StreamStanding]:
        """Stream → its standing."""
        with self._lock:
            until, kept = self._kept
            if time.monotonic() < until and kept.keys() == definitions.keys():
                return kept
            found = self._ask(definitions)
            self._kept = (time.monotonic() + _KEPT_SECONDS, found)
            return found

    def _ask(self, definitions: Mapping[str, Definition]) -> dict[str, StreamStanding]:
        limits = Limits(_LEDGERS_SECONDS)
        totals = {name: self._totals(name, limits) for name in definitions}
        topics = [definition.topic for definition in definitions.values()]
        ends = self._ends(topics)
        return {name: _standing(totals[name], ends.get(definition.topic)) for name, definition in definitions.items()}

    def _totals(self, stream: str, limits: Limits) -> tuple[PartitionTotals, ...] | None:
        try:
            return ledger_totals(self._trino, stream, limits)
        except QueryError:
            return None

    def _ends(self, topics: Sequence[str]) -> dict[str, tuple[dict[int, int], dict[int, int]]]:
        """Topic → the offsets at which its partitions begin and end; empty when Kafka does not answer."""
        found = {}
        for topic in topics:
            with suppress(TopicError), Topics(self._kafka, timeout_seconds=5) as kafka:
                found[topic] = kafka.beginning_offsets(topic), kafka.end_offsets(topic)
        return found


def _standing(
    totals: Sequence[PartitionTotals] | None, offsets: tuple[dict[int, int], dict[int, int]] | None
) -> StreamStanding:
    if totals is None:
        return StreamStanding(None, None, None)
    lag = None if offsets is None else lag_of(totals, *offsets)
    return StreamStanding(sum(part.accepted for part in totals), sum(part.rejected for part in totals), lag)


def lag_of(totals: Sequence[PartitionTotals], begins: Mapping[int, int], ends: Mapping[int, int]) -> int:
    """Records that Kafka holds and the ledger does not count yet, heartbeats among them."""
    counted = {part.partition: part.last_offset + 1 for part in totals}
    return sum(max(0, end - counted.get(partition, begins[partition])) for partition, end in ends.items())
