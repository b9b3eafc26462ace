"""Readers of made history: random windows over HTTP at a steady rate, from a process of their own.

A question counts from the moment it was due, so that a stall is not hidden by the questions that it delays.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Event

import httpx
import numpy as np

from bench.questions import random_span
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.errors import WindowpaneError

_CONNECTIONS = 16
_FIRST_ANSWER_SECONDS = 120
_stop: Event
_begun: Event


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked: windows of one of `keys` keys within the `days` before `end`, `rate` questions a second.

    An answer must hold `low` or `high` messages a second, never some of each.
    """

    url: str
    stream: str
    dimension: str
    keys: int
    days: int
    end: datetime
    rate: float
    low: int
    high: int
    seed: int

    def questions(self) -> Iterator[tuple[dict[str, str], int]]:
        """Questions and how many seconds their windows are long."""
        rng = np.random.default_rng(self.seed)
        while True:
            start, end = random_span(rng, self.days * 1440, self.end)
            span = {"start": start.isoformat(), "end": end.isoformat()}
            yield span | {self.dimension: f"service-{rng.integers(self.keys):05d}"}, int((end - start).total_seconds())


@dataclass(frozen=True, slots=True)
class Answered:
    """When a question was due, by the machine's monotonic clock, and how many seconds later its answer was here."""

    due: float
    seconds: float

    def during(self, start: float, end: float) -> bool:
        """Whether any of the time from due to answered is in `[start, end)`."""
        return self.due < end and start < self.due + self.seconds


@contextmanager
def readers(reading: Reading) -> Iterator[list[Answered]]:
    """Readers that ask while the block runs, from their first answer on; the list holds all answers once it is left.

    Raises WindowpaneError if an answer was an error, mixed two states, or the first did not come.
    """
    context = get_context("spawn")
    stop, begun = context.Event(), context.Event()
    answered: list[Answered] = []
    with ProcessPoolExecutor(1, mp_context=context, initializer=_remember, initargs=(stop, begun)) as pool:
        asked = pool.submit(_ask, reading)
        asked.add_done_callback(lambda _: begun.set())  # also where the first question failed
        try:
            if not begun.wait(_FIRST_ANSWER_SECONDS):
                raise WindowpaneError(f"readers had no answer within {_FIRST_ANSWER_SECONDS} s")
            yield answered
        finally:
            stop.set()
        answered += asked.result()


def _remember(stop: Event, begun: Event) -> None:
    global _stop, _begun
    _stop, _begun = stop, begun


def _ask(reading: Reading) -> list[Answered]:
    asked: list[Future[Answered]] = []
    started = time.monotonic()
    with (
        httpx.Client(
            base_url=reading.url, headers=operator_headers(ServiceSettings()), timeout=60, trust_env=False
        ) as client,
        ThreadPoolExecutor(_CONNECTIONS) as pool,
    ):
        for number, (question, seconds) in enumerate(reading.questions()):
            due = started + number / reading.rate
            if _stop.wait(max(0.0, due - time.monotonic())):
                break
            asked.append(pool.submit(_answered, client, reading, question, seconds, due))
    return [each.result() for each in asked]


def _answered(client: httpx.Client, reading: Reading, question: dict[str, str], seconds: int, due: float) -> Answered:
    answer = client.get(f"/v1/streams/{reading.stream}/window", params=question)
    _begun.set()
    if answer.status_code != 200:
        raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
    messages = [group["messages"] for group in answer.json()["groups"]]
    if messages not in ([seconds * reading.low], [seconds * reading.high]):
        raise WindowpaneError(f"{messages} messages in {question} of {seconds} s: neither the old state nor the new")
    return Answered(due, time.monotonic() - due)
