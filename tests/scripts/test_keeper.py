"""When hearts beat, and what the keeper reads from a job's name. Its work on real engines is an integration test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flink_jobs.client import Job
from scripts.heart import HEARTBEAT_SECONDS, _until_next_beat
from streams.panes import MINUTE_ARRIVAL_SECONDS


@given(now=st.floats(0, 4e9), delay=st.floats(0, 5))
def test_beats_after_each_multiple(now: float, delay: float) -> None:
    wait = _until_next_beat(now, delay)
    assert 0 <= wait <= HEARTBEAT_SECONDS
    beat = (now + wait - delay) % HEARTBEAT_SECONDS
    assert min(beat, HEARTBEAT_SECONDS - beat) < 1e-5


def test_a_beat_follows_each_window() -> None:
    """A window's end is a multiple of the heartbeat's interval, so one follows it by the delay alone."""
    assert MINUTE_ARRIVAL_SECONDS % HEARTBEAT_SECONDS == 0
    assert _until_next_beat(1_760_000_010.0, 0.55) == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("name", "stream", "digest"),
    [
        ("windowpane/health/0123456789abcdef", "health", "0123456789abcdef"),
        ("insert-into_default_catalog", "", "insert-into_default_catalog"),
        ("windowpane/health", "", "health"),
        ("other/health/0123456789abcdef", "", "0123456789abcdef"),
    ],
)
def test_jobs_are_known_by_name(name: str, stream: str, digest: str) -> None:
    job = Job("id", name, "RUNNING")
    assert (job.stream, job.digest) == (stream, digest)


@pytest.mark.parametrize("state", ["CREATED", "RUNNING", "RESTARTING", "FAILING", "CANCELLING", "SUSPENDED"])
def test_jobs_may_write_until_they_end(state: str) -> None:
    assert not Job("id", "windowpane/health/0", state).ended


@pytest.mark.parametrize("state", ["FINISHED", "CANCELED", "FAILED"])
def test_ended_jobs_write_no_more(state: str) -> None:
    assert Job("id", "windowpane/health/0", state).ended
