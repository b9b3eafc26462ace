"""The visits of a partition's log, told from the whole of it: the combiner must agree.

A visit is a list of messages, and each of its numbers is worked out of the whole list. What a message changes is what
they are with it, less what they were without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.flink_jobs.partition_logs import Decided, Logged

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
WINDOW_MS = 10_000

Pane: TypeAlias = tuple[int, int, tuple[str, ...]]
"""Arrival window, event minute, values of the dimensions."""

BREAKDOWNS = {"all": ((0, 1, 2, 3), MINUTE_MS), "sites": ((0,), MINUTE_MS), "exits": ((0, 3), HOUR_MS)}
"""Those of the JVM's test program: the places of their dimensions among all, and the grain."""

Numbers: TypeAlias = dict[tuple[str, Pane, str], int]
"""(breakdown, pane, which number) → the number, where there is any."""

NUMBERS = ("messages", "visits", "bounces", "visit_seconds")


@dataclass(frozen=True)
class Sighting(Logged):
    """A message with what visits are told by. `counts`: None where the message does not say."""

    site: str = ""
    source: str = ""
    path: str = ""
    counts: bool | None = None

    def as_json(self) -> list[Any]:
        """As the JVM's test program reads it."""
        return [*super().as_json(), self.site, self.source, self.path, self.counts]


@dataclass(frozen=True)
class VisitRules:
    """What a visit is, in milliseconds; `source` is a `first` dimension, `exit` (the path) a `last` one."""

    gap: int
    cut: int

    @property
    def known(self) -> int:
        """How long after a message of a visit another may arrive."""
        return self.gap + HOUR_MS

    def round_of(self, event_time: int, arrived: int) -> tuple[int, int]:
        """Messages of one visit have the same: the period of the event times, and that of late arrivals."""
        period = event_time // self.cut
        return period, max(period, (arrived - self.known) // self.cut)


@dataclass
class Visit:
    """Messages that belong together, in the order of the log."""

    messages: list[Sighting] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)

    @property
    def first(self) -> Sighting:
        """That it began with."""
        return self.messages[0]

    def takes(self, event_time: int, arrived: int, rules: VisitRules) -> bool:
        """Whether a message of its key and round goes on with it."""
        newest = max(_at(message) for message in self.messages)
        return event_time - newest <= rules.gap and arrived - max(self.arrivals) <= rules.known

    def numbers(self) -> Counter[tuple[int, tuple[str, ...], str]]:
        """(minute, dimensions, which number) → the number: of the visit as it is."""
        counting = [message for message in self.messages if message.counts is not False]
        # The later of two of the same time is the newer.
        newest = max(
            [self.first, *(each for each in counting if _at(each) >= _at(self.first))],
            key=lambda message: (_at(message), message.offset),
        )
        seconds = (_at(newest) - _at(self.first)) // 1000
        dimensions = (self.first.site, self.first.source, self.first.path, newest.path)
        of = {"visits": 1, "bounces": int(len(counting) <= 1), "visit_seconds": seconds}
        return Counter({(_minute(self.first), dimensions, name): number for name, number in of.items()})


@dataclass(frozen=True)
class Visited:
    """An accepted message, the visit that it belongs to (its first message), and what it changes in panes."""

    decided: Decided
    first: Sighting
    changes: Counter[tuple[Pane, str]]


def _at(message: Logged) -> int:
    assert message.event_time is not None
    return message.event_time


def _minute(message: Logged) -> int:
    return _at(message) // MINUTE_MS * MINUTE_MS


def visited(log: Iterable[Decided], rules: VisitRules) -> list[Visited]:
    """The accepted messages of one partition's log, in its order."""
    newest: dict[tuple[str, tuple[int, int]], Visit] = {}
    made = []
    for each in log:
        if each.outcome != "accepted":
            continue
        message = each.message
        assert isinstance(message, Sighting)
        round_ = rules.round_of(_at(message), each.arrived)
        visit = newest.get((message.key, round_))
        if visit is None or not visit.takes(_at(message), each.arrived, rules):
            visit = newest[message.key, round_] = Visit()
        before = visit.numbers() if visit.messages else Counter[tuple[int, tuple[str, ...], str]]()
        visit.messages.append(message)
        visit.arrivals.append(each.arrived)
        changes = visit.numbers()
        changes.subtract(before)
        dimensions = (message.site, visit.first.source, message.path, message.path)
        changes[_minute(message), dimensions, "messages"] += 1
        window = each.arrived // WINDOW_MS * WINDOW_MS
        of_panes = {((window, minute, values), name): it for (minute, values, name), it in changes.items() if it}
        made.append(Visited(each, visit.first, Counter(of_panes)))
    return made


def panes(changed: Iterable[Visited]) -> Numbers:
    """What is in the panes of each breakdown."""
    found: Counter[tuple[str, Pane, str]] = Counter()
    for each in changed:
        for ((window, minute, values), name), number in each.changes.items():
            for breakdown, (places, grain) in BREAKDOWNS.items():
                pane = (window, minute // grain * grain, tuple(values[place] for place in places))
                found[breakdown, pane, name] += number
    return {key: number for key, number in found.items() if number}


def panes_of_parts(parts: Iterable[Sequence[Any]]) -> Numbers:
    """The same of what the JVM's test program says."""
    found: Counter[tuple[str, Pane, str]] = Counter()
    for breakdown, window, start, dimensions, *numbers in parts:
        for name, number in zip(NUMBERS, numbers, strict=True):
            found[breakdown, (window, start, tuple(dimensions)), name] += number
    return {key: number for key, number in found.items() if number}
