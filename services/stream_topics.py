"""What a job reads of its stream's topic: every partition there is, from where the lake lacks it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from database.errors import LakeError
from flink_jobs.render import JobRange
from iceberg.catalog import Catalog
from iceberg.reading import Reading, latest_before, note_read, noted_reading, trouble
from iceberg.resume import ResumePoint, resume_point
from streams.definition import Definition
from streams.errors import KafkaAwayError, TopicError
from streams.topics import Topics, TopicState


class StreamTopics:
    """The topics of streams as they were at the newest look. Threads may share it, if each asks of streams of its own.

    A Kafka that does not answer tells nothing: then no stream is known to be in trouble.
    """

    def __init__(self, kafka: str, lake: Callable[[], Catalog], slack_ms: int) -> None:
        self._kafka, self._lake, self._slack = kafka, lake, timedelta(milliseconds=slack_ms)
        self._asking = threading.Lock()
        self._topics: Topics | None = None
        self._states: dict[str, TopicState | None] = {}
        self._partitions: dict[str, int] = {}

    def look(self, definition: Definition) -> None:
        """See how the stream's topic is now. Blocks."""
        self._states.pop(definition.name, None)
        with self._asking:
            try:
                self._topics = self._topics or Topics(self._kafka)
                state = self._topics.describe(definition.topic)
            except KafkaAwayError:
                self.close()
                return
        self._states[definition.name] = state
        self._partitions[definition.topic] = 0 if state is None else state.partitions

    def partitions(self, topic: str) -> int:
        """How many the topic has, or had when Kafka answered last; none if it is not there."""
        return self._partitions.get(topic, 0)

    def close(self) -> None:
        """Give the connection back; the next look makes a new one."""
        if self._topics is not None:
            self._topics.close()
        self._topics = None

    def trouble(self, definition: Definition) -> str:
        """Why the stream must have no job now; empty when it may. Raises LakeError."""
        if definition.name not in self._states:
            return ""
        return trouble(definition, noted_reading(self._lake(), definition.name), self._states[definition.name])

    def all_read(self, definition: Definition) -> bool:
        """Whether the newest job was started to read the topic and every partition that it has. Raises LakeError."""
        state = self._states.get(definition.name)
        noted = noted_reading(self._lake(), definition.name)
        if state is None or noted is None:
            return state is None
        return noted.topic_id == state.id and len(noted.partitions) >= state.partitions

    def note(self, definition: Definition) -> None:
        """Note that all partitions are read from now on; no job of the stream may run. Raises WindowpaneError."""
        state = self._states.get(definition.name)
        begins = noted_reading(self._lake(), definition.name) is None
        with self._asking:
            if state is None or self._topics is None:
                raise TopicError(f"topic {definition.topic} cannot be read; see `windowpane status`")
            unstamped = self._topics.unstamped(definition.topic) if begins else set()
            oldest = self._topics.beginning_offsets(definition.topic)
        note_read(self._lake(), definition.name, state, oldest, unstamped, datetime.now(UTC))

    def range(self, definition: Definition, point: ResumePoint, until: datetime | None = None) -> JobRange:
        """What a job of the stream reads and keeps that goes on from a resume point. Raises WindowpaneError."""
        return live_range(self._kafka, self._lake(), definition, point, self._slack, until)


def begin_reading(kafka: str, catalog: Catalog, definition: Definition, slack_ms: int) -> JobRange:
    """Note that all partitions are read from now on, as the keeper does; what a job reads and keeps that does it.

    No job of the stream may run. Raises WindowpaneError.
    """
    topics = StreamTopics(kafka, lambda: catalog, slack_ms)
    try:
        topics.look(definition)
        topics.note(definition)
        return topics.range(definition, resume_point(catalog, definition.name))
    finally:
        topics.close()


def live_range(
    kafka: str,
    catalog: Catalog,
    definition: Definition,
    point: ResumePoint,
    slack: timedelta,
    until: datetime | None = None,
) -> JobRange:
    """What a job reads and keeps that goes on from a resume point, for ever or to before an arrival.

    Of partitions that were noted. Raises WindowpaneError.
    """
    reading = known_reading(catalog, definition.name)
    since = remembered_since(definition, point.start)
    with Topics(kafka) as topics:
        ends = None if until is None else topics.offsets_past(definition.topic, until + slack)
        return JobRange(
            start=first_offsets(topics, definition.topic, reading, since),
            ends=ends,
            cuts=point.cuts,
            held=point.held,
            until=until,
            before=latest_before(reading, since, slack),
            topic_id=reading.topic_id,
            counted_from=point.start if definition.horizon_ms else None,
        )


def remembered_since(definition: Definition, start: datetime | None) -> datetime | None:
    """Since when a job must read whose messages count that arrived since `start`: earlier by what it remembers."""
    return None if start is None else definition.read_since(start)


def known_reading(catalog: Catalog, stream: str) -> Reading:
    """What a stream's jobs read. Raises LakeError, also when none was ever started."""
    reading = noted_reading(catalog, stream)
    if reading is None:
        raise LakeError(f"{stream} has had no job yet, so it is not known what it reads; see: windowpane status")
    return reading


def first_offsets(topics: Topics, topic: str, reading: Reading, since: datetime | None) -> dict[int, int]:
    """Partition → the first offset, of those that Kafka still holds, whose message may have arrived since a moment.

    None: all of them. Raises TopicError.
    """
    begins = topics.beginning_offsets(topic)
    at = begins if since is None else topics.offsets_at(topic, since)
    # Messages of a partition that was added count as arrived later than the broker stamped them.
    later = {number for number, floor in reading.partitions.items() if since and floor and floor >= since}
    return {number: begins[number] if number in later else at[number] for number in reading.partitions if number in at}
