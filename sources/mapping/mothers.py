"""The processes that files are mapped by children of: a few, kept as long as files come, asked by any thread."""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sources.errors import SourceError
from sources.own_python import command, environment

_FEW = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""No thread of a library is there when it forks."""

_AT_ONCE = 2
"""Files that are mapped at the same time."""

_GRACE_SECONDS = 60
_TRIES = 2


class MotherError(SourceError):
    """The process that should have answered is gone, or says nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child said; `code`: how it ended; `late`: whether it was ended for taking too long."""

    said: str
    code: int
    late: bool
    complaints: str


class _Mother:
    """One of them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            command("sources.mapping.mother"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", bufsize=0,
            env=environment(**_FEW),
        )  # fmt: skip

    def ask(self, text: str, wait: float) -> Answer:
        """Raises MotherError; it is of no use then."""
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps({"text": text, "wait": wait}).encode() + b"\n")
            return Answer(**json.loads(self._line(time.monotonic() + wait + _GRACE_SECONDS)))
        except (OSError, ValueError) as error:
            raise MotherError("the process that maps files is gone") from error

    def _line(self, until: float) -> bytes:
        assert self._process.stdout
        heard, file = b"", self._process.stdout.fileno()
        while not heard.endswith(b"\n"):
            ready, _, _ = select.select([file], [], [], max(0.0, until - time.monotonic()))
            part = os.read(file, 1 << 16) if ready else b""
            if not part:
                raise MotherError("the process that maps files does not answer")
            heard += part
        return heard

    def end(self) -> None:
        """And its child."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.kill()
        self._process.wait()


_free: list[_Mother] = []
_lock = threading.Lock()
_places = threading.BoundedSemaphore(_AT_ONCE)


def ask(text: str, wait: float, *, keep: bool = True) -> Answer:
    """What a child answers to a request; `wait`: seconds that it may take; `keep`: whether the process that made it is
    kept for the next one. Raises MotherError."""
    with _places:
        for _ in range(_TRIES - 1):
            try:
                return _asked(text, wait, keep)
            except MotherError:  # most likely it had nothing to do for a while, and ended
                _end_free()
        return _asked(text, wait, keep)


def _asked(text: str, wait: float, keep: bool) -> Answer:
    with _one(keep) as mother:
        return mother.ask(text, wait)


@contextmanager
def _one(keep: bool) -> Iterator[_Mother]:
    """A process that nobody else asks; kept for the next if it may be, unless it failed."""
    with _lock:
        mother = _free.pop() if _free else None
    mother = mother or _Mother()
    try:
        yield mother
    except BaseException:
        mother.end()
        raise
    if not keep:
        mother.end()
        return
    with _lock:
        _free.append(mother)


def _end_free() -> None:
    with _lock:
        ended, _free[:] = [*_free], []
    for mother in ended:
        mother.end()
