"""Runs `windowpane maintain` from time to time, in a process of its own: it takes long and much memory."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import structlog

from services.own_process import OwnProcess

_log = structlog.get_logger("keeper")

COMMAND = (sys.executable, "-m", "scripts.cli", "maintain")
"""Its lines go where the keeper's go."""


class MaintenanceSchedule:
    """At most one run at a time; the next is due some seconds after the last one began. No seconds: none is."""

    def __init__(self, seconds: float, now: float, command: Sequence[str] = COMMAND) -> None:
        self._seconds, self._process = seconds, OwnProcess(command)
        self._due = now + seconds

    def look(self, now: float) -> None:
        """Note how a run ended; begin one that is due. `now`: seconds of a clock that never steps back."""
        if (code := self._process.ended()) is not None:
            (_log.info if code == 0 else _log.warning)("maintenance ended", code=code)
        if self._seconds and now >= self._due and not self._process.is_running:
            self._due = now + self._seconds
            _log.info("maintenance began", process=self._process.begin())

    def close(self) -> None:
        """Stop a run; what it had begun is not lost."""
        self._process.close()
