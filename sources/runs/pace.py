"""How fast messages of sources are sent: a job holds the panes of an open arrival window in memory.

Each figure of a large file may begin a pane of each breakdown. Sent as fast as Kafka takes them, a few million would
be of one arrival window, and the job would fail of them again and again: also one that is not behind, so it is panes
that are counted, not how far the job is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from sources.runs.outbox import Panes
from streams.breakdowns import breakdowns
from streams.decoder import Accepted
from streams.definition import Definition
from streams.panes import FINEST_ARRIVAL_SECONDS


@dataclass
class Pace:
    """Lets at most so many panes be begun within an arrival window; threads share it.

    `sleep` may be cut short by an error, when the process ends.
    """

    panes: int
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, panes: int) -> None:
        """Wait until so many more may be begun: as long as those before them take."""
        with self._lock:
            now = self.clock()
            turn = max(now, self._next)
            self._next = turn + panes * FINEST_ARRIVAL_SECONDS / self.panes
        if turn > now:
            self.sleep(turn - now)


def panes_of(definition: Definition) -> Callable[[Accepted], Panes]:
    """What tells the panes of a message: of each breakdown the one that is made of messages themselves."""
    place = {name: number for number, name in enumerate(definition.dimensions)}  # the first columns of a row
    rules = [
        (number, each.finest.seconds * 1000, _values([place[name] for name in each.dimensions]))
        for number, each in enumerate(breakdowns(definition))
    ]

    def panes(row: Accepted) -> Panes:
        at, values = row.event_time, row.values
        return tuple([hash((number, at // grain, of(values))) for number, grain, of in rules])

    return panes


def _values(places: Sequence[int]) -> Callable[[tuple[object, ...]], object]:
    return itemgetter(*places) if places else lambda _: None
