"""How a stream stands with its topic: what the ledger counts, what Kafka holds, and what is wrong between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from iceberg.losses import Gap, lost
from iceberg.reading import Reading, trouble
from query.limits import Limits
from query.sql_clients import PartitionTotals, ledger_gaps, ledger_totals
from query.trino_client import TrinoClient
from streams.definition import Definition
from streams.topics import Topics, TopicState


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger counts of a stream: totals of each partition, and offsets between them that it lacks."""

    totals: tuple[PartitionTotals, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A topic and the offsets that its partitions begin and end at; `topic` is None if there is none."""

    topic: TopicState | None
    begins: Mapping[int, int]
    ends: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class TopicStanding:
    """`lag`: partition → messages that Kafka holds and the ledger does not count yet, None where they do not compare.

    `stopped`: why the stream is not read, empty if it is. `notes`: what else is to be known, a line each.
    """

    lag: Mapping[int, int] | None
    stopped: str
    notes: tuple[str, ...]


def counted(trino: TrinoClient, stream: str, reading: Reading | None, limits: Limits | None = None) -> Counted:
    """Ask the ledger of the topic that is read. Raises QueryError."""
    since = reading.since if reading else None
    totals = ledger_totals(trino, stream, since, limits)
    return Counted(totals, ledger_gaps(trino, stream, since, limits))


def held(topics: Topics, topic: str) -> Held:
    """Ask Kafka. Raises TopicError."""
    state = topics.describe(topic)
    if state is None:
        return Held(None, {}, {})
    return Held(state, topics.beginning_offsets(topic), topics.end_offsets(topic))


def topic_standing(
    definition: Definition, reading: Reading | None, kafka: Held, ledger: Counted | None
) -> TopicStanding:
    """Compare them; `ledger` is None where Trino does not answer."""
    stopped = trouble(definition, reading, kafka.topic)
    is_same = kafka.topic is not None and (reading is None or reading.topic_id == kafka.topic.id)
    if ledger is None or not is_same:
        return TopicStanding(None, stopped, tuple(_differences(definition, kafka.topic)))
    next_offsets = {part.partition: part.last_offset + 1 for part in ledger.totals if part.last_offset >= 0}
    lag = {
        number: end - max(next_offsets.get(number, 0), kafka.begins.get(number, 0))
        for number, end in sorted(kafka.ends.items())
    }
    losses = lost(_with_tails(ledger.gaps, next_offsets, kafka.begins), kafka.begins)
    return TopicStanding(lag, stopped, (*_differences(definition, kafka.topic), *map(str, losses)))


def _with_tails(gaps: Sequence[Gap], next_offsets: Mapping[int, int], begins: Mapping[int, int]) -> Iterator[Gap]:
    """The gaps, and what is missing between the ledger's last offset and the first that Kafka holds."""
    yield from gaps
    for number, following in next_offsets.items():
        if following < begins.get(number, 0):
            yield Gap(number, following, begins[number] - 1)


def _differences(definition: Definition, topic: TopicState | None) -> Iterator[str]:
    if topic is not None and topic.partitions != definition.partitions:
        there = (
            f"topic {topic.topic} has {topic.partitions} partitions, the definition declares {definition.partitions}"
        )
        if topic.partitions < definition.partitions:
            yield f"{there}; `windowpane apply {definition.name}` adds them"
        else:
            yield f"{there}; all are read, and Kafka removes none: declare partitions = {topic.partitions}"
