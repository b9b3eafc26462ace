"""What others do to a stream's topic with Kafka's tools: nothing that Kafka holds is skipped, what is lost is named."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confluent_kafka import Producer
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from compose.embedded.stack import Stack
from iceberg.settings import LakeSettings
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.stack.stream_status import stream_status
from scripts.streams.provision import plan
from streams.topics import TOPIC_SETTINGS, Topics
from tests.definitions import SHIPPED
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import EPOCH, LiveStream, await_true

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

DEFINITION = SHIPPED["page_views"].read_text("utf-8").split("# How `windowpane")[0]
LOST = 4


@pytest.fixture(scope="module")
def live(stack: Stack, stream_factory: StreamFactory) -> LiveStream:
    assert stack
    return stream_factory(DEFINITION.replace('topic = "page_views"', 'topic = "{topic}"'))


@pytest.fixture(scope="module")
def admin(live: LiveStream) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=live.kafka)
    yield client
    client.close()


def messages(count: int) -> list[bytes]:
    message = {"site": "a.example", "path": "/", "time": "2026-03-02T10:00:00Z", "load_ms": 10.0}
    return [json.dumps(message).encode()] * count


def send_stamped(live: LiveStream, partition: int, count: int, ahead: timedelta) -> list[int]:
    """Send messages whose producer says when it sent them; their offsets."""
    offsets: list[int] = []
    producer = Producer({"bootstrap.servers": live.kafka})
    for payload in messages(count):
        stamp = int((time.time() + ahead.total_seconds()) * 1000)
        producer.produce(
            live.definition.topic,
            payload,
            partition=partition,
            timestamp=stamp,
            on_delivery=lambda _, sent: offsets.append(sent.offset() or 0),
        )
    assert producer.flush(30) == 0
    return offsets


def set_stamped_by(live: LiveStream, admin: KafkaAdminClient, clock: str) -> None:
    topic = ConfigResource(ConfigResourceType.TOPIC, live.name, {"message.timestamp.type": clock})
    assert admin.alter_configs([topic])["topic"][live.name] == "OK"


def await_counted(live: LiveStream, accepted: int) -> None:
    """Wait until ledger and answers hold as many messages, and never more."""

    def held() -> list[int]:
        [[ledger]] = live.rows("select coalesce(sum(accepted), 0) from {stream}.ledger")
        [[panes]] = live.rows("select coalesce(sum(messages), 0) from {stream}.panes where grain = 'minute'")
        return [int(ledger), int(panes)]

    await_true(lambda: min(held()) >= accepted, 300, f"{accepted} messages are counted")
    assert held() == [accepted, accepted]


def await_complete(live: LiveStream) -> None:
    """Wait until answers are complete up to now, all of it is settled, and rollups that were closed are made."""
    now = datetime.now(UTC)
    await_true(lambda: (live.view().complete_until or EPOCH) > now, 120, "completeness goes on")
    await_true(lambda: (live.view().settled_until or EPOCH) > now, 120, "all of it is settled")
    assert (live.view().complete_until or EPOCH) < datetime.now(UTC) + timedelta(seconds=1)
    await_true(lambda: not live.has_pending(), 120, "no rollup is pending")


def status(live: LiveStream) -> dict[str, Any]:
    return stream_status()[live.name]


def await_stopped(live: LiveStream, says: str) -> None:
    await_true(lambda: not live.jobs(), 120, "the keeper stops the job")
    assert says in status(live)["problem"]
    assert any(says in str(finding) for finding in audit_stream(live.definition).findings)


def test_partitions_added_by_any_tool_are_read(live: LiveStream, admin: KafkaAdminClient) -> None:
    live.send(messages(100))
    await_counted(live, 100)
    admin.create_partitions({live.name: 4})
    with Topics(live.kafka) as topics:
        topics._await_leaders(live.name, 4)
    live.send(messages(30), partition=2)
    live.send(messages(20), partition=3)
    await_counted(live, 150)
    await_complete(live)
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
    assert live.gaps() == []
    state = status(live)
    assert state["notes"] == [
        f"topic {live.name} has 4 partitions, the definition declares 2; all are read, and Kafka removes none:"
        " declare partitions = 4"
    ]
    assert len(state["lag"]) == 4
    assert live.apply() == []


def test_a_stamp_ahead_of_the_clock_stops_nothing(live: LiveStream, admin: KafkaAdminClient) -> None:
    """A topic that does not stamp arrivals itself is not read; what came meanwhile is, once it does again.

    But for what Kafka deleted before, which is named.
    """
    set_stamped_by(live, admin, "CreateTime")
    await_stopped(live, "message.timestamp.type=CreateTime")
    offsets = [send_stamped(live, partition, 10, timedelta(minutes=50)) for partition in range(4)]
    admin.delete_records({TopicPartition(live.name, 1): offsets[1][LOST]})
    set_stamped_by(live, admin, "LogAppendTime")
    live.await_running()
    live.send(messages(40))
    await_counted(live, 150 + 40 - LOST + 40)
    await_complete(live)
    assert live.view().day_cut is not None, "rollups of what was deleted are made of minute panes"
    [lost] = audit_stream(live.definition).findings
    assert lost.kind == "deleted unread"
    assert lost.partition == 1
    assert "deleted by Kafka before they were read" in str(lost)
    offsets_lost = lost.text.partition(" messages that arrived")[0]
    assert any(f"partition 1: {offsets_lost} messages" in note for note in status(live)["notes"])


def test_a_topic_made_anew_waits_for_a_decision(live: LiveStream, admin: KafkaAdminClient) -> None:
    counted = 150 + 40 - LOST + 40
    admin.delete_topics([live.name])
    with Topics(live.kafka) as topics:
        await_true(lambda: topics.describe(live.name) is None, 30, "the topic is gone")
    admin.create_topics({live.name: {"num_partitions": 2, "configs": dict(TOPIC_SETTINGS)}})
    admin.wait_for_topics([live.name])
    live.send(messages(70))
    await_stopped(live, "deleted and made anew")
    await_counted(live, counted)
    assert status(live)["lag"] is None
    assert ["--adopt-topic" in step for step in live.apply()] == [True]

    with Topics(live.kafka) as topics:
        for step in plan(live.definition, topics, LakeSettings(), QuerySettings(), adopt=True):
            step.run()
    await_counted(live, counted + 70)
    live.send([*messages(20), b"not JSON"])
    await_counted(live, counted + 90)
    await_complete(live)
    assert live.rows("select reason from {stream}.rejected") == [["not valid JSON"]]
    assert [finding.kind for finding in audit_stream(live.definition).findings] == ["deleted unread"]
    assert min(status(live)["lag"].values()) >= 0
    assert live.apply() == []
