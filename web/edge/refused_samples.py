"""Keeping what the edge refused: a part of it, beside everything else, in the stream's topic."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from streams.errors import WindowpaneError
from streams.producer import Producer
from streams.reasons import Rejection
from streams.refusal_envelope import refusal


class Refusals:
    """Sends refused messages to Kafka, at most `most_per_second` of each topic and as many at once.

    Nobody waits for that, and nobody is told when it fails.
    """

    def __init__(self, producer: Producer, most_per_second: int) -> None:
        self._producer, self._most = producer, most_per_second
        self._spent: dict[str, tuple[float, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def most(self) -> int:
        """So many of one body are kept at most."""
        return self._most

    def keep(self, topic: str, refused: Sequence[tuple[bytes, Rejection]]) -> int:
        """Begin to send the first of them, as many as the rate allows; how many those are."""
        kept = [refusal(rejection, message) for message, rejection in refused[: self._allowed(topic, len(refused))]]
        if kept:
            task = asyncio.ensure_future(self._send(topic, kept))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(kept)

    def _allowed(self, topic: str, wanted: int) -> int:
        """Take from a bucket that holds a second's worth and fills in a second."""
        now = time.monotonic()
        spent, at = self._spent.get(topic, (0.0, now))
        spent = max(0.0, spent - (now - at) * self._most)
        taken = min(wanted, int(self._most - spent))
        self._spent[topic] = (spent + taken, now)
        return taken

    async def _send(self, topic: str, kept: Sequence[bytes]) -> None:
        with suppress(WindowpaneError):
            await self._producer.send(topic, kept)
