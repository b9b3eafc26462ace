"""A process with pyflink in it, where jobs are planned and submitted.

To start it costs several times what a job does, so it is kept for a while for those that follow.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from flink_jobs.errors import JobError
from flink_jobs.settings import FlinkSettings

_ROOT = Path(__file__).resolve().parent.parent
_NO_WORKERS = {"_python_worker_execution_mode": "process"}
"""Else pyflink opens a port on every address, for Python functions that our jobs do not have."""

_MARK = "WINDOWPANE_STACK"

SUBMIT_SECONDS = 300
"""Longest time that planning and submitting the jobs of a request may take."""


class PyflinkProcess:
    """Answers the requests of `flink_jobs.submit`, one at a time; keeps the process for some seconds after each."""

    def __init__(self, settings: FlinkSettings, kept_seconds: float) -> None:
        self._settings, self._kept_seconds = settings, kept_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[str] | None = None
        self._rest: threading.Timer | None = None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def ask(self, requests: Sequence[dict[str, Any]], names: str) -> list[str]:
        """The result of each. Raises JobError, naming the jobs, when Flink refuses one or takes too long."""
        with self._lock:
            process = self._started()
            begun = time.monotonic()
            late = threading.Timer(SUBMIT_SECONDS, self._kill, [process])
            late.start()
            try:
                answer = _answer(process, json.dumps(requests))
            except BaseException:
                self._kill(process)
                raise
            finally:
                late.cancel()
            if answer is None:
                stderr = self._end()
                if time.monotonic() - begun >= SUBMIT_SECONDS:
                    raise JobError(f"Flink did not take {names} within {SUBMIT_SECONDS} s")
                raise JobError(f"Flink refused one of {names}: {_reason(stderr)}")
            self._rest = threading.Timer(self._kept_seconds, self.close)
            self._rest.daemon = True
            self._rest.start()
            return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._rest is not None:
            self._rest.cancel()
        if self._process is None:
            home, java = str(self._settings.flink_home), str(self._settings.java17)
            self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115
            self._process = subprocess.Popen(
                # It must not outlive us: a submission that nobody waits for could become a second job of the stream.
                ["setpriv", "--pdeathsig", "KILL", "--", str(self._settings.flink_python), "-m", "flink_jobs.submit"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                text=True,
                cwd=_ROOT,
                env=_told() | {"FLINK_HOME": home, "JAVA_HOME": java, "PYTHONPATH": str(_ROOT)},
                start_new_session=True,
            )
        return self._process

    def _end(self) -> str:
        """What the process wrote to its standard error."""
        if self._rest is not None:
            self._rest.cancel()
        if self._process is None or self._stderr is None:
            return ""
        self._process.communicate()
        self._process = None
        with self._stderr as file:
            file.seek(0)
            return file.read()

    @staticmethod
    def _kill(process: subprocess.Popen[str]) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _told() -> dict[str, str]:
    """Its environment: of ours only the mark by which what is left over is found, and no secret."""
    ours = {name for name in os.environ if name.startswith("WINDOWPANE_") and name != _MARK}
    return {name: value for name, value in os.environ.items() if name not in ours} | _NO_WORKERS


def _answer(process: subprocess.Popen[str], request: str) -> list[str] | None:
    """What it answers; None if it ended without."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(request + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return None
    # Flink may print lines of its own.
    return next((json.loads(line)["results"] for line in process.stdout if line.startswith('{"results"')), None)


def _reason(stderr: str) -> str:
    """The line of a Java stack trace that says what is wrong: the innermost cause."""
    causes = [line for line in stderr.splitlines() if "Caused by:" in line or "Exception" in line or "Error" in line]
    return causes[-1].strip().removeprefix("Caused by: ") if causes else stderr.strip()[-300:]
