"""The lookout: looks at each engine every few seconds, so that whoever asks how they are waits for none of them."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
import anyio.to_thread
import structlog

from query.errors import QueryError, TooSlowError
from query.service import QueryService
from streams.broker_probe import broker_answers

log = structlog.get_logger("web.lookout")

_EVERY_SECONDS = 2.0
_LOOK_SECONDS = 5.0
_STALE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was wrong with an engine when it was looked at last, empty if nothing was, and that many seconds ago."""

    wrong: str
    seconds_ago: float | None


class Lookout:
    """Looks from `start` to `close`, at each engine by itself and in a thread that nothing else uses."""

    def __init__(self, queries: QueryService, kafka: str) -> None:
        self._queries, self._kafka = queries, kafka
        self._looks: dict[str, Callable[[], Awaitable[str]]] = {
            "lake": self._lake,
            "trino": self._trino,
            "kafka": self._broker,
        }
        self._asking_trino, self._asking_kafka = anyio.CapacityLimiter(1), anyio.CapacityLimiter(1)
        self._seen: dict[str, tuple[str, float]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look; returns at once."""
        self._tasks = [asyncio.create_task(self._watch(name, look)) for name, look in self._looks.items()]

    def close(self) -> None:
        """Stop looking."""
        for task in self._tasks:
            task.cancel()

    def seen(self) -> dict[str, Seen]:
        """Engine → what was seen of it last. One that has not been looked at for long does not answer.

        Also work beside questions that fails.
        """
        failing = {name: Seen(wrong, 0.0) for name, wrong in self._queries.failing().items()}
        return {name: self._seen_of(name) for name in self._looks} | failing

    def _seen_of(self, name: str) -> Seen:
        if name not in self._seen:
            return Seen("has not been looked at yet", None)
        wrong, at = self._seen[name]
        ago = time.monotonic() - at
        stale = f"{name} has not answered for {ago:.0f} s" if ago > _STALE_SECONDS else ""
        return Seen(wrong or stale, ago)

    async def _watch(self, name: str, look: Callable[[], Awaitable[str]]) -> None:
        while True:
            try:
                wrong = await look()
            except Exception as error:  # whatever it is, the next look comes
                log.exception("look failed", engine=name)
                wrong = f"{name} cannot be looked at ({type(error).__name__})"
            self._seen[name] = wrong, time.monotonic()
            await asyncio.sleep(_EVERY_SECONDS)

    async def _lake(self) -> str:
        return self._queries.lake_problem

    async def _trino(self) -> str:
        try:
            await anyio.to_thread.run_sync(self._queries.check_trino, _LOOK_SECONDS, limiter=self._asking_trino)
        except TooSlowError:
            return f"trino has not answered within {_LOOK_SECONDS:g} s"
        except QueryError as error:
            return str(error)
        return ""

    async def _broker(self) -> str:
        """Empty when a broker answers there, else what is wrong."""
        ask = functools.partial(broker_answers, self._kafka, _LOOK_SECONDS)
        try:
            answers = await anyio.to_thread.run_sync(ask, limiter=self._asking_kafka)
        except (OSError, ValueError) as error:
            return f"kafka does not answer at {self._kafka} ({type(error).__name__})"
        return "" if answers else f"what listens at {self._kafka} is no Kafka, or one that is not ready"
