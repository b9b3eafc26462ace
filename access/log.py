"""The access log's writer: what somebody did, to the stream `access_log`, beside everything else.

Whoever tells it of something never waits and is never told that it failed. What Kafka does not take is tried again
while there is room; beyond that it is counted as lost, and written to the process's own log.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson
import structlog

from access.events import Did, Event
from access.log_lines import Line, claimed, line_of
from streams.broker_probe import broker_answers
from streams.errors import KafkaAwayError, WindowpaneError
from streams.producer import BulkProducer

TOPIC = "access_log"

_log = structlog.get_logger("access_log")

_AT_ONCE = 500
_AGAIN_SECONDS = 2.0
_KAFKA_SECONDS = 10.0
_OFTEN = frozenset({Did.ASK, Did.SEND})
_FOR_RARE = 0.1
"""Part of the room that is kept for all but these: whoever asks or sends a lot pushes out no login and no change."""

Send = Callable[[Sequence[bytes]], None]
"""Returns once all are written; raises WindowpaneError if that is not known."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """`claimed`: the name that was given in a refused login, to be written if a user has it."""

    line: Line
    did: Did
    claimed: str
    size: int


class AccessLog:
    """Events on their way to Kafka. Any thread puts; a thread of its own sends, each event at least once.

    `is_user`: may ask PostgreSQL, and raise WindowpaneError; it is asked in that thread. `is_stream`: answers at once.
    """

    def __init__(
        self,
        send: Send,
        *,
        is_user: Callable[[str], bool],
        is_stream: Callable[[str], bool],
        most: int = 10_000,
        most_bytes: int = 4 << 20,
    ) -> None:
        self._send, self._is_user, self._is_stream = send, is_user, is_stream
        self._most, self._most_bytes = most, most_bytes
        self._queue: deque[_Waiting] = deque()
        self._bytes = 0
        self._lost: Counter[Did] = Counter()
        self._changed = threading.Condition()
        self._closing = self._away = False
        self._thread = threading.Thread(target=self._run, name="access log", daemon=True)

    @property
    def waiting(self) -> int:
        """Events that Kafka has not acknowledged yet."""
        return len(self._queue)

    @property
    def lost(self) -> Mapping[Did, int]:
        """How many events never got to Kafka, by what was done."""
        with self._changed:
            return {did: self._lost[did] for did in Did}

    def start(self) -> None:
        """Begin to send; returns at once."""
        self._thread.start()

    def put(self, event: Event) -> None:
        """Take an event; never waits, never raises."""
        line = line_of(_with_request(event), datetime.now(UTC), self._is_stream)
        waiting = _Waiting(line, event.did, claimed(event), sum(map(len, line.values())) + 100)
        share = 1.0 - _FOR_RARE if event.did in _OFTEN else 1.0
        with self._changed:
            full = len(self._queue) >= self._most * share or self._bytes + waiting.size > self._most_bytes * share
            taken = not full and not self._closing
            if taken:
                self._queue.append(waiting)
                self._bytes += waiting.size
                self._changed.notify()
            else:
                self._lost[event.did] += 1
        if not taken:
            _tell_lost(waiting, "too many wait" if full else "closed")

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Send what waits, for so long at most; the rest is lost, and told so. Nothing is taken afterwards."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        with self._changed:
            left = [*self._queue]
            self._queue.clear()
            self._lost.update(waiting.did for waiting in left)
        for waiting in left:
            _tell_lost(waiting, "closed")

    def _run(self) -> None:
        while batch := self._next():
            try:
                self._send([orjson.dumps(line) for line in self._lines(batch)])
            except Exception as error:
                # Whatever it is: a thread that dies of it would leave all that comes unwritten, and say nothing.
                if not self._away:
                    ours = isinstance(error, WindowpaneError)
                    reason = str(error) if ours else type(error).__name__
                    _log.warning("access log waits", reason=reason, waiting=self.waiting, exc_info=not ours)
                self._away = True
                self._rest()
            else:
                self._done(batch)

    def _next(self) -> list[_Waiting]:
        """What is to be sent next; waits for it. Empty once it is closed and nothing is left, or cannot be sent."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            if self._closing and self._away:
                return []
            return [self._queue[at] for at in range(min(_AT_ONCE, len(self._queue)))]

    def _rest(self) -> None:
        """After a failure, unless it is to be closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, _AGAIN_SECONDS)

    def _done(self, batch: Sequence[_Waiting]) -> None:
        with self._changed:
            for waiting in batch[: len(self._queue)]:  # none are left where it was closed meanwhile
                self._queue.popleft()
                self._bytes -= waiting.size
        if self._away:
            self._away = False
            _log.info("access log sent again")

    def _lines(self, batch: Sequence[_Waiting]) -> list[Line]:
        names = {waiting.claimed for waiting in batch} - {""}
        known = {name for name in names if self._known(name)}
        return [{**each.line, "who": each.claimed} if each.claimed in known else each.line for each in batch]

    def _known(self, name: str) -> bool:
        try:
            return self._is_user(name)
        except WindowpaneError:
            return False


class KafkaSender:
    """Sends lines to the stream's topic, from one thread. Raises KafkaAwayError or TopicError, seconds later."""

    def __init__(self, kafka: str, timeout_seconds: float = _KAFKA_SECONDS) -> None:
        self._kafka, self._timeout_seconds = kafka, timeout_seconds
        self._producer: BulkProducer | None = None

    def __call__(self, lines: Sequence[bytes]) -> None:
        """Returns once Kafka has them all. Of those that it may have written in spite of an error, none is known."""
        if self._producer is None:
            self._producer = BulkProducer(self._kafka, timeout_seconds=self._timeout_seconds, linger_ms=5)
        self._producer.send(TOPIC, lines)
        self._producer.flush()


def tell_now(kafka: str, event: Event, timeout_seconds: float = 5.0) -> None:
    """Write one event, of a process that ends soon. Raises WindowpaneError, at once where nothing listens, else after
    that time at most."""
    started = time.monotonic()
    try:
        is_there = broker_answers(kafka, timeout_seconds / 2)
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        raise KafkaAwayError(f"Kafka at {kafka} does not answer; see `windowpane status`")
    line = line_of(event, datetime.now(UTC), lambda _: True)
    producer = BulkProducer(kafka, timeout_seconds=timeout_seconds, linger_ms=0)
    producer.send(TOPIC, [orjson.dumps(line)])
    producer.flush(max(0.1, timeout_seconds - (time.monotonic() - started)))


def _with_request(event: Event) -> Event:
    """The event with the id of the request that is being answered, if it names none."""
    if event.request:
        return event
    request = structlog.contextvars.get_contextvars().get("request_id", "")
    return replace(event, request=str(request))


def _tell_lost(waiting: _Waiting, reason: str) -> None:
    _log.warning("access log lost", reason=reason, **{f"lost_{name}": text for name, text in waiting.line.items()})
