"""Reading a part of a topic from end to end: what a source takes from another topic, and what it had sent itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from kafka import KafkaConsumer, TopicPartition

from streams.errors import KafkaAwayError
from streams.topics import Topics, open_consumer, translated

_POLL_MS = 500


@dataclass(frozen=True, slots=True)
class Record:
    """One message of a partition, as the broker stamped it; a heartbeat has no value."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    stamped_ms: int


def records(
    bootstrap: str, topic: str, begins: Mapping[int, int], ends: Mapping[int, int], *, timeout_seconds: float = 30.0
) -> Iterator[Record]:
    """All messages from `begins` to before `ends` (partition → offset), those of each partition in order.

    Raises KafkaAwayError when Kafka gives nothing for so long, TopicError for what it refuses.
    """
    left = {TopicPartition(topic, number): ends[number] for number, begin in begins.items() if begin < ends[number]}
    if not left:
        return
    with translated(bootstrap), closing(open_consumer(bootstrap)) as consumer:
        consumer.assign(list(left))
        for place in left:
            consumer.seek(place, begins[place.partition])
        yield from _read(consumer, left, bootstrap, timeout_seconds)


def _read(
    consumer: KafkaConsumer, left: dict[TopicPartition, int], bootstrap: str, timeout_seconds: float
) -> Iterator[Record]:
    """Until nothing is left of any partition."""
    deadline = time.monotonic() + timeout_seconds
    while left:
        if time.monotonic() > deadline:
            raise KafkaAwayError(f"Kafka at {bootstrap} does not answer; see `windowpane status`")
        for place, found in consumer.poll(timeout_ms=_POLL_MS).items():
            deadline = time.monotonic() + timeout_seconds
            for each in found:
                if place in left and each.offset < left[place]:
                    yield Record(place.partition, each.offset, each.key, each.value, each.timestamp)
        for place in [place for place, end in left.items() if consumer.position(place) >= end]:
            del left[place]
            consumer.pause(place)


def found_since(bootstrap: str, topic: str, since: datetime, wanted: Collection[bytes]) -> Counter[bytes]:
    """How often each message of those `wanted`, by their digests, arrived since a moment. Raises as `records`."""
    found: Counter[bytes] = Counter()
    with Topics(bootstrap) as topics:
        begins, ends = topics.offsets_at(topic, since), topics.end_offsets(topic)
    for record in records(bootstrap, topic, begins, ends):
        if record.value is not None and (digest := message_digest(record.value)) in wanted:
            found[digest] += 1
    return found


def message_digest(value: bytes) -> bytes:
    """What a message is found by."""
    return sha256(value).digest()
