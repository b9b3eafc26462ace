"""How a stream stands with its topic: lag, what was lost, and what is to be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iceberg.losses import Gap
from iceberg.reading import Reading
from query.sql_clients import PartitionTotals
from query.standing import Counted, Held, topic_standing
from streams.topics import TOPIC_SETTINGS, TopicState
from tests.definitions import HEALTH
from tests.iceberg.lakes import noon

TOPIC = TopicState("health", HEALTH.partitions, TOPIC_SETTINGS, "first")
READ = Reading("first")
NUMBERS = range(HEALTH.partitions)
KAFKA = Held(TOPIC, dict.fromkeys(NUMBERS, 0), dict.fromkeys(NUMBERS, 100))
LEDGER = Counted(tuple(PartitionTotals(number, 89, 90, 0, 0) for number in NUMBERS), ())


def test_lag_is_what_kafka_holds_beyond_the_ledger() -> None:
    standing = topic_standing(HEALTH, READ, KAFKA, LEDGER)
    assert (standing.lag, standing.stopped, standing.notes) == (dict.fromkeys(NUMBERS, 10), "", ())
    trimmed = replace(KAFKA, begins={**KAFKA.begins, 1: 95})
    assert topic_standing(HEALTH, READ, trimmed, LEDGER).lag == {**dict.fromkeys(NUMBERS, 10), 1: 5}
    unread = topic_standing(HEALTH, READ, KAFKA, Counted(LEDGER.totals[1:], ()))
    assert unread.lag == {**dict.fromkeys(NUMBERS, 10), 0: 100}


def test_offsets_of_another_topic_do_not_compare() -> None:
    standing = topic_standing(HEALTH, READ, replace(KAFKA, topic=replace(TOPIC, id="second")), LEDGER)
    assert standing.lag is None
    assert "deleted and made anew" in standing.stopped


def test_losses_are_named_for_ever_and_as_soon_as_they_are() -> None:
    """Between two rows of the ledger, and beyond its last one; not what Kafka still holds."""
    ledger = replace(LEDGER, gaps=(Gap(0, 10, 19, noon(0), noon(60)), Gap(1, 30, 39, noon(0), noon(60))))
    standing = topic_standing(HEALTH, READ, replace(KAFKA, begins={**KAFKA.begins, 0: 20, 1: 35, 2: 95}), ledger)
    assert standing.notes == (
        "partition 0: offsets 10 to 19, 10 messages that arrived after 2026-03-01T12:00:00Z and before"
        " 2026-03-01T12:01:00Z, were deleted by Kafka before they were read",
        "partition 1: offsets 30 to 34, 5 messages that arrived after 2026-03-01T12:00:00Z and before"
        " 2026-03-01T12:01:00Z, were deleted by Kafka before they were read",
        "partition 2: offsets 90 to 94, 5 messages, were deleted by Kafka before they were read",
    )


@pytest.mark.parametrize(("more", "says"), [(-1, "windowpane apply health` adds them"), (2, "declare partitions = ")])
def test_a_difference_of_partitions_is_named(more: int, says: str) -> None:
    topic = replace(TOPIC, partitions=HEALTH.partitions + more)
    [note] = topic_standing(HEALTH, READ, replace(KAFKA, topic=topic), LEDGER).notes
    assert f"has {topic.partitions} partitions, the definition declares {HEALTH.partitions}" in note
    assert says in note
