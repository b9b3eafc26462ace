"""Planning topics: pure, so every case is a row."""

from __future__ import annotations

import pytest
from kafka import errors

from streams import Definition
from streams.errors import KafkaAwayError, TopicError
from streams.topics import TOPIC_SETTINGS, TopicChangeKind, Topics, TopicState, plan_topic, topic_settings, translated
from tests.definitions import HEALTH, changed


@pytest.fixture(scope="module")
def health() -> Definition:
    return HEALTH


def test_missing_topic_is_created(health: Definition) -> None:
    [change] = plan_topic(health, None)
    assert change.kind is TopicChangeKind.CREATE
    assert change.partitions == health.partitions
    assert change.settings["message.timestamp.type"] == "LogAppendTime"
    assert str(change) == "topic health: create with 4 partitions, arrival stamped by the broker"


@pytest.mark.parametrize(
    ("period", "kept", "segment"),
    [
        ("30 days", 2_592_000_000, 259_200_000),
        ("52 weeks", 31_449_600_000, 604_800_000),
        ("1 hour", 3_600_000, 600_000),
    ],
)
def test_retention_is_of_whole_segments(period: str, kept: int, segment: int) -> None:
    """A tenth of what is kept, since Kafka deletes no less at once; never longer than Kafka's default."""
    definition = changed("retention/kafka", period)
    [change] = plan_topic(definition, None)
    assert (change.settings["retention.ms"], change.settings["segment.ms"]) == (str(kept), str(segment))
    assert str(change).endswith(f"arrival stamped by the broker, messages kept for {period}")
    lines = [str(change) for change in plan_topic(definition, TopicState("health", 4, TOPIC_SETTINGS))]
    assert f"topic health: set retention.ms from -1 to {kept}" in lines
    assert plan_topic(definition, TopicState("health", 4, topic_settings(definition))) == ()


def test_without_retention_messages_are_kept_again(health: Definition) -> None:
    state = TopicState("health", 4, topic_settings(changed("retention/kafka", "30 days")))
    assert [str(change) for change in plan_topic(health, state)] == [
        "topic health: set retention.ms from 2592000000 to -1",
        "topic health: set segment.ms from 259200000 to 604800000",
    ]


def test_declared_topic_needs_nothing(health: Definition) -> None:
    assert plan_topic(health, TopicState("health", health.partitions, TOPIC_SETTINGS)) == ()


@pytest.mark.parametrize(
    ("partitions", "settings", "lines"),
    [
        (3, {}, ["topic health: add partitions, 3 to 4; the stream's job restarts to read them"]),
        (4, {"retention.ms": "604800000"}, ["topic health: set retention.ms from 604800000 to -1"]),
        (
            2,
            {"max.message.bytes": "1048588"},
            [
                "topic health: add partitions, 2 to 4; the stream's job restarts to read them",
                "topic health: set max.message.bytes from 1048588 to 2097152",
            ],
        ),
    ],
)
def test_different_topic_is_changed(
    health: Definition, partitions: int, settings: dict[str, str], lines: list[str]
) -> None:
    state = TopicState("health", partitions, {**TOPIC_SETTINGS, **settings})
    assert [str(change) for change in plan_topic(health, state)] == lines


@pytest.mark.parametrize(
    ("partitions", "settings", "says"),
    [
        (4, {"message.timestamp.type": "CreateTime"}, "message.timestamp.type=CreateTime.*declare another topic"),
    ],
)
def test_unusable_topic_is_refused(health: Definition, partitions: int, settings: dict[str, str], says: str) -> None:
    state = TopicState("health", partitions, {**TOPIC_SETTINGS, **settings})
    with pytest.raises(TopicError, match=says):
        plan_topic(health, state)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (errors.KafkaTimeoutError("late"), KafkaAwayError),
        (errors.KafkaConnectionError("gone"), KafkaAwayError),
        (errors.NotLeaderForPartitionError(), KafkaAwayError),
        (errors.UnknownTopicOrPartitionError(), TopicError),
        (errors.TopicAuthorizationFailedError(), TopicError),
        (errors.InvalidPartitionsError(), TopicError),
        (errors.KafkaError("anything"), TopicError),
    ],
)
def test_kafka_errors_become_ours(theirs: errors.KafkaError, ours: type[TopicError]) -> None:
    with pytest.raises(TopicError) as caught, translated("127.0.0.1:9092"):
        raise theirs
    assert type(caught.value) is ours
    assert "127.0.0.1:9092" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_listening_is_said() -> None:
    with pytest.raises(KafkaAwayError, match="does not answer; see `windowpane status`"):
        Topics("127.0.0.1:1", timeout_seconds=1)


def test_more_partitions_than_declared_are_read(health: Definition) -> None:
    assert plan_topic(health, TopicState("health", health.partitions + 1, TOPIC_SETTINGS)) == ()
