from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from compose.embedded.supervisor import ProgramState
from compose.embedded.watch import SILENT_SECONDS, STARTING_SECONDS, HungWatch, end_hung

HANGS = "import faulthandler; faulthandler.enable()\ndef busy():\n  print(flush=True)\n  while True: pass\nbusy()"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_busy_for_a_while_is_not_hung() -> None:
    clock, answers = Clock(), [True]
    watch = HungWatch(lambda: answers[0], clock)
    assert not watch.look(7)
    answers[0] = False
    for clock.now in (5, 10, SILENT_SECONDS - 1):
        assert not watch.look(7)
    answers[0] = True
    assert not watch.look(7)
    answers[0] = False
    clock.now += SILENT_SECONDS
    assert watch.look(7)


def test_new_process_is_given_time() -> None:
    clock = Clock()
    watch = HungWatch(lambda: False, clock)
    assert not watch.look(7)
    clock.now = STARTING_SECONDS - 1
    assert not watch.look(7)
    assert not watch.look(8)
    clock.now += STARTING_SECONDS
    assert not watch.look(0)
    assert not watch.look(8)
    clock.now += STARTING_SECONDS
    assert watch.look(8)


@pytest.mark.parametrize("stopped", [False, True])
def test_hung_process_says_where_and_ends(stopped: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", HANGS], stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        if stopped:
            process.send_signal(signal.SIGSTOP)
        end_hung(ProgramState("web", "RUNNING", process.pid, 0))
        assert process.wait(10) == (-signal.SIGKILL if stopped else -signal.SIGABRT)
        assert stopped or "in busy" in process.stderr.read()
