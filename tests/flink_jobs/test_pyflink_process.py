"""The process that plans jobs: kept for the next request, begun anew when it is gone, never waited for without end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from compose.embedded.leftovers import MARK
from compose.embedded.waiting import until
from flink_jobs import pyflink_process as module
from flink_jobs.errors import JobError
from flink_jobs.pyflink_process import PyflinkProcess
from flink_jobs.settings import FlinkSettings

PROGRAM = """#!/usr/bin/env python3
import json, os, sys, time
for line in sys.stdin:
    [request] = json.loads(line)
    print("a line of Flink's own")
    if request == "refuse":
        sys.exit("Exception: outer\\nCaused by: there is no table x")
    if request == "hang":
        time.sleep(600)
    if request == "environment":
        print(json.dumps({"results": [name for name in os.environ if name.startswith("WINDOWPANE_")]}), flush=True)
        continue
    print(json.dumps({"results": [os.getpid()]}), flush=True)
"""

MakePlanner = Callable[[float], PyflinkProcess]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakePlanner]:
    """Planners whose interpreter is a program that only speaks their language."""
    python = tmp_path / "python"
    python.write_text(PROGRAM, "utf-8")
    python.chmod(0o700)
    made: list[PyflinkProcess] = []

    def process(kept_seconds: float = 60) -> PyflinkProcess:
        settings = FlinkSettings.model_construct(flink_python=python, flink_home=tmp_path, java17=tmp_path)
        made.append(PyflinkProcess(settings, kept_seconds))
        return made[-1]

    yield process
    for one in made:
        one.close()


def ask(process: PyflinkProcess, what: str = "plan") -> int:
    [pid] = process.ask([what], "windowpane/health/abc")  # type: ignore[list-item]
    return int(pid)


def test_process_is_kept_for_the_next_request(make: MakePlanner) -> None:
    process = make(60)
    pid = ask(process)
    assert ask(process) == pid
    process.close()
    assert not psutil.pid_exists(pid)
    assert ask(process) != pid


def test_process_is_let_go_when_nothing_follows(make: MakePlanner) -> None:
    pid = ask(make(0.05))
    until(lambda: not psutil.pid_exists(pid), 10)


def test_refusal_names_job_and_innermost_cause(make: MakePlanner) -> None:
    process = make(60)
    with pytest.raises(JobError, match=r"^Flink refused one of windowpane/health/abc: there is no table x$"):
        ask(process, "refuse")
    assert ask(process) > 0


def test_process_that_died_is_replaced(make: MakePlanner) -> None:
    process = make(60)
    pid = ask(process)
    os.kill(pid, 9)
    until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, 10)
    assert ask(process) != pid


def test_one_that_hangs_is_killed(make: MakePlanner, monkeypatch: pytest.MonkeyPatch) -> None:
    process = make(60)
    with monkeypatch.context() as patch:
        patch.setattr(module, "SUBMIT_SECONDS", 0.5)
        with pytest.raises(JobError, match=r"did not take windowpane/health/abc within 0\.5 s"):
            ask(process, "hang")
    assert ask(process) > 0


def test_it_is_told_no_secret(make: MakePlanner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WINDOWPANE_OPERATOR_KEY", "WINDOWPANE_CATALOG_URI", "WINDOWPANE_TRINO_USER", MARK):
        monkeypatch.setenv(name, "x")
    assert make(60).ask(["environment"], "health") == [MARK]  # type: ignore[list-item]
