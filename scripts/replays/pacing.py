"""Work that leaves the processor to questions, as PostgreSQL's cost-based vacuum delay does to its vacuum."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

WORK_SECONDS, REST_SECONDS = 0.02, 0.06


@contextmanager
def unhurried() -> Iterator[None]:
    """Rest 60 ms after each 20 ms of this process's time, so that a question waits for one such piece at most.

    On two cores a lower priority is not enough: readers' p95 while publishing was 1.8 times what it was before, with
    nice(2) or without, and is 1.1 times so. For the main thread of a process.
    """
    before = signal.signal(signal.SIGPROF, lambda *_: time.sleep(REST_SECONDS))
    signal.setitimer(signal.ITIMER_PROF, WORK_SECONDS, WORK_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
