"""What SQL clients asked, on its way from Trino's file to the access log.

Trino's plugin (`AskedFile.java`) appends lines to a file. It is renamed, read a step later, when nobody has it open any
more, and removed once Kafka has its lines; what a kill leaves is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from urllib.parse import unquote_plus

import orjson

from access.events import Did, Event, Outcome
from access.log import Send
from access.log_lines import claimed, line_of
from query.background import Background
from streams.errors import WindowpaneError

DOOR = "sql"
_STEP_SECONDS = 2.0
_AT_ONCE = 500
_LOGIN = "log_in"


class Asked:
    """Takes the file away every two seconds, in a thread. `is_user`, `is_stream`: of a name that somebody gave who was
    refused; may ask PostgreSQL, and raise WindowpaneError."""

    def __init__(
        self, file: Path, send: Send, is_user: Callable[[str], bool], is_stream: Callable[[str], bool]
    ) -> None:
        self._file, self._send, self._is_user, self._is_stream = file, send, is_user, is_stream
        self._taken = file.with_name(f"{file.name}.taken")
        self._background = Background("asked", self._step)

    def start(self) -> None:
        """Begin; returns at once."""
        self._background.start()

    def close(self) -> None:
        """Take no more."""
        self._background.close()

    def _step(self) -> float:
        if self._taken.exists():
            lines = [*self._lines(self._taken.read_text("utf-8", "replace"))]
            for start in range(0, len(lines), _AT_ONCE):
                self._send(lines[start : start + _AT_ONCE])
            self._taken.unlink()
        if self._file.exists():
            self._file.rename(self._taken)
        return _STEP_SECONDS

    def _lines(self, text: str) -> Iterator[bytes]:
        is_user, is_stream = cache(partial(_answer, self._is_user)), cache(partial(_answer, self._is_stream))
        for event, at in events_of(text):
            # What was read is a stream, also one that has been removed since.
            known = is_stream if event.outcome is Outcome.REFUSED else bool
            line, name = line_of(event, at, known), claimed(event)
            yield orjson.dumps({**line, "who": name} if name and is_user(name) else line)


def _answer(question: Callable[[str], bool], name: str) -> bool:
    try:
        return question(name)
    except WindowpaneError:
        return False


def events_of(text: str) -> Iterator[tuple[Event, datetime]]:
    """The events of a file, and when they were; a line that was cut off by a kill is left out."""
    for line in text.splitlines():
        millis, *fields = line.split("\t")
        if len(fields) != 5 or not (millis.isascii() and millis.isdigit() and len(millis) < 15):
            continue
        who, outcome, stream, what, address = map(unquote_plus, fields)
        if outcome not in {*Outcome}:
            continue
        did, what = (Did.LOG_IN, "") if what == _LOGIN else (Did.ASK, what)
        event = Event(who, DOOR, did, Outcome(outcome), stream, what, address)
        yield event, datetime.fromtimestamp(int(millis) / 1000, UTC)
