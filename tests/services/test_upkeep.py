"""Each stream is looked after by itself: what is slow or wrong with one delays no other, and is told."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flink_jobs.errors import FlinkAwayError, JobError
from services.upkeep import LONGEST_PAUSE_SECONDS, LOOK_SECONDS, Upkeep, pause_seconds
from streams.problems import StreamProblem, note_problems, noted_problems

Problems = Mapping[str, StreamProblem]


class LastProblems:
    """What was told last, to be waited for."""

    def __init__(self) -> None:
        self.problems: Problems = {}
        self._changed = threading.Condition()

    def __call__(self, problems: Problems) -> None:
        with self._changed:
            self.problems = problems
            self._changed.notify_all()

    def await_problems(self, *streams: str) -> Problems:
        with self._changed:
            assert self._changed.wait_for(lambda: self.problems.keys() == {*streams}, 10), self.problems
            return self.problems


@contextmanager
def kept(look: Callable[[str], None], problems: LastProblems, *names: str) -> Iterator[Upkeep]:
    upkeep = Upkeep(look, problems, look_seconds=0.01)
    upkeep.keep(names)
    try:
        yield upkeep
    finally:
        upkeep.close()


def test_a_slow_stream_delays_no_other() -> None:
    release, looked = threading.Event(), threading.Semaphore(0)

    def look(name: str) -> None:
        if name == "slow":
            release.wait(30)
        else:
            looked.release()

    with kept(look, LastProblems(), "slow", "health"):
        assert all(looked.acquire(timeout=10) for _ in range(5))
        release.set()


@pytest.mark.parametrize(
    ("error", "reason"),
    [(JobError("refused"), "refused"), (KeyError("taskmanager"), "unexpected: KeyError: 'taskmanager'")],
)
def test_a_failing_stream_is_told_until_it_is_right(error: Exception, reason: str) -> None:
    problems, mended, looks = LastProblems(), threading.Event(), Counter[str]()

    def look(name: str) -> None:
        looks[name] += 1
        if name == "health" and not mended.is_set():
            raise error

    with kept(look, problems, "health", "page_views") as upkeep:
        assert problems.await_problems("health")["health"].reason == reason
        mended.set()
        problems.await_problems()
        upkeep.keep([])
    assert looks["page_views"] >= 1


class Unreadable(dict[str, str]):
    """A collection that another thread is changing whenever it is looked at."""

    def items(self) -> NoReturn:
        raise RuntimeError("dictionary changed size during iteration")

    def __repr__(self) -> str:
        return self.items()


def test_a_failure_is_logged_without_what_was_in_its_variables(capsys: pytest.CaptureFixture[str]) -> None:
    problems, mended = LastProblems(), threading.Event()

    def look(_: str) -> None:
        password, changing = "".join(["hun", "ter2"]), Unreadable()
        if not mended.is_set():
            raise KeyError(len(password) + len(changing))

    with kept(look, problems, "health"):
        problems.await_problems("health")
        mended.set()
        problems.await_problems()
    written = capsys.readouterr().out
    assert "hunter2" not in written
    assert "KeyError: 7" in json.loads(written.splitlines()[0])["exception"]


def test_what_is_no_longer_kept_is_forgotten() -> None:
    problems = LastProblems()

    def look(_: str) -> None:
        raise FlinkAwayError("away")

    with kept(look, problems, "health", "page_views") as upkeep:
        problems.await_problems("health", "page_views")
        upkeep.keep(["page_views"])
        problems.await_problems("page_views")
        upkeep.keep(["health", "page_views"])
        problems.await_problems("health", "page_views")


def test_no_two_threads_look_at_one_stream() -> None:
    inside, most, looked = Counter[str](), Counter[str](), threading.Semaphore(0)

    def look(name: str) -> None:
        inside[name] += 1
        most[name] = max(most[name], inside[name])
        looked.release()
        inside[name] -= 1

    with kept(look, LastProblems(), "health") as upkeep:
        for _ in range(50):
            upkeep.keep([])
            upkeep.keep(["health"])
            assert looked.acquire(timeout=10)
    assert most["health"] == 1


@given(failures=st.integers(0, 10_000))
def test_failures_make_looks_seldom(failures: int) -> None:
    pause = pause_seconds(failures)
    longest = min(LONGEST_PAUSE_SECONDS, LOOK_SECONDS * 2 ** min(failures, 9))
    assert longest / 2 <= pause <= longest if failures else pause == LOOK_SECONDS


def test_problems_are_read_as_noted(tmp_path: Path) -> None:
    assert noted_problems(tmp_path) == {}
    problems = {"health": StreamProblem("refused", "2026-03-01T10:00:00Z")}
    note_problems(tmp_path, problems)
    assert noted_problems(tmp_path) == problems
    note_problems(tmp_path, {})
    assert noted_problems(tmp_path) == {}
    (tmp_path / "problems.json").write_text("[1")
    assert noted_problems(tmp_path) == {}
