"""On a real supervisor, with programs that cost nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from compose.embedded import supervisor as module
from compose.embedded.configuration import supervisor_config
from compose.embedded.endings import FAILING, Endings
from compose.embedded.engines import LISTENER, Program
from compose.embedded.layout import Layout
from compose.embedded.readiness import Readiness
from compose.embedded.secrets import write_private
from compose.embedded.settings import CHECKOUT
from compose.embedded.supervisor import Supervisor
from compose.embedded.variables import SECRET
from compose.embedded.waiting import until
from compose.errors import EngineError, PortTakenError, SupervisorDownError
from scripts.console import say
from services.keeper import _fence

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
CRASH = (sys.executable, "-c", "print('starting'); raise OSError('Address already in use')")


def program(layout: Layout, name: str, command: tuple[str, ...] = SLEEP) -> Program:
    environment = {"PYTHONPATH": str(CHECKOUT), "WINDOWPANE_HOME": str(layout.home), "WINDOWPANE_PORT": "1"}
    return Program(name, command, layout.home, environment, stop_seconds=5)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.make()
    programs = [program(made, name) for name in ("jobmanager", "taskmanager")]
    programs.append(program(made, LISTENER, (sys.executable, "-m", "compose.embedded.watch")))
    write_private(made.supervisor_config, supervisor_config(made, [*programs, program(made, "kafka", CRASH)]))
    return made


@pytest.fixture
def supervisor(layout: Layout) -> Iterator[Supervisor]:
    made = Supervisor(layout)
    made.start()
    process = psutil.Process(made.pid)
    yield made
    if process.is_running():
        process.resume()
        made.shutdown()
    layout.remove_socket()


def readiness(layout: Layout, supervisor: Supervisor, taken: list[str]) -> Readiness:
    def check_ports(name: str) -> None:
        if taken:
            raise PortTakenError(name, taken)

    return Readiness(supervisor, layout.log, lambda name: name == "jobmanager", check_ports)


def test_nobody_there_is_down(layout: Layout) -> None:
    supervisor = Supervisor(layout)
    assert not supervisor.alive()
    assert supervisor.states() == {}
    supervisor.stop("kafka")
    supervisor.shutdown()
    with pytest.raises(SupervisorDownError):
        supervisor.begin("kafka")


def test_crash_leaves_it_down(layout: Layout, supervisor: Supervisor) -> None:
    """Its socket and pid file stay, and the pid may be somebody else's by now."""
    process = psutil.Process(supervisor.pid)
    process.kill()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, 10)
    assert not supervisor.alive()
    (layout.run / "supervisord.pid").write_text(str(os.getpid()))
    assert not supervisor.alive()
    assert layout.socket.exists()
    supervisor.start()
    assert supervisor.alive()
    supervisor.shutdown()


def test_silence_is_not_taken_for_down(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    process = psutil.Process(supervisor.pid)
    process.suspend()
    with monkeypatch.context() as patience:
        patience.setattr(module, "PATIENCE", 0.5)
        for ask in (supervisor.alive, supervisor.states, lambda: supervisor.stop("kafka"), lambda: _fence(supervisor)):
            with pytest.raises(EngineError, match="could not be asked"):
                ask()
    process.resume()
    assert supervisor.alive()


def test_lost_socket_is_not_taken_for_down(layout: Layout, supervisor: Supervisor) -> None:
    process = psutil.Process(supervisor.pid)
    layout.socket.unlink()
    with pytest.raises(EngineError, match=f"pid {process.pid} listens nowhere"):
        supervisor.states()
    supervisor.shutdown()
    assert not process.is_running()


def test_fence_restarts_only_an_older_taskmanager(supervisor: Supervisor) -> None:
    def pid() -> int:
        return supervisor.state("taskmanager").pid

    supervisor.begin("taskmanager")
    before = supervisor.state("taskmanager")
    until(lambda: _later(supervisor, before.started), 10)
    _fence(supervisor)
    restarted = pid()
    assert restarted not in (0, before.pid)
    _fence(supervisor)
    assert pid() == restarted


def _later(supervisor: Supervisor, second: int) -> bool:
    """Times of starts are whole seconds."""
    supervisor.stop("jobmanager")
    supervisor.begin("jobmanager")
    return supervisor.state("jobmanager").started > second


def test_fence_fails_closed(layout: Layout) -> None:
    with pytest.raises(EngineError, match="taskmanager is not supervised here"):
        _fence(Supervisor(layout))


def test_what_ends_again_and_again_is_failing(layout: Layout, supervisor: Supervisor) -> None:
    supervisor.begin("jobmanager")
    supervisor.begin("kafka")
    until(lambda: Endings(layout.endings).failing() == {"kafka"}, 30)
    supervisor.stop("kafka")
    until(lambda: Endings(layout.endings).failing() == set(), 10)


def test_up_gives_up_on_what_ends(layout: Layout, supervisor: Supervisor) -> None:
    """In seconds, and for all that wait beside it."""
    for name in ("taskmanager", "kafka"):
        supervisor.begin(name)
    with pytest.raises(EngineError, match=r"kafka ends again and again; its last error: 'OSError: Address already"):
        readiness(layout, supervisor, []).wait(["taskmanager", "kafka"], 0.0, say)


def test_taken_port_is_told_at_the_first_end(layout: Layout, supervisor: Supervisor) -> None:
    supervisor.begin("kafka")
    with pytest.raises(PortTakenError, match="kafka cannot listen: somebody took its port"):
        readiness(layout, supervisor, ["kafka"]).wait(["kafka"], 0.0, say)
    assert supervisor.state("kafka").state == "STOPPED"
    assert FAILING > 1


def test_listener_survives_its_end(layout: Layout, supervisor: Supervisor) -> None:
    first = supervisor.state(LISTENER).pid
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.state(LISTENER).pid not in (0, first), 20)
    assert subprocess.run(["test", "-s", layout.log / f"{LISTENER}.log"], check=False).returncode in (0, 1)


def test_programs_inherit_no_secret(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sourced the variables of a stack, and starts it again, tells them to no engine."""
    for name in SECRET:
        monkeypatch.setenv(name, "x")
    supervisor = Supervisor(layout)
    supervisor.start()
    try:
        supervisor.begin("jobmanager")
        pids = (supervisor.pid, supervisor.state("jobmanager").pid)
        assert [{*psutil.Process(pid).environ()} & SECRET for pid in pids] == [set(), set()]
    finally:
        supervisor.shutdown()
        layout.remove_socket()
