"""Threads that go on: through errors that were foreseen and through those that were not."""

from __future__ import annotations

import pytest

from compose.embedded.waiting import until
from query.background import Background
from streams.errors import WindowpaneError


@pytest.mark.parametrize(
    ("error", "said"), [(WindowpaneError("it is away"), "it is away"), (KeyError("odd"), "work fails: KeyError: 'odd'")]
)
def test_an_error_is_named_and_lived_through(error: Exception, said: str) -> None:
    steps, failing = list[int](), [True]

    def step() -> float:
        steps.append(1)
        if failing:
            raise error
        return 0.001

    work = Background("work", step, seconds=0.001)
    work.start()
    until(lambda: len(steps) > 3, 30)
    assert work.alive
    assert work.problem == said
    failing.clear()
    until(lambda: not work.problem, 30)
    work.close()
    assert not work.alive
    assert work.problem == ""


def test_unknown_errors_are_waited_after_the_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    rests = list[float]()

    def step() -> float:
        raise KeyError

    work = Background("work", step, seconds=1)

    def wait(rest: float) -> None:
        rests.append(rest)
        if len(rests) > 8:
            work._stop.set()

    monkeypatch.setattr(work._stop, "wait", wait)
    work.start()
    until(lambda: not work.alive, 30)
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_work_that_is_done_is_no_problem() -> None:
    work = Background("work", lambda: None)
    assert work.problem == ""
    work.start()
    until(lambda: not work.alive, 30)
    assert work.problem == ""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ended_is_a_problem() -> None:
    def step() -> float:
        raise SystemExit

    work = Background("work", step)
    work.start()
    until(lambda: not work.alive, 30)
    assert work.problem == "the thread work has ended; restart the service"
