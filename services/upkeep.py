"""Upkeep of many streams, each in a thread of its own: what is slow or wrong with one delays no other.

A look that fails is repeated ever more seldom. What is wrong now is told, stream by stream.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

import structlog

from database.errors import LakeAwayError
from flink_jobs.errors import FlinkAwayError
from query.errors import EngineAwayError
from streams.errors import KafkaAwayError, WindowpaneError
from streams.problems import StreamProblem

_log = structlog.get_logger("keeper")

LOOK_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 60.0

_AWAY = (FlinkAwayError, LakeAwayError, KafkaAwayError, EngineAwayError)
"""Of these no stream is guilty, and to ask again costs little: they do not make looks more seldom."""


def pause_seconds(failures: int, look_seconds: float = LOOK_SECONDS) -> float:
    """How long to wait after so many failures in a row: doubled each time, and never in step with other streams."""
    longest = min(LONGEST_PAUSE_SECONDS, look_seconds * 2 ** min(failures, 30))
    return look_seconds if failures == 0 else random.uniform(longest / 2, longest)


class Upkeep:
    """Calls `look` with each stream's name, again and again; `tell` is given all problems whenever they change.

    A look at a stream begins when the one before has ended, never before: no two threads work on the same stream.
    """

    def __init__(
        self,
        look: Callable[[str], None],
        tell: Callable[[Mapping[str, StreamProblem]], None],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._look, self._tell, self._look_seconds = look, tell, look_seconds
        self._threads: dict[str, threading.Thread] = {}
        self._names: frozenset[str] = frozenset()
        self._problems: dict[str, StreamProblem] = {}
        self._telling = threading.Lock()
        self._stop = threading.Event()
        self._tell({})

    def keep(self, names: Collection[str]) -> None:
        """From now on look after these streams, and after no other; returns at once."""
        self._names = frozenset(names)
        for name in self._names:
            thread = self._threads.get(name)
            if thread is None or not thread.is_alive():
                self._threads[name] = threading.Thread(target=self._run, args=[name], name=f"keep {name}", daemon=True)
                self._threads[name].start()
        for name in self._threads.keys() - self._names:
            if not self._threads[name].is_alive():
                del self._threads[name]

    def close(self) -> None:
        """Begin no more looks. One that is under way ends with the process; what it had begun is found undone."""
        self._stop.set()

    def _run(self, name: str) -> None:
        failures, since = 0, ""
        while name in self._names and not self._stop.is_set():
            try:
                self._look(name)
            except Exception as error:
                # Whatever it is: a thread that dies of it would leave the stream without a job, and say nothing.
                since = since or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
                failures += not isinstance(error, _AWAY)
                self._note(name, StreamProblem(_reason(error), since))
                ours = isinstance(error, WindowpaneError)
                _log.warning("will try again", stream=name, reason=_reason(error), exc_info=None if ours else error)
            else:
                failures, since = 0, ""
                self._note(name, None)
            self._stop.wait(pause_seconds(failures, self._look_seconds))
        self._note(name, None)

    def _note(self, name: str, problem: StreamProblem | None) -> None:
        with self._telling:
            if self._problems.get(name) == problem:
                return
            self._problems.pop(name, None)
            if problem is not None:
                self._problems[name] = problem
            self._tell(dict(self._problems))


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, WindowpaneError) else f"unexpected: {type(error).__name__}: {error}"
