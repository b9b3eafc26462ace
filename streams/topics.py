"""Kafka topics: made as a definition declares them, and read for their offsets.

Planning is pure (`plan_topic`); `Topics` reads and changes the broker. Arrival time is the broker's clock, so a topic
must stamp records itself (`message.timestamp.type=LogAppendTime`); any other topic is refused.
"""

from __future__ import annotations

import base64
import logging
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from kafka import KafkaConsumer, TopicPartition, errors
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, OffsetSpec
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from streams.definition import Definition
from streams.errors import KafkaAwayError, TopicError

TIMESTAMP_TYPE = "message.timestamp.type"
STAMPED_BY_BROKER = "LogAppendTime"
_APPEND_TIME = 1
_SHORTEST_SEGMENT_MS = 600_000

TOPIC_SETTINGS: Mapping[str, str] = {
    TIMESTAMP_TYPE: STAMPED_BY_BROKER,
    "cleanup.policy": "delete",
    "max.message.bytes": str(2 * 1024 * 1024),
    "retention.ms": "-1",
    "segment.ms": str(7 * 24 * 3_600_000),
}
"""The settings of a stream's topic that says nothing of its own: messages are kept for ever, for replays."""

logging.getLogger("kafka").addHandler(logging.NullHandler())  # its warnings go to a configured log only, not to stderr


class TopicChangeKind(StrEnum):
    """What a change does to a topic."""

    CREATE = "create"
    ADD_PARTITIONS = "add partitions"
    SET = "set"


@dataclass(frozen=True, slots=True)
class TopicChange:
    """One step that brings a topic to what its definition declares. `str(change)` is a line of a plan."""

    kind: TopicChangeKind
    topic: str
    description: str
    partitions: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"topic {self.topic}: {self.description}"


def topic_settings(definition: Definition) -> dict[str, str]:
    """The settings that the stream's topic must have."""
    kept = definition.retention.kafka_ms if definition.retention else None
    if kept is None:
        return dict(TOPIC_SETTINGS)
    # Kafka deletes whole segments, and heartbeats keep the newest one young: segments of the default's seven days
    # would keep messages so much longer than declared.
    segment = min(int(TOPIC_SETTINGS["segment.ms"]), max(kept // 10, _SHORTEST_SEGMENT_MS))
    return {**TOPIC_SETTINGS, "retention.ms": str(kept), "segment.ms": str(segment)}


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as the broker has it. `id`: no other topic ever has it, not one of the same name either."""

    topic: str
    partitions: int
    settings: Mapping[str, str]
    id: str = ""


def plan_topic(definition: Definition, state: TopicState | None) -> tuple[TopicChange, ...]:
    """The changes that make the topic as declared; empty when it is. `state` is None if there is no such topic.

    Raises TopicError for a topic that cannot become what is declared.
    """
    topic, wanted, settings = definition.topic, definition.partitions, topic_settings(definition)
    if state is None:
        text = f"create with {wanted} partitions, arrival stamped by the broker"
        if definition.retention is not None and definition.retention.kafka:
            text += f", messages kept for {definition.retention.kafka}"
        return (TopicChange(TopicChangeKind.CREATE, topic, text, wanted, settings),)
    _refuse_unusable(definition, state)
    changes = []
    if state.partitions < wanted:
        text = f"add partitions, {state.partitions} to {wanted}; the stream's job restarts to read them"
        changes.append(TopicChange(TopicChangeKind.ADD_PARTITIONS, topic, text, wanted))
    for name, value in settings.items():
        current = state.settings.get(name, "")
        if current != value:
            text = f"set {name} from {current or 'nothing'} to {value}"
            changes.append(TopicChange(TopicChangeKind.SET, topic, text, settings={name: value}))
    return tuple(changes)


def _refuse_unusable(definition: Definition, state: TopicState) -> None:
    stamped = state.settings.get(TIMESTAMP_TYPE, "")
    if stamped != STAMPED_BY_BROKER:
        raise TopicError(
            f"topic {state.topic} has {TIMESTAMP_TYPE}={stamped or 'unknown'}, so its arrival times are not the "
            f"broker's; declare another topic for stream {definition.name}, or delete this one and apply again"
        )


class Topics:
    """The topics of one Kafka cluster. Use as a context manager: it holds a connection and a thread.

    Every method raises KafkaAwayError when the broker does not answer in time, TopicError for what it refuses.
    """

    def __init__(self, bootstrap: str, *, timeout_seconds: float = 15.0) -> None:
        self._bootstrap = bootstrap
        self._timeout_seconds = timeout_seconds
        milliseconds = int(timeout_seconds * 1000)
        _check_listening(bootstrap)
        with translated(bootstrap):
            self._admin = KafkaAdminClient(
                bootstrap_servers=bootstrap,
                client_id="windowpane-topics",
                bootstrap_timeout_ms=milliseconds,
                request_timeout_ms=milliseconds,
                reconnect_backoff_max_ms=1000,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._admin.close()

    def names(self) -> list[str]:
        """Every topic of the cluster, sorted."""
        with translated(self._bootstrap):
            return sorted(self._admin.list_topics())

    def describe(self, topic: str) -> TopicState | None:
        """The topic as it is now, or None if there is none."""
        described = self._described(topic)
        if described is None:
            return None
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, list(TOPIC_SETTINGS))
        with translated(self._bootstrap):
            configs = self._admin.describe_configs([resource], config_filter="all")
        settings = {name: str(config["value"]) for name, config in configs["topic"][topic].items()}
        return TopicState(topic, len(described["partitions"]), settings, _shown_id(described["topic_id"]))

    def plan(self, definition: Definition) -> tuple[TopicChange, ...]:
        """What `apply` would do for this definition; raises TopicError for a topic that must be refused."""
        return plan_topic(definition, self.describe(definition.topic))

    def apply(self, changes: tuple[TopicChange, ...]) -> None:
        """Make planned changes, and wait until every partition has a leader. A topic made meanwhile is no error."""
        for change in changes:
            with translated(self._bootstrap):
                self._apply(change)

    def ensure(self, definition: Definition) -> tuple[TopicChange, ...]:
        """Plan and apply in one step; returns what was changed."""
        changes = self.plan(definition)
        self.apply(changes)
        return changes

    def delete(self, topic: str) -> None:
        """Remove a topic with all its messages; none of that name is no error."""
        with translated(self._bootstrap), suppress(errors.UnknownTopicOrPartitionError):
            self._admin.delete_topics([topic])
        self._await(lambda: self._described(topic) is None, f"has not deleted {topic}")

    def beginning_offsets(self, topic: str) -> dict[int, int]:
        """Partition → offset of its oldest message that Kafka still holds."""
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def end_offsets(self, topic: str) -> dict[int, int]:
        """Partition → offset that the next message will get."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def offsets_at(self, topic: str, arrived: datetime) -> dict[int, int]:
        """Partition → offset of the first message that arrived at or after a moment; its end offset if none did."""
        if arrived.tzinfo is None:
            raise TopicError(f"{arrived.isoformat()} names no time zone; give an aware time")
        ends = self.end_offsets(topic)  # first: a message that arrives in between must not be skipped
        offsets = self._offsets(topic, int(arrived.timestamp() * 1000))
        return {partition: offset if offset >= 0 else ends[partition] for partition, offset in offsets.items()}

    def offsets_past(self, topic: str, arrived: datetime) -> dict[int, int]:
        """Partition → an offset beyond every message that arrived before a moment, near it if that can be told.

        The broker finds the first message with such a stamp. If a producer stamped that one, messages that arrived
        earlier may follow: then it is the end offset.
        """
        offsets, ends = self.offsets_at(topic, arrived), self.end_offsets(topic)
        within = {TopicPartition(topic, number): offset for number, offset in offsets.items() if offset < ends[number]}
        by_producer = {place.partition for place in self._stamped_by_producer(within)} if within else set()
        return {number: ends[number] if number in by_producer else offset for number, offset in offsets.items()}

    def unstamped(self, topic: str) -> set[int]:
        """The partitions whose oldest message, if there is one, the broker did not stamp."""
        begins, ends = self.beginning_offsets(topic), self.end_offsets(topic)
        oldest = {TopicPartition(topic, number): offset for number, offset in begins.items() if offset < ends[number]}
        return {place.partition for place in self._stamped_by_producer(oldest)} if oldest else set()

    def _stamped_by_producer(self, places: Mapping[TopicPartition, int]) -> set[TopicPartition]:
        """Those of some messages, all of which there are, that the broker did not stamp."""
        stamped: dict[TopicPartition, int] = {}
        with translated(self._bootstrap), closing(open_consumer(self._bootstrap)) as consumer:
            consumer.assign(list(places))
            for place, offset in places.items():
                consumer.seek(place, offset)
            deadline = time.monotonic() + self._timeout_seconds
            while places.keys() != stamped.keys():
                if time.monotonic() > deadline:
                    raise KafkaAwayError(f"Kafka at {self._bootstrap} does not answer; see `windowpane status`")
                for place, records in consumer.poll(timeout_ms=500).items():
                    stamped.setdefault(place, records[0].timestamp_type)
                    consumer.pause(place)
        return {place for place, kind in stamped.items() if kind != _APPEND_TIME}

    def oldest_arrivals(self, topic: str) -> dict[int, datetime]:
        """Partition → when the oldest message that Kafka still holds arrived; partitions without any are left out."""
        return {
            partition: datetime.fromtimestamp(timestamp / 1000, UTC)
            for partition, (offset, timestamp) in self._first_messages(topic, 0).items()
            if offset >= 0
        }

    def _offsets(self, topic: str, moment: int) -> dict[int, int]:
        return {partition: offset for partition, (offset, _) in self._first_messages(topic, moment).items()}

    def _first_messages(self, topic: str, moment: int) -> dict[int, tuple[int, int]]:
        """Partition → offset and timestamp in ms of the first message at or after a moment, -1 each if there is none.

        Raises TopicError for an unknown topic.
        """
        described = self._described(topic)
        if described is None:
            raise TopicError(f"topic {topic} does not exist; run `windowpane apply`")
        asked = {TopicPartition(topic, int(each["partition_index"])): moment for each in described["partitions"]}
        with translated(self._bootstrap):
            firsts = self._admin.list_partition_offsets(asked)
        return {key.partition: (int(value.offset), int(value.timestamp)) for key, value in sorted(firsts.items())}

    def _described(self, topic: str) -> dict[str, Any] | None:
        with translated(self._bootstrap):
            [described] = self._admin.describe_topics([topic])
            code = errors.for_code(described["error_code"])
            if code is errors.UnknownTopicOrPartitionError:
                return None
            if code is not errors.NoError:
                raise code(topic)
        return dict(described)

    def _await_leaders(self, topic: str, partitions: int) -> None:
        """Wait until every partition can be written to and read; the admin's own wait knows only whole topics."""

        def led() -> bool:
            [described] = self._admin.describe_topics([topic])
            return sum(int(partition["leader_id"]) >= 0 for partition in described["partitions"]) >= partitions

        self._await(led, f"has not added the partitions of {topic}")

    def _await(self, done: Callable[[], bool], failure: str) -> None:
        """Kafka answers a request before every broker has heard of the change: ask until one shows it."""
        waiting = Retrying(
            stop=stop_after_delay(30), wait=wait_fixed(0.05), retry=retry_if_result(lambda done: not done)
        )
        try:
            waiting(done)
        except RetryError:
            raise KafkaAwayError(f"Kafka at {self._bootstrap} {failure}") from None

    def _apply(self, change: TopicChange) -> None:
        match change.kind:
            case TopicChangeKind.CREATE:
                declared: dict[str, Any] = {"num_partitions": change.partitions, "configs": dict(change.settings)}
                with suppress(errors.TopicAlreadyExistsError):
                    self._admin.create_topics({change.topic: declared})
                self._admin.wait_for_topics([change.topic])
            case TopicChangeKind.ADD_PARTITIONS:
                self._admin.create_partitions({change.topic: change.partitions})
                self._await_leaders(change.topic, change.partitions)
            case TopicChangeKind.SET:
                resource = ConfigResource(ConfigResourceType.TOPIC, change.topic, dict(change.settings))
                result = self._admin.alter_configs([resource])["topic"][change.topic]
                if result != "OK":
                    raise TopicError(f"topic {change.topic}: Kafka refused to {change.description}: {result}")


def _shown_id(topic_id: UUID | str) -> str:
    """As Kafka's own tools write it."""
    return base64.urlsafe_b64encode(UUID(str(topic_id)).bytes).decode().rstrip("=")


def _check_listening(bootstrap: str) -> None:
    """Fail at once, and without the thread that the admin client leaves behind, if nothing listens."""
    host, _, port = bootstrap.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except (OSError, ValueError) as error:
        raise KafkaAwayError(f"Kafka at {bootstrap} does not answer; see `windowpane status` ({error})") from error


_TRANSLATIONS: tuple[tuple[type[errors.KafkaError], type[TopicError], str], ...] = (
    (errors.UnknownTopicOrPartitionError, TopicError, "holds no such topic; run `windowpane apply` ({error})"),
    (errors.RetriableError, KafkaAwayError, "does not answer; see `windowpane status` ({error})"),
    (errors.KafkaError, TopicError, "refused: {error}"),
)
"""Kafka's errors as ours; the first that matches counts."""


def open_consumer(bootstrap: str) -> KafkaConsumer:
    """What reads messages from where it is told to, and notes nothing at the broker; the caller closes it."""
    return KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")


@contextmanager
def translated(bootstrap: str) -> Iterator[None]:
    """Raise Kafka's errors of the block as ours."""
    try:
        yield
    except errors.KafkaError as error:
        ours, text = next((ours, text) for theirs, ours, text in _TRANSLATIONS if isinstance(error, theirs))
        raise ours(f"Kafka at {bootstrap} {text.format(error=error)}") from error
