"""How often programs ended that should have gone on: the supervisor restarts them, and remembers none of it."""

from __future__ import annotations

import json
import os
import re
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

FAILING = 3
"""So many ends within `_SECONDS`, the newest within `_CALM_SECONDS`, mean that restarting does not help."""
_SECONDS = 600.0
_CALM_SECONDS = 180.0
_BLOCK = 4096
_LINES = 400
_ERROR = re.compile(r"error|exception|fatal|panic|cannot|could not|refused|denied|no space", re.IGNORECASE)


class Endings:
    """The record in a home's `run`: written by the watcher, read by whoever asks. Without a watcher it is empty.

    Written in place, into one block: a full disk makes programs end, and must not keep that from being noted.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path, self._now = path, now

    def clear(self) -> None:
        """Nothing ended yet."""
        self._write({})

    def note(self, name: str) -> None:
        """A program ended by itself."""
        known = self._read()
        self._write({**known, name: [*known.get(name, []), self._now()][-FAILING:]})

    def forget(self, name: str) -> None:
        """A program was stopped on purpose; what begins next is judged by itself."""
        known = self._read()
        if known.pop(name, None):
            self._write(known)

    def failing(self) -> set[str]:
        """The programs that ended again and again of late."""
        calm = self._now() - _CALM_SECONDS
        return {name for name, times in self._read().items() if len(times) >= FAILING and times[-1] > calm}

    def _read(self) -> dict[str, list[float]]:
        try:
            known = json.loads(self._path.read_text())
        except FileNotFoundError:
            return {}
        since = self._now() - _SECONDS
        return {name: recent for name, times in known.items() if (recent := [at for at in times if at > since])}

    def _write(self, known: dict[str, list[float]]) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(file, json.dumps(known).ljust(_BLOCK).encode(), 0)
        finally:
            os.close(file)


def last_error(log: Path) -> str:
    """The last line of a program's log that tells of an error, not one of a stack trace; else its last line."""
    if not log.exists():
        return ""
    with log.open(errors="replace") as file:
        lines = [line.strip() for line in deque(file, maxlen=_LINES) if line.strip()]
    errors = [line for line in lines if _ERROR.search(line) and not line.startswith(("at ", "...", "File "))]
    return (errors or lines or [""])[-1][:300]
