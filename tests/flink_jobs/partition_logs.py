"""What becomes of each message of a partition, decided from its log alone: the combiner must agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MAX_AHEAD_MS = 1000
NOTHING = -(2**62)


@dataclass(frozen=True)
class Logged:
    """A message in a partition's log. `event_time`: None for one that a decoder rejects, or a heartbeat."""

    partition: int
    offset: int
    stamp: int
    key: str
    id: str
    event_time: int | None
    by_broker: bool = True
    is_heartbeat: bool = False

    def as_json(self) -> list[Any]:
        """As the JVM's test program reads it."""
        reason = None if self.event_time is not None or self.is_heartbeat else "not valid JSON"
        return [self.partition, self.offset, self.stamp, self.by_broker, self.event_time, reason, self.key, self.id]


@dataclass(frozen=True)
class Decided:
    """When a message arrived, and what it counts as."""

    message: Logged
    arrived: int
    outcome: str


def arrivals(log: Iterable[Logged], slack: int, before: int = NOTHING) -> list[int]:
    """When the messages of one partition's log arrived. `before`: the latest stamp of the broker before it."""
    latest, arrived = before, []
    for message in log:
        if message.stamp <= latest:
            arrived.append(max(message.stamp, latest - slack))
        elif message.by_broker:
            latest = message.stamp
            arrived.append(message.stamp)
        else:
            arrived.append(latest)
    return arrived


def decided(log: Sequence[Logged], horizon: int, slack: int) -> list[Decided]:
    """One partition's log: of each message all those before it are looked at."""
    made: list[Decided] = []
    for message, arrived in zip(log, arrivals(log, slack), strict=True):
        if message.is_heartbeat:
            outcome = "heartbeat"
        elif message.event_time is None or message.event_time > arrived + MAX_AHEAD_MS:
            outcome = "rejected"
        else:
            outcome = "duplicate" if any(_is_copied(message, arrived, each, horizon) for each in made) else "accepted"
        made.append(Decided(message, arrived, outcome))
    return made


def _is_copied(message: Logged, arrived: int, earlier: Decided, horizon: int) -> bool:
    same = (earlier.message.key, earlier.message.id) == (message.key, message.id)
    return same and earlier.outcome in ("accepted", "duplicate") and arrived - earlier.arrived <= horizon
