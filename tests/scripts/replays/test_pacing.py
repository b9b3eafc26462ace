from __future__ import annotations

import signal
import time

import pytest

from scripts.replays.pacing import REST_SECONDS, WORK_SECONDS, unhurried

BUSY_SECONDS = 10 * WORK_SECONDS


def resting_seconds() -> float:
    """How much longer than itself a piece of work takes."""
    started, worked = time.monotonic(), time.process_time()
    while time.process_time() - worked < BUSY_SECONDS:
        pass
    return time.monotonic() - started - (time.process_time() - worked)


def test_rests_after_each_piece_of_work() -> None:
    with unhurried():
        assert resting_seconds() > 7 * REST_SECONDS


def test_hurries_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(LookupError), unhurried():
        raise LookupError
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGPROF) is before
