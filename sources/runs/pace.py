"""How fast messages of sources are sent: a job holds the panes of an open arrival window in memory.

Each figure of a large file may begin a pane of each breakdown. Sent as fast as Kafka takes them, a few million would
be of one arrival window, and the job would fail of them again and again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

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
