"""Sending messages to Kafka: for the web service without blocking its loop, and in bulk for the command line.

Both wait for all replicas (`acks=all`) and are idempotent: a retry inside the client never writes a message twice.
Messages of streams with a key carry it, and lie in the partition that Java's own producers would choose for it. Of
others the client fills one partition's batch at a time and moves on, so partitions fill evenly.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Message
from confluent_kafka import Producer as Client

from streams.errors import KafkaAwayError, ProducerBusyError, TopicError

_log = logging.getLogger(__name__)

_ENQUEUED_AT_ONCE = 1000
"""Messages handed to the client before the event loop gets its turn again (about two milliseconds)."""

_SERVE_SECONDS = 0.001

_Delivered: TypeAlias = Callable[..., None]
"""What is called of a delivery: with its error, and the message."""

_Keyed: TypeAlias = Sequence[tuple[bytes, bytes | None]]
"""Messages, each with its key."""


def _settings(
    bootstrap: str, timeout_seconds: float, linger_ms: float, most_messages: int
) -> dict[str, str | int | float | bool]:
    return {
        "bootstrap.servers": bootstrap,
        "client.id": "windowpane",
        "acks": "all",
        "enable.idempotence": True,
        "partitioner": "murmur2_random",  # as Java's: by the key's hash, at random without a key
        "linger.ms": linger_ms,
        "message.timeout.ms": int(timeout_seconds * 1000),
        "message.max.bytes": 2 * 1024 * 1024,
        "queue.buffering.max.messages": most_messages,
        "queue.buffering.max.kbytes": 512 * 1024,
        "reconnect.backoff.max.ms": 1000,
        "topic.metadata.propagation.max.ms": 5000,  # a topic that does not exist fails after this
        "log_level": 2,  # what it would log while Kafka is away is raised, once, in one line
    }


def _translated(error: KafkaError | None, bootstrap: str) -> TopicError:
    """Kafka's delivery errors as ours."""
    if error is None:
        return KafkaAwayError(f"Kafka at {bootstrap} has not acknowledged in time; see `windowpane status`")
    match error.code():
        case KafkaError.UNKNOWN_TOPIC_OR_PART | KafkaError._UNKNOWN_TOPIC | KafkaError._UNKNOWN_PARTITION:
            return TopicError(f"Kafka at {bootstrap} holds no such topic; run `windowpane apply`")
        case KafkaError.MSG_SIZE_TOO_LARGE:
            return TopicError("a message is larger than Kafka takes; send at most 1 MiB in one message")
        case _:
            return KafkaAwayError(f"Kafka at {bootstrap} has not acknowledged ({error.str()}); see `windowpane status`")


class _Batch:
    """The messages of one call, counted down as their deliveries are served."""

    __slots__ = ("_error", "_left", "outcome")

    def __init__(self, messages: int) -> None:
        self.outcome: asyncio.Future[KafkaError | None] = asyncio.get_running_loop().create_future()
        self._left = messages
        self._error: KafkaError | None = None

    def delivered(self, error: KafkaError | None, _message: Message | None = None) -> None:
        """Called once for each message, in the loop's thread."""
        if error is not None:
            self._error = error
        self._left -= 1
        if self._left == 0:
            self.outcome.set_result(self._error)


class _Single:
    """One message, counted as waiting until its delivery is served, whether or not anybody waits for that."""

    __slots__ = ("_let_go", "outcome")

    def __init__(self, let_go: Callable[[], None]) -> None:
        self.outcome: asyncio.Future[KafkaError | None] = asyncio.get_running_loop().create_future()
        self._let_go = let_go

    def delivered(self, error: KafkaError | None, _message: Message | None = None) -> None:
        """Called once, in the loop's thread."""
        self._let_go()
        if not self.outcome.done():
            self.outcome.set_result(error)


class Producer:
    """An asynchronous producer with a bound on what may wait for Kafka. Any number of coroutines of one loop send.

    Deliveries are served by the loop itself, every millisecond while any are due: a thread of their own would fight
    the loop for Python's lock once for every message. It connects by itself, also to a Kafka that comes later or comes
    back, so making one never fails.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        timeout_seconds: float = 20.0,
        most_messages: int = 200_000,
        most_bytes: int = 128 * 1024 * 1024,
        linger_ms: float = 2.0,
    ) -> None:
        """`linger_ms`: how long a message waits for others to be sent with."""
        self._bootstrap, self._timeout_seconds, self._linger_ms = bootstrap, timeout_seconds, linger_ms
        self._most_messages, self._most_bytes = most_messages, most_bytes
        self._waiting_messages = self._waiting_bytes = 0
        self._client = self._connect()
        self._retired: list[Client] = []
        self._serving = False
        self._enqueuing = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Messages that Kafka has not acknowledged yet."""
        return self._waiting_messages

    async def send(self, topic: str, payloads: Sequence[bytes], keys: Sequence[bytes | None] | None = None) -> None:
        """Send messages, each with its key where there are `keys`; returns when Kafka has acknowledged all of them.

        Raises ProducerBusyError, having taken none, when too many wait already; KafkaAwayError when Kafka has not
        acknowledged in time (some may have been written: a sender that tries again may send them twice); TopicError
        when it refused. Cancelling the call does not take the messages back.
        """
        if not payloads:
            return
        size = sum(map(len, payloads))
        self._admit(len(payloads), size)
        keyed = list(zip(payloads, keys or [None] * len(payloads), strict=True))
        error = await asyncio.shield(asyncio.ensure_future(self._settle(topic, keyed, size)))
        if error is not None:
            raise _translated(error, self._bootstrap)

    async def send_one(self, topic: str, payload: bytes, key: bytes | None = None) -> None:
        """As `send`, of one message: without a task of its own, which would cost as much as all the rest."""
        size = len(payload)
        self._admit(1, size)
        single = _Single(functools.partial(self._let_go, 1, size))
        self._serve_later()
        self._produce(topic, payload, key, single.delivered)
        error = await single.outcome
        if error is not None:
            raise _translated(error, self._bootstrap)

    async def close(self, timeout_seconds: float = 10.0) -> None:
        """Wait for what is on its way. Nothing may be sent afterwards."""
        end = time.monotonic() + timeout_seconds
        while self._waiting_messages and time.monotonic() < end:
            await asyncio.sleep(_SERVE_SECONDS)
        self._client.purge()

    def _admit(self, messages: int, size: int) -> None:
        full = self._waiting_messages + messages > self._most_messages or self._waiting_bytes + size > self._most_bytes
        if full:
            raise ProducerBusyError(f"{self._waiting_messages} messages wait for Kafka; try again in a few seconds")
        self._waiting_messages += messages
        self._waiting_bytes += size

    def _let_go(self, messages: int, size: int) -> None:
        self._waiting_messages -= messages
        self._waiting_bytes -= size

    async def _settle(self, topic: str, messages: _Keyed, size: int) -> KafkaError | None:
        """Runs to its end even if the sender has gone, so that the bound stays true."""
        batch = _Batch(len(messages))
        try:
            await self._enqueue(topic, messages, batch)
            return await batch.outcome
        finally:
            self._let_go(len(messages), size)

    async def _enqueue(self, topic: str, messages: _Keyed, batch: _Batch) -> None:
        """Hand all messages to the client, a part of one call's at each turn of the loop."""
        self._serve_later()
        for start in range(0, len(messages), _ENQUEUED_AT_ONCE):
            async with self._enqueuing:
                self._enqueue_part(topic, messages[start : start + _ENQUEUED_AT_ONCE], batch)
                if start + _ENQUEUED_AT_ONCE < len(messages):
                    await asyncio.sleep(0)

    def _enqueue_part(self, topic: str, messages: _Keyed, batch: _Batch) -> None:
        for payload, key in messages:
            self._produce(topic, payload, key, batch.delivered)

    def _produce(self, topic: str, payload: bytes, key: bytes | None, delivered: _Delivered) -> None:
        client = self._client
        try:
            try:
                client.produce(topic, payload, key, on_delivery=delivered)
            except KafkaException as error:
                self._renewed(client, error).produce(topic, payload, key, on_delivery=delivered)
        except BufferError:
            delivered(KafkaError(KafkaError._QUEUE_FULL))
        except KafkaException as error:
            delivered(error.args[0])

    def _renewed(self, failed: Client, error: KafkaException) -> Client:
        """The client in place of one that met a fatal error and takes nothing more: one is made, however many ask.

        Raises any other error again.
        """
        cause = error.args[0]
        if cause.code() != KafkaError._FATAL:
            raise error
        if failed is self._client:
            _log.warning("kafka producer reset: %s", cause.str())
            self._retired = [client for client in self._retired if len(client)] + [failed]
            self._client = self._connect()
        return self._client

    def _connect(self) -> Client:
        return Client(_settings(self._bootstrap, self._timeout_seconds, self._linger_ms, 2 * self._most_messages))

    def _serve_later(self) -> None:
        if not self._serving:
            self._serving = True
            asyncio.get_running_loop().call_later(_SERVE_SECONDS, self._serve)

    def _serve(self) -> None:
        """Call back for every delivery that is known, and come again while some are not."""
        for client in (self._client, *self._retired):
            with suppress(KafkaException):  # a fatal error: the next message that the client does not take tells of it
                client.poll(0)
        self._serving = False
        if self._waiting_messages:
            self._serve_later()


class BulkProducer:
    """A blocking producer for many messages, from one thread. Use as a context manager: leaving it waits for Kafka."""

    def __init__(self, bootstrap: str, *, timeout_seconds: float = 120.0, linger_ms: float = 20.0) -> None:
        self._bootstrap, self._timeout_seconds = bootstrap, timeout_seconds
        # Only failures are reported: a call for each message would cost as much as sending it.
        reports = {"delivery.report.only.error": True, "on_delivery": self._failed}
        self._config = {**_settings(bootstrap, timeout_seconds, linger_ms, 200_000), **reports}
        self._client = Client(self._config)
        self._error: KafkaError | None = None
        self._sent = self.failed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.flush()
        else:
            self._client.flush(1.0)

    @property
    def acknowledged(self) -> int:
        """Messages that Kafka has; exact after `flush`."""
        return max(0, self._sent - self.failed - len(self._client))

    def send(
        self,
        topic: str,
        payloads: Iterable[bytes],
        partition: int | None = None,
        keys: Iterable[bytes | None] | None = None,
    ) -> None:
        """Queue messages, each with its key where there are `keys`; waits while the queue is full.

        Without a partition the key decides, or the client where there is none. Raises KafkaAwayError or TopicError as
        soon as an earlier message is known to have failed.
        """
        where = -1 if partition is None else partition
        waiting: list[dict[str, Any]] = [{"value": payload} for payload in payloads]
        if keys is not None:
            waiting = [{**message, "key": key} for message, key in zip(waiting, keys, strict=True)]
        while waiting:
            taken = self._client.produce_batch(topic, waiting, partition=where)
            self._sent += taken
            waiting = self._refused(waiting) if taken < len(waiting) else []
            with suppress(KafkaException):  # a fatal error: the client takes nothing more, which is met above
                self._client.poll(0.02 if waiting else 0)
            self._raise_failure()

    def flush(self, timeout_seconds: float | None = None) -> None:
        """Wait until every message sent so far is acknowledged; raises KafkaAwayError or TopicError if one is not."""
        try:
            left = self._client.flush(self._timeout_seconds + 5 if timeout_seconds is None else timeout_seconds)
        except KafkaException as error:
            raise _translated(error.args[0], self._bootstrap) from error
        self._raise_failure()
        if left:
            raise _translated(None, self._bootstrap)

    def send_heartbeats(self, topics: Mapping[str, int]) -> None:
        """Send one heartbeat, a null value, to each partition (topic → partitions), and wait for Kafka."""
        for topic, partitions in topics.items():
            for partition in range(partitions):
                try:
                    self._client.produce(topic, None, partition=partition)
                except BufferError as error:
                    raise KafkaAwayError(f"Kafka at {self._bootstrap} takes no heartbeats: {error}") from error
                except KafkaException as error:
                    self._renew(error.args[0])
                    raise _translated(error.args[0], self._bootstrap) from error
                self._sent += 1
        self.flush()

    def _refused(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The messages that the client did not take, to be tried again; raises if that cannot help."""
        refused = [message for message in messages if "_error" in message]
        for message in refused:
            error = message.pop("_error")
            if error.code() != KafkaError._QUEUE_FULL:
                self._renew(error)
                raise _translated(error, self._bootstrap)
        return refused

    def _renew(self, error: KafkaError) -> None:
        """A client that met a fatal error takes nothing more: the next call gets a new one."""
        if error.code() == KafkaError._FATAL:
            self.failed += len(self._client)
            self._client = Client(self._config)

    def _failed(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self.failed += 1
            self._error = error

    def _raise_failure(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise _translated(error, self._bootstrap)
