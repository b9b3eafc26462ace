"""Has processes run when they are due, by a program of its own, which ends when they are done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from services.own_process import OwnProcess

COMMAND = (sys.executable, "-m", "services.processes")
"""Its lines go where those of the sources go."""

SECONDS = 15.0
"""Time between looks whether any are due."""

LONGEST_PAUSE_SECONDS = 900.0
"""After runs that failed; one that could not begin leaves no note, and would be begun at each look."""


class ProcessSchedule:
    """At most one run at a time. `are_due` asks PostgreSQL, and may raise LakeError."""

    def __init__(self, are_due: Callable[[], bool], command: Sequence[str] = COMMAND) -> None:
        self._are_due, self._process = are_due, OwnProcess(command)
        self._next, self._failures = 0.0, 0

    @property
    def is_running(self) -> bool:
        """Whether a run was begun whose end was not seen yet."""
        return self._process.is_running

    def look(self, now: float) -> None:
        """Begin a run if one is due; `now` in seconds of a clock that never steps back. Raises LakeError."""
        code = self._process.ended()
        if code is not None:
            self._failures = self._failures + 1 if code else 0
            self._next = now + min(SECONDS * 2 ** min(self._failures, 20), LONGEST_PAUSE_SECONDS)
        if self._process.is_running or now < self._next:
            return
        self._next = now + SECONDS
        if self._are_due():
            self._process.begin()

    def close(self) -> None:
        """Stop a run, which is gone on with by the next service."""
        self._process.close()
