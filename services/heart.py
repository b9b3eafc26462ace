"""The heart: heartbeats that close the arrival windows of quiet streams."""

from __future__ import annotations

import time
from collections.abc import Mapping

import structlog

from query.background import Background
from streams.errors import WindowpaneError
from streams.producer import BulkProducer

_log = structlog.get_logger("keeper")

HEARTBEAT_SECONDS = 2.0


class Heart:
    """Sends a heartbeat to each partition just after an arrival window may have ended, so that it closes."""

    def __init__(self, kafka: str, slack_ms: int) -> None:
        self._kafka, self._delay = kafka, slack_ms / 1000 + 0.05
        self._topics: Mapping[str, int] = {}
        self._known: Mapping[str, int] = {}
        self._producer: BulkProducer | None = None
        self._background = Background("heart", self._step)

    def start(self) -> None:
        """Begin to beat; returns at once."""
        self._background.start()

    def close(self) -> None:
        """Stop beating."""
        self._background.close()

    def watch(self, partitions: Mapping[str, int]) -> None:
        """Beat in these topics from now on, in as many partitions of each."""
        self._topics = dict(partitions)

    def _step(self) -> float:
        """Beat, but not at once: the first step is taken at any time."""
        topics = self._topics
        if self._producer is not None:
            self._beat(self._producer, self._known)
        if topics != self._known or self._producer is None:
            # A client that is connected sees partitions that were added only minutes later.
            self._known, self._producer = topics, BulkProducer(self._kafka, linger_ms=0)
        return _until_next_beat(time.time(), self._delay)

    def _beat(self, producer: BulkProducer, topics: Mapping[str, int]) -> None:
        for topic, partitions in topics.items():
            try:
                producer.send_heartbeats({topic: partitions})
            except WindowpaneError as error:
                _log.warning("no heartbeat", topic=topic, reason=str(error))


def _until_next_beat(now: float, delay: float) -> float:
    """Seconds until the next multiple of the heartbeat's interval plus the delay."""
    return HEARTBEAT_SECONDS - (now - delay) % HEARTBEAT_SECONDS
