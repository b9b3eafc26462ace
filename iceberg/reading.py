"""What a stream's ledger counts the offsets of: which topic, and which of its partitions since when.

It is noted in the lake before the job that begins to read something starts, for offsets mean nothing without it: a
topic that was deleted and made anew gives them out again. Arrivals only ever go on, so messages of a partition that is
read later than others count as arrived where those were complete by then, however long they waited.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pyarrow.compute as pc
from pyiceberg.table import Table

from iceberg.bounds import cut
from iceberg.catalog import Catalog
from iceberg.commits import set_properties
from iceberg.errors import translated
from iceberg.handover import close_at
from iceberg.kinds import LEDGER, PANES
from iceberg.pending import closed_at
from iceberg.rows import any_row
from iceberg.slices import rollups_of, windowed
from iceberg.stream_tables import stream_tables
from streams.breakdowns import Layer
from streams.definition import Definition
from streams.panes import arrival_start
from streams.topics import STAMPED_BY_BROKER, TIMESTAMP_TYPE, TopicState

READING_PROPERTY = "windowpane.reading"
"""Property of the ledger: a Reading, as JSON."""

ADOPTED_PROPERTY = "windowpane.adopted-topic"
"""Property of the ledger: the topic that somebody decided to go on with, as JSON: its id, by whom and when."""

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """The topic that is read, by its id.

    `since`: arrivals from here on are of this topic, None for all there are. `partitions`: those that are read, each
    with the arrival before which none of its messages counts, None where they count as the broker stamped them.
    `before`: the topics that were read until then, each with the arrival that it ended at. `adopted`: the id of the
    topic that somebody decided to go on with last, empty if nobody did; it is noted by itself.
    """

    topic_id: str
    since: datetime | None = None
    partitions: Mapping[int, datetime | None] = field(default_factory=dict)
    before: tuple[tuple[str, datetime], ...] = ()
    adopted: str = ""

    def as_json(self) -> str:
        """As it is noted."""
        return json.dumps(
            {
                "topic_id": self.topic_id,
                "since": _text(self.since),
                "partitions": {str(partition): _text(at) for partition, at in self.partitions.items()},
                "before": [[topic, at.isoformat()] for topic, at in self.before],
            }
        )

    @classmethod
    def parse(cls, noted: str) -> Reading:
        """What `as_json` wrote."""
        values = json.loads(noted)
        return cls(
            topic_id=values["topic_id"],
            since=_time(values["since"]),
            partitions={int(partition): _time(at) for partition, at in values["partitions"].items()},
            before=tuple((topic, datetime.fromisoformat(at)) for topic, at in values["before"]),
        )


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def noted_in(ledger: Table) -> Reading | None:
    """What is noted in a ledger; None before a job was first started."""
    noted, adopted = ledger.properties.get(READING_PROPERTY), ledger.properties.get(ADOPTED_PROPERTY)
    if not noted:
        return None
    return replace(Reading.parse(noted), adopted=str(json.loads(adopted)["topic_id"]) if adopted else "")


def noted_reading(catalog: Catalog, stream: str) -> Reading | None:
    """What is noted of a stream. Raises LakeError."""
    with translated():
        return noted_in(catalog.load_table((stream, LEDGER.name)))


def decide_to_adopt(catalog: Catalog, stream: str, topic_id: str, by: str) -> None:
    """Record the decision to go on with another topic; the keeper does it. Raises LakeError."""
    decision = {"topic_id": topic_id, "by": by, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    with translated():
        set_properties(catalog.load_table((stream, LEDGER.name)), {ADOPTED_PROPERTY: json.dumps(decision)})


def trouble(definition: Definition, noted: Reading | None, topic: TopicState | None) -> str:
    """Why the stream's topic must not be read, and what can be done; empty when it may be.

    `topic`: as the broker has it, None if there is none.
    """
    name = definition.topic
    if topic is None:
        return (
            f"topic {name} was deleted: what it held and was not read is lost; "
            f"`windowpane apply {definition.name} --adopt-topic` makes a new one and goes on with that"
        )
    if noted is not None and topic.id not in (noted.topic_id, noted.adopted):
        return (
            f"topic {name} was deleted and made anew, its id was {noted.topic_id} and is {topic.id}: what the old one "
            f"held and was not read is lost; `windowpane apply {definition.name} --adopt-topic` goes on with the new "
            "one, from its beginning"
        )
    stamped = topic.settings.get(TIMESTAMP_TYPE)
    if stamped != STAMPED_BY_BROKER:
        return (
            f"topic {name} has {TIMESTAMP_TYPE}={stamped}, so arrival times are not the broker's; "
            f"set it back to {STAMPED_BY_BROKER}, and the stream goes on where it was"
        )
    return ""


def note_read(
    catalog: Catalog,
    stream: str,
    topic: TopicState,
    begins: Mapping[int, int],
    unstamped: Collection[int] = (),
    now: datetime | None = None,
) -> Reading:
    """Note that all partitions of the topic are read from now on, and adopt it where that was decided.

    `begins`: partition → the first offset that Kafka holds. Of a stream that begins, messages in partitions that are
    `unstamped` at first count as arrived `now`. No job of the stream may be running. Raises LakeError.
    """
    with translated():
        tables = stream_tables(catalog, stream)
        ledger = tables[LEDGER.name]
        noted = noted_in(ledger) or Reading(topic.id, partitions=dict.fromkeys(_counted(ledger)))
        if noted.topic_id != topic.id and topic.id == noted.adopted:
            return _adopt(catalog, stream, noted, topic)
        complete = _complete(tables)
        start = None if now is None else arrival_start(now)
        partitions = dict(noted.partitions)
        for number in range(topic.partitions):
            if number not in partitions:
                partitions[number] = complete or (start if number in unstamped else None)
            elif complete is not None and _is_all_unread(ledger, noted, number, begins.get(number, 0)):
                # What its messages follow was deleted: by themselves they might not tell that they arrived later.
                partitions[number] = complete
        held = cut(tables[PANES.name], Layer.FINEST)
        if held and any(
            _is_rollup_cut_off(tables, noted, number, begins.get(number, 0)) for number in noted.partitions
        ):
            # A job would make them of what Kafka still holds.
            _close_rollups(tables[PANES.name], held)
        reading = replace(noted, partitions=partitions)
        set_properties(ledger, {READING_PROPERTY: reading.as_json()})
    return reading


def _is_all_unread(ledger: Table, reading: Reading, partition: int, begin: int) -> bool:
    """Whether Kafka deleted messages of a partition and none is counted of those that it holds."""
    return begin > 0 and not _is_counted(ledger, reading, partition, begin)


def _is_rollup_cut_off(tables: Mapping[str, Table], reading: Reading, partition: int, begin: int) -> bool:
    """Whether Kafka deleted messages of a partition that arrived where rollups are yet to be made."""
    made = cut(tables[PANES.name], Layer.DAY) or _EPOCH
    return begin > 0 and not _is_counted(tables[LEDGER.name], reading, partition, begin - 1, made)


def _is_counted(ledger: Table, reading: Reading, partition: int, offset: int, until: datetime | None = None) -> bool:
    """Whether an offset of the topic, or a later one, is counted; `until`: in an interval that began before."""
    arrived = f"arrived_from >= '{(reading.since or _EPOCH).isoformat()}'"
    if until is not None:
        arrived += f" and arrived_from < '{until.isoformat()}'"
    return any_row(ledger, f"partition = {partition} and last_offset >= {offset} and {arrived}")


def _close_rollups(panes: Table, at: datetime) -> None:
    """Let those that are not made up to a moment be made of the finest panes."""
    for layer in rollups_of(panes):
        set_properties(panes, closed_at(panes, layer, at))


def _adopt(catalog: Catalog, stream: str, noted: Reading, topic: TopicState) -> Reading:
    """Note that the stream goes on with another topic, from its beginning.

    What the old topic held and no table has yet is lost with it. Every table is complete where the newest one is:
    rollups that were not made by then wait to be made of the finest panes, single messages beyond are discarded.
    """
    tables = stream_tables(catalog, stream)
    complete = _complete(tables) or _EPOCH
    _close_rollups(tables[PANES.name], complete)
    close_at(catalog, stream, complete)
    before = (*noted.before, (noted.topic_id, complete))
    reading = Reading(topic.id, complete, dict.fromkeys(range(topic.partitions), complete), before)
    set_properties(tables[LEDGER.name], {READING_PROPERTY: reading.as_json()})
    return reading


def latest_before(reading: Reading, since: datetime | None, slack: timedelta) -> dict[int, datetime | None]:
    """Partition → the latest arrival before what a job reads that begins with what arrived since a moment.

    None where there is no such moment: it reads the partition's first message.
    """
    known = {partition: None if at is None else at + slack for partition, at in reading.partitions.items()}
    start = None if since is None else since - _MILLISECOND
    return {
        partition: max((each for each in (at, start) if each is not None), default=None)
        for partition, at in known.items()
    }


def _complete(tables: Mapping[str, Table]) -> datetime | None:
    """The newest cut of all slices of arrival windows."""
    return max(filter(None, (each.cut for each in windowed(tables))), default=None)


def _counted(ledger: Table) -> Iterable[int]:
    """The partitions that a ledger has rows of."""
    rows = ledger.scan(selected_fields=("partition",)).to_arrow_batch_reader()
    return sorted({number for batch in rows for number in pc.unique(batch["partition"]).to_pylist()})
