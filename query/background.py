"""Work that goes on beside what is asked for: a thread that takes step after step and dies of no error."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from streams.errors import WindowpaneError

_log = structlog.get_logger("background")

_MOST_SECONDS = 60.0


class Background:
    """A thread that calls `step`, which says how many seconds later the next one is due; None: there is no more to do.

    After a WindowpaneError the next step is taken `seconds` later. Any other error is logged, and waited after the
    longer the more often it came in a row. `problem` tells of both.
    """

    def __init__(self, name: str, step: Callable[[], float | None], seconds: float = 1.0) -> None:
        self._step, self._seconds = step, seconds
        self._problem = ""
        self._done = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self, wait_seconds: float = 10.0) -> None:
        """Take no more steps; wait a while for the one that is being taken."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=wait_seconds)

    @property
    def alive(self) -> bool:
        """Whether it was begun and has not ended."""
        return self._thread.is_alive()

    @property
    def problem(self) -> str:
        """What is wrong with the newest step, or that the thread ended though there was more to do; else empty."""
        ended = self._thread.ident is not None and not self._thread.is_alive()
        if ended and not self._done.is_set() and not self._stop.is_set():
            return f"the thread {self._thread.name} has ended; restart the service"
        return self._problem

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                rest = self._step()
                failures, self._problem = 0, ""
            except WindowpaneError as error:
                rest, failures, self._problem = self._seconds, 0, str(error)
            except Exception as error:
                _log.exception("a step failed", thread=self._thread.name)
                rest = min(self._seconds * 2**failures, _MOST_SECONDS)
                failures, self._problem = failures + 1, f"{self._thread.name} fails: {type(error).__name__}: {error}"
            if rest is None:
                self._done.set()
                return
            self._stop.wait(rest)
