"""Runs `windowpane maintain` from time to time, in a process of its own: it takes long and much memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import structlog

_log = structlog.get_logger("keeper")

COMMAND = (sys.executable, "-m", "scripts.cli", "maintain")
"""Its lines go where the keeper's go."""


class MaintenanceSchedule:
    """At most one run at a time; the next is due some seconds after the last one began. No seconds: none is."""

    def __init__(self, seconds: float, now: float, command: Sequence[str] = COMMAND) -> None:
        self._seconds, self._command = seconds, command
        self._due = now + seconds
        self._running: subprocess.Popen[bytes] | None = None

    def look(self, now: float) -> None:
        """Note how a run ended; begin one that is due. `now`: seconds of a clock that never steps back."""
        if self._running is not None:
            code = self._running.poll()
            if code is None:
                return
            (_log.info if code == 0 else _log.warning)("maintenance ended", code=code)
            self._running = None
        if self._seconds and now >= self._due:
            self._due = now + self._seconds
            self._running = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
            _log.info("maintenance began", process=self._running.pid)

    def close(self) -> None:
        """Stop a run; what it had begun is not lost."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._running.wait()
