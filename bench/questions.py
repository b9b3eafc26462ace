"""Questions about made history that no one asked before, each answer checked to the message."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import numpy as np

from streams.errors import WindowpaneError

_MINUTE = timedelta(minutes=1)


def random_span(rng: np.random.Generator, minutes: int, end: datetime) -> tuple[datetime, datetime]:
    """Two different ones of the minutes before `end`, the earlier one first."""
    early, late = sorted(int(at) for at in rng.choice(minutes + 1, 2, replace=False))
    start = end - _MINUTE * minutes
    return start + _MINUTE * early, start + _MINUTE * late


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for random windows within the `days` days before `end`, where each of `keys` keys sent `rate` a second."""

    client: httpx.Client
    stream: str
    dimension: str
    keys: int
    days: int
    end: datetime
    seed: int
    rate: int = 1
    _rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rng", np.random.default_rng(self.seed))

    def one_key(self) -> dict[str, str]:
        """A window of one key."""
        return self._window() | {self.dimension: f"service-{self._rng.integers(self.keys):05d}"}

    def total(self) -> dict[str, str]:
        """A window over all keys, as one group."""
        return self._window() | {"by": ""}

    def seconds(self, questions: Sequence[Mapping[str, str]]) -> list[float]:
        """Ask one after another; the seconds until each answer was here. Raises WindowpaneError if one is wrong."""
        return [self._asked(question) for question in questions]

    def seconds_at_once(self, questions: Sequence[Mapping[str, str]], readers: int) -> list[float]:
        """The same by so many readers, each of whom asks again as soon as it has an answer."""
        with ThreadPoolExecutor(readers) as pool:
            return list(pool.map(self._asked, questions))

    def _window(self) -> dict[str, str]:
        start, end = random_span(self._rng, self.days * 1440, self.end)
        return {"start": start.isoformat(), "end": end.isoformat()}

    def _asked(self, question: Mapping[str, str]) -> float:
        started = time.perf_counter()
        answer = self.client.get(f"/v1/streams/{self.stream}/window", params=question)
        seconds = time.perf_counter() - started
        if answer.status_code != 200:
            raise WindowpaneError(f"the web service answered {answer.status_code}: {answer.text[:200]}")
        length = datetime.fromisoformat(question["end"]) - datetime.fromisoformat(question["start"])
        expected = int(length.total_seconds()) * self.rate * (1 if self.dimension in question else self.keys)
        messages = [group["messages"] for group in answer.json()["groups"]]
        if messages != [expected]:
            raise WindowpaneError(f"{messages} messages in {dict(question)}, not {expected}")
        return seconds
