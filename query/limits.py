"""What one question may take: time, from when it was asked, and bytes of Trino's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from query.errors import AnswerTooLargeError, GivenUpError, TooSlowError

_NOW: ContextVar[Limits | None] = ContextVar("limits", default=None)


class Limits:
    """Shared by all statements of a question. One thread reads under them; any other may `give_up`.

    `exchange_seconds`: how long one exchange with Trino may take, which answers each within a second or two while it
    works, however long the statement takes.
    """

    def __init__(self, seconds: float, most_bytes: int | None = None, exchange_seconds: float | None = None) -> None:
        self.seconds, self._most_bytes = seconds, most_bytes
        self._ends = time.monotonic() + seconds
        self._exchange_seconds = exchange_seconds or seconds
        self._read = 0
        self._given_up = False

    def give_up(self) -> None:
        """Nobody waits for the answer any more."""
        self._given_up = True

    @property
    def left(self) -> float:
        """Seconds until the answer must be there; not above zero once that has passed."""
        return self._ends - time.monotonic()

    def check(self) -> float:
        """Seconds that the next exchange may take. Raises TooSlowError or GivenUpError."""
        if self._given_up:
            raise GivenUpError
        if (left := self.left) <= 0:
            raise TooSlowError(self.seconds)
        return min(left, self._exchange_seconds)

    def count(self, size: int) -> None:
        """So many bytes more were read. Raises AnswerTooLargeError."""
        self._read += size
        if self._most_bytes is not None and self._read > self._most_bytes:
            raise AnswerTooLargeError(self._most_bytes)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """These are the limits of what this thread does."""
        token = _NOW.set(self)
        try:
            yield
        finally:
            _NOW.reset(token)


def limits_now() -> Limits | None:
    """The limits of what this thread does, if there are any."""
    return _NOW.get()
