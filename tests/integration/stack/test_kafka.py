"""Topics, producers and `produce` on a real broker."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from confluent_kafka import Producer as Client
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from bench.preload import preload
from scripts.streams.produce import command
from streams import Definition
from streams.errors import KafkaAwayError, ProducerBusyError, TopicError
from streams.producer import BulkProducer, Producer
from streams.topics import TOPIC_SETTINGS, Topics
from tests.definitions import HEALTH, SHIPPED

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def kafka(stack_environment: dict[str, str]) -> str:
    """Where the stack's broker listens."""
    return stack_environment["WINDOWPANE_KAFKA"]


@pytest.fixture(scope="module")
def topics(kafka: str) -> Iterator[Topics]:
    with Topics(kafka) as opened:
        yield opened


@pytest.fixture
def definition(topics: Topics) -> Iterator[Definition]:
    """Health, on a topic of the test's own that does not exist yet."""
    topic = f"test-{uuid.uuid4().hex[:12]}"
    yield HEALTH.model_copy(update={"topic": topic})
    topics.delete(topic)


@pytest.fixture
def topic(topics: Topics, definition: Definition) -> str:
    topics.ensure(definition)
    return definition.topic


def values(kafka: str, topic: str, partitions: int = 4) -> list[bytes | None]:
    """Every value of a topic."""
    consumer = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        missing = sum(consumer.end_offsets(places).values())
        values: list[bytes | None] = []
        while len(values) < missing:
            values += [record.value for records in consumer.poll(5_000).values() for record in records]
        return values
    finally:
        consumer.close()


def test_topic_is_made_once(topics: Topics, definition: Definition) -> None:
    assert len(topics.plan(definition)) == 1
    assert len(topics.ensure(definition)) == 1
    assert topics.ensure(definition) == ()
    state = topics.describe(definition.topic)
    assert state is not None
    assert (state.partitions, dict(state.settings)) == (4, dict(TOPIC_SETTINGS))


def test_partitions_are_added_only(topics: Topics, definition: Definition) -> None:
    topics.ensure(definition)
    [change] = topics.ensure(definition.model_copy(update={"partitions": 6}))
    assert "add partitions, 4 to 6" in str(change)
    assert len(topics.end_offsets(definition.topic)) == 6
    assert topics.plan(definition) == ()


def test_a_topic_made_anew_has_another_id(topics: Topics, definition: Definition) -> None:
    ids = []
    for _ in range(2):
        topics.ensure(definition)
        state = topics.describe(definition.topic)
        assert state is not None
        ids.append(state.id)
        topics.delete(definition.topic)
    assert all(re.fullmatch(r"[\w-]{22}", each) for each in ids)
    assert ids[0] != ids[1]


def test_offsets_follow_arrival(kafka: str, topics: Topics, topic: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    with BulkProducer(kafka) as producer:
        producer.send(topic, [b"one"], partition=0)
        producer.send(topic, [b"two", b"three"], partition=3)
    assert topics.beginning_offsets(topic) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert topics.end_offsets(topic) == {0: 1, 1: 0, 2: 0, 3: 2}
    assert topics.offsets_at(topic, before) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert topics.offsets_at(topic, datetime.now(UTC) + timedelta(hours=1)) == {0: 1, 1: 0, 2: 0, 3: 2}


def test_a_producers_stamp_tells_no_arrival(kafka: str, topics: Topics, topic: str) -> None:
    """What arrived before may follow it, so all there is has to be read."""
    now, hour = datetime.now(UTC), timedelta(hours=1)
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    for partition, clock in enumerate(("LogAppendTime", "CreateTime")):
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"message.timestamp.type": clock})])
        client = Client({"bootstrap.servers": kafka})
        for stamp in (now + hour, now):
            client.produce(topic, b"{}", partition=partition, timestamp=int(stamp.timestamp() * 1000))
        assert client.flush(30) == 0
    admin.close()
    assert topics.offsets_at(topic, now - hour) == {0: 0, 1: 0, 2: 0, 3: 0}
    assert topics.offsets_past(topic, now - hour) == {0: 0, 1: 2, 2: 0, 3: 0}
    assert topics.unstamped(topic) == {1}
    assert topics.offsets_past(topic, now + 2 * hour) == {0: 2, 1: 2, 2: 0, 3: 0}


def test_unknown_topic_is_said(kafka: str, topics: Topics) -> None:
    with pytest.raises(TopicError, match="windowpane apply"):
        topics.end_offsets("no-such-topic")
    with pytest.raises(TopicError, match="windowpane apply"), BulkProducer(kafka) as producer:
        producer.send("no-such-topic", [b"x"])


def test_sent_is_acknowledged(kafka: str, topic: str) -> None:
    async def send() -> None:
        producer = Producer(kafka)
        try:
            await asyncio.gather(*(producer.send(topic, [b"%d" % n] * 100) for n in range(50)))
            assert producer.waiting == 0
        finally:
            await producer.close()

    asyncio.run(send())
    assert sorted(values(kafka, topic), key=str) == sorted((b"%d" % n for n in range(50) for _ in range(100)), key=str)


def test_full_producer_takes_nothing(kafka: str, topics: Topics, topic: str) -> None:
    async def send() -> None:
        producer = Producer(kafka, most_messages=150)
        try:
            first = asyncio.ensure_future(producer.send(topic, [b"x"] * 100))
            await asyncio.sleep(0)
            with pytest.raises(ProducerBusyError):
                await producer.send(topic, [b"y"] * 100)
            await first
            await producer.send(topic, [b"z"] * 100)
        finally:
            await producer.close()

    asyncio.run(send())
    assert set(values(kafka, topic)) == {b"x", b"z"}
    assert sum(topics.end_offsets(topic).values()) == 200


def test_cancelled_sender_frees_room(kafka: str, topics: Topics, topic: str) -> None:
    async def send() -> None:
        producer = Producer(kafka, most_messages=100)
        try:
            task = asyncio.ensure_future(producer.send(topic, [b"x"] * 100))
            await asyncio.sleep(0)
            task.cancel()
            while producer.waiting:
                await asyncio.sleep(0.01)
            await producer.send(topic, [b"y"] * 100)
        finally:
            await producer.close()

    asyncio.run(send())
    assert sum(topics.end_offsets(topic).values()) == 200


def test_absent_kafka_is_said() -> None:
    async def send() -> None:
        producer = Producer("127.0.0.1:1", timeout_seconds=1)
        try:
            await producer.send("any", [b"x"])
        finally:
            await producer.close(timeout_seconds=0.1)

    with pytest.raises(KafkaAwayError, match="has not acknowledged"):
        asyncio.run(send())


def test_heartbeats_are_nulls(kafka: str, topics: Topics, topic: str) -> None:
    with BulkProducer(kafka) as producer:
        producer.send_heartbeats({topic: 4})
        assert producer.acknowledged == 4
    assert topics.end_offsets(topic) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert values(kafka, topic) == [None] * 4


@pytest.fixture
def streams_of(definition: Definition, topic: str, tmp_path: Path) -> Path:
    """A folder that declares health on the test's topic."""
    text = SHIPPED["health"].read_text().replace('topic = "health"', f'topic = "{topic}"')
    (tmp_path / "health.toml").write_text(text)
    assert definition.topic == topic
    return tmp_path


def produce(kafka: str, streams: Path, *words: str) -> str:
    environment = {"WINDOWPANE_KAFKA": kafka, "WINDOWPANE_STREAMS": str(streams)}
    result = CliRunner().invoke(command, ["health", *words], env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_file_lines_are_verbatim(kafka: str, topic: str, streams_of: Path) -> None:
    lines = [b'{"a": 1}', b"", b"\xff\x00\r", b" ", "naïve ☃".encode(), b"last"]
    file = streams_of / "lines.bin"
    file.write_bytes(b"\n".join(lines))
    assert "6 messages acknowledged" in produce(kafka, streams_of, "--file", str(file))
    assert sorted(values(kafka, topic), key=str) == sorted(lines, key=str)


def test_days_fill_the_past(kafka: str, topic: str, streams_of: Path) -> None:
    assert "2,000 messages acknowledged" in produce(kafka, streams_of, "--days", "2", "--count", "2000")
    times = sorted(json.loads(value or b"")["Timestamp"] for value in values(kafka, topic))
    now = datetime.now(UTC).timestamp() * 1000
    assert len(times) == 2_000
    assert now - 2 * 86_400_000 - 120_000 < times[0] < times[-1] <= now
    assert times[-1] - times[0] > 1.99 * 86_400_000


def test_rate_is_kept_live(kafka: str, topic: str, streams_of: Path) -> None:
    assert "300 messages acknowledged" in produce(kafka, streams_of, "--rate", "200", "--count", "300")
    times = sorted(json.loads(value or b"")["Timestamp"] for value in values(kafka, topic))
    assert 1_000 < times[-1] - times[0] < 4_000


def test_preload_is_exact(kafka: str, topics: Topics, definition: Definition) -> None:
    end = datetime(2026, 11, 22, tzinfo=UTC)
    for _ in range(2):
        done = preload(kafka, definition.topic, definition, 90_001, 50, 3, start=end - timedelta(days=1), end=end)
        assert done.messages == 90_001
        assert topics.end_offsets(definition.topic) == {0: 30_001, 1: 20_000, 2: 20_000, 3: 20_000}
