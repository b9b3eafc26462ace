"""Work of the keeper's that runs in a process of its own: at most one of its kind at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence


class OwnProcess:
    """A command that is run again and again, never twice at once. Its lines go where the keeper's go."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a run was begun whose end nobody was told of yet."""
        return self._running is not None

    def ended(self) -> int | None:
        """The exit code of a run that has ended, told once; None while there is none."""
        code = None if self._running is None else self._running.poll()
        if code is not None:
            self._running = None
        return code

    def begin(self) -> int:
        """Begin a run; its process."""
        self._running = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
        return self._running.pid

    def terminate(self) -> None:
        """Ask a run to end."""
        if self._running is not None:
            self._running.terminate()

    def close(self) -> None:
        """Stop a run, and wait until it has ended."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()
            self._running.wait()
