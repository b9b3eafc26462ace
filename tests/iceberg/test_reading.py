"""What a ledger's offsets are of: the topic, its partitions and since when; and when a topic must not be read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pyiceberg.table import Table

from iceberg.bounds import cut
from iceberg.catalog import Catalog
from iceberg.pending import pending_arrivals, trusted_cut
from iceberg.reading import Reading, decide_to_adopt, latest_before, note_read, noted_reading, trouble
from iceberg.resume import resume_point
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from streams.topics import TOPIC_SETTINGS, TopicState
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, day_row, ledger_row, noon, pane_row, rejected_row

TOPIC = TopicState("health", 2, TOPIC_SETTINGS, "first")
ANEW = replace(TOPIC, id="second")
READ = Reading("first", None, {0: None, 1: None})
WHOLE = {0: 0, 1: 0, 2: 0}
SLACK = timedelta(milliseconds=500)
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def filled(tables: dict[str, Table]) -> dict[str, Table]:
    """What a job left that was stopped: day panes are behind, single messages are ahead."""
    for checkpoint, second in ((1, 600), (2, 610)):
        commit(tables["panes"], [pane_row(second)], "a", checkpoint)
        commit(tables["ledger"], [ledger_row(second)], "a", checkpoint)
    commit(tables["panes"], [day_row(0)], "a", 2)
    commit(tables["rejected"], [rejected_row(605, 0, 606), rejected_row(625, 0, 626)], "a", 2)
    return tables


@pytest.mark.usefixtures("tables")
def test_partitions_of_a_new_stream_count_as_stamped(catalog: Catalog) -> None:
    assert noted_reading(catalog, "health") is None
    for _ in "ab":
        assert note_read(catalog, "health", TOPIC, WHOLE) == READ == noted_reading(catalog, "health")


@pytest.mark.usefixtures("tables")
def test_what_was_there_before_the_broker_stamped_arrives_when_the_stream_begins(catalog: Catalog) -> None:
    assert note_read(catalog, "health", TOPIC, WHOLE, {1}, noon(77)).partitions == {0: None, 1: noon(70)}
    assert note_read(catalog, "health", TOPIC, WHOLE, {0, 1}, noon(99)).partitions == {0: None, 1: noon(70)}


@pytest.mark.usefixtures("filled")
def test_an_added_partition_counts_from_the_cut_on(catalog: Catalog) -> None:
    """Also at the first note of a stream that an earlier version wrote, which had not read that partition."""
    assert note_read(catalog, "health", TOPIC, WHOLE).partitions == {0: None, 1: noon(620)}
    assert note_read(catalog, "health", replace(TOPIC, partitions=3), WHOLE).partitions == {
        0: None,
        1: noon(620),
        2: noon(620),
    }


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("begin", "arrives"), [(0, None), (619, None), (620, noon(620)), (650, noon(620))])
def test_what_follows_deleted_messages_arrives_after_them(
    catalog: Catalog, begin: int, arrives: datetime | None
) -> None:
    """Where none is counted of those that Kafka holds; the ledger counts up to offset 619."""
    topic = replace(TOPIC, partitions=1)
    note_read(catalog, "health", topic, WHOLE)
    assert note_read(catalog, "health", topic, {0: begin}).partitions == {0: arrives}


@pytest.mark.parametrize(
    ("rolled_up", "begin", "pending"),
    [
        (0, 600, None),
        (0, 601, Arrivals(noon(600), noon(620))),
        (600, 620, None),
        (None, 1, Arrivals(noon(0), noon(620))),
    ],
)
def test_rollups_are_made_of_minute_panes_where_kafka_deleted_what_they_are_of(
    catalog: Catalog, tables: dict[str, Table], rolled_up: int | None, begin: int, pending: Arrivals | None
) -> None:
    """A job begins anew where rollups were complete, and would make the next ones of what Kafka still holds."""
    for checkpoint, second in ((1, 590), (2, 600), (3, 610)):
        commit(tables["panes"], [pane_row(second)], "a", checkpoint)
        commit(tables["ledger"], [ledger_row(second)], "a", checkpoint)
    if rolled_up is not None:
        commit(tables["panes"], [day_row(rolled_up)], "a", 3)
    for begins in (WHOLE, {0: begin}):
        note_read(catalog, "health", replace(TOPIC, partitions=1), begins)
    assert pending_arrivals(tables["panes"].refresh(), Layer.DAY) == pending


@pytest.mark.usefixtures("filled")
def test_another_topic_is_adopted_only_when_decided(catalog: Catalog) -> None:
    noted = note_read(catalog, "health", replace(TOPIC, partitions=1), WHOLE)
    assert note_read(catalog, "health", ANEW, WHOLE).topic_id == "first"
    decide_to_adopt(catalog, "health", "second", "ann")
    noted = note_read(catalog, "health", ANEW, WHOLE)
    assert noted == Reading("second", noon(620), dict.fromkeys((0, 1), noon(620)), (("first", noon(620)),))
    assert trouble(HEALTH, noted_reading(catalog, "health"), ANEW) == ""
    assert note_read(catalog, "health", ANEW, WHOLE).before == noted.before


def test_an_adopted_topic_begins_where_every_table_ends(catalog: Catalog, filled: dict[str, Table]) -> None:
    """Day panes that no job will make wait to be made; offsets of the old topic hide none of the new one."""
    note_read(catalog, "health", replace(TOPIC, partitions=1), WHOLE)
    decide_to_adopt(catalog, "health", "second", "ann")
    note_read(catalog, "health", ANEW, WHOLE)
    point = resume_point(catalog, "health")
    assert point.cuts == dict.fromkeys(("finest panes", "day panes", "ledger", "rejected"), noon(620))
    assert point.held == {"rejected": {}}
    assert [row["offset"] for row in filled["rejected"].refresh().scan().to_arrow().to_pylist()] == [606]
    panes = filled["panes"].refresh()
    assert (cut(panes, Layer.DAY), trusted_cut(panes, Layer.DAY)) == (noon(620), noon(600))
    assert pending_arrivals(panes, Layer.DAY) == Arrivals(noon(600), noon(620))


@pytest.mark.usefixtures("tables")
def test_a_topic_of_which_nothing_was_counted_is_adopted(catalog: Catalog) -> None:
    note_read(catalog, "health", TOPIC, WHOLE)
    decide_to_adopt(catalog, "health", "second", "ann")
    assert note_read(catalog, "health", ANEW, WHOLE).topic_id == "second"
    assert resume_point(catalog, "health").start is None


@pytest.mark.parametrize(
    ("noted", "topic", "says"),
    [
        (None, TOPIC, ""),
        (READ, TOPIC, ""),
        (READ, ANEW, "deleted and made anew.*windowpane apply health --adopt-topic"),
        (replace(READ, adopted="second"), ANEW, ""),
        (replace(READ, adopted="second"), replace(ANEW, id="third"), "its id was first and is third"),
        (READ, None, "was deleted: .*windowpane apply health --adopt-topic"),
        (
            READ,
            replace(TOPIC, settings={**TOPIC_SETTINGS, "message.timestamp.type": "CreateTime"}),
            "message.timestamp.type=CreateTime.*set it back",
        ),
    ],
)
def test_says_why_a_topic_is_not_read(noted: Reading | None, topic: TopicState | None, says: str) -> None:
    reason = trouble(HEALTH, noted, topic)
    assert bool(reason) == bool(says)
    assert re.search(says, reason)


@pytest.mark.parametrize(
    ("floor", "since", "before"),
    [
        (None, None, None),
        (None, noon(600), noon(600) - MILLISECOND),
        (noon(700), None, noon(700) + SLACK),
        (noon(700), noon(600), noon(700) + SLACK),
        (noon(500), noon(600), noon(600) - MILLISECOND),
    ],
)
def test_what_arrived_before_is_told(floor: datetime | None, since: datetime | None, before: datetime | None) -> None:
    assert latest_before(Reading("first", None, {3: floor}), since, SLACK) == {3: before}
