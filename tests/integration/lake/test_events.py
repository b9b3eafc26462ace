"""A stream that keeps events: every message of one reading of Kafka, replayed when Kafka has forgotten them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition

from compose.embedded.stack import Stack
from database.errors import ReplayError
from database.replays import Replay, ReplayState
from iceberg.catalog import open_catalog
from iceberg.namespaces import staging_namespace
from iceberg.publishing import publish
from iceberg.settings import LakeSettings
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.replays.replaying import RangeWanted, Replaying
from streams.aggregates import DIGEST, DISTINCT
from streams.breakdowns import ROLLUP_LAYERS
from streams.panes import pane_columns
from streams.topics import Topics
from tests.integration.exact.raw_messages import TOML, RawMessages, raw_messages
from tests.integration.live_streams import EPOCH, LiveStream, await_true, offset_gaps, running_live, topic_ends

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

KEPT = TOML.replace("partitions = 3\n", "partitions = 3\nevents = true\n") + '\n[retention]\nkafka = "2 weeks"\n'
COUNT = 600
OFFSETS = '"partition", "offset"'


@pytest.fixture(scope="module")
def raw() -> RawMessages:
    return raw_messages(0, COUNT, seed=11)


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory, raw: RawMessages) -> Iterator[LiveStream]:
    """A stream with all of the messages, and its job."""
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), KEPT) as live:
        live.send(raw.payloads)
        live.await_accounted()
        yield live


def _committed(live: LiveStream) -> bool:
    """Whether the table has them all; tables are committed each by itself."""
    return live.rows("select count(payload) from {stream}.events") == [[COUNT]]


def tasks(live: LiveStream, job_id: str) -> list[str]:
    """What each task of a job does."""
    return [str(task["name"]) for task in live.flink.get(f"/jobs/{job_id}")["vertices"]]


def assert_shared(tasks: list[str]) -> None:
    """One source, and each window aggregated once: two of them where messages are read, each rollup's of minutes."""
    [source] = [task for task in tasks if task.startswith("Source: ")]
    assert " -> combined[" in source
    assert "WindowAggregate" not in source
    assert sum(task.count("WindowAggregate[") for task in tasks) == 2 + len(ROLLUP_LAYERS)


def rows_of(live: LiveStream, namespace: str, table: str, until: datetime) -> list[list[Any]]:
    """Every row of a table that arrived before a time, in order, but for quantile digests.

    Of panes, those of minutes: a replay's rollups end where it ends, which may be within an arrival window of theirs.
    """
    columns = {
        "ledger": "partition, arrived_from, arrived_until, first_offset, last_offset, accepted, rejected, heartbeats",
        "rejected": f"{OFFSETS}, arrived, reason, field, payload",
    }
    shown = columns.get(table) or ", ".join(
        (*live.definition.dimensions, "part, window_start, window_end, arrived_from, arrived_until", *_columns(live))
    )
    ended = "arrived < ?" if table == "rejected" else "arrived_until <= ?"
    if table == "panes":
        ended += " and grain = 'minute'"
    sql = f'select {shown} from "{namespace}".{table} where {ended} order by {shown}'
    return live.trino.rows(sql, (until,))[0]


def _columns(live: LiveStream) -> Iterator[str]:
    for column in pane_columns(live.definition):
        if column.aggregate is DISTINCT:
            yield f"cardinality(cast({column.name} as HyperLogLog))"
        elif column.aggregate is not DIGEST:
            yield column.name


def replayed(live: LiveStream) -> Replay:
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(live.definition, RangeWanted(), "tester")
        done, staged = replaying.see_through(replay, lambda _: None)
    assert staged.offsets == replay.messages
    assert staged.accepted + staged.rejected == COUNT
    return done


def test_every_message_is_kept_once(live: LiveStream, raw: RawMessages) -> None:
    with Topics(live.kafka) as topics:
        state = topics.describe(live.name)
        assert state is not None
        assert state.settings["retention.ms"] == str(14 * 86_400_000)
    assert live.apply() == []
    await_true(partial(_committed, live), 30, "events are committed")
    kept = live.rows(f"select {OFFSETS}, payload, event_time from {{stream}}.events order by {OFFSETS}")
    assert offset_gaps([(partition, offset, offset) for partition, offset, _, _ in kept]) == []
    assert Counter(bytes(payload) for _, _, payload, _ in kept if payload is not None) == Counter(raw.payloads)
    times = [round(at.timestamp() * 1000) for _, _, _, at in kept if at is not None]
    assert sorted(times) == sorted(row[1] for row in raw.accepted)
    live_tasks = tasks(live, live.await_running().id)
    assert_shared(live_tasks)
    assert "IcebergStreamWriter" in live_tasks[0]


def test_a_forgotten_range_is_replayed_from_events(live: LiveStream, raw: RawMessages) -> None:
    accounted = datetime.now(UTC)
    ends = topic_ends(live.name)
    admin = KafkaAdminClient(bootstrap_servers=live.kafka)
    admin.delete_records({TopicPartition(live.name, partition): end for partition, end in ends.items()})
    admin.close()

    replay = replayed(live)
    assert all(first == 0 for first, _ in replay.offsets.values())
    for table in ("panes", "ledger", "rejected"):
        assert rows_of(live, staging_namespace(replay), table, replay.arrivals.end) == rows_of(
            live, live.name, table, replay.arrivals.end
        )
    difference = ReplayService(QuerySettings()).report(replay).difference
    assert difference is not None
    assert difference.identical
    [job] = [job for job in live.flink.jobs() if job.name.startswith(f"windowpane-replay/{replay.id}/")]
    assert_shared(tasks(live, job.id))
    assert publish(open_catalog(LakeSettings()), replay.id, "tester", "events").state is ReplayState.PUBLISHED

    await_true(lambda: (live.view().settled_until or EPOCH) > accounted, 60, "all of it is settled")
    audit = audit_stream(live.definition)
    assert [str(finding) for finding in audit.findings] == []
    assert (audit.accepted, audit.rejected) == (COUNT - raw.rejected, raw.rejected)
    assert all(partition.earliest >= ends[partition.partition] for partition in audit.partitions)


def test_refuses_what_events_lack(live: LiveStream) -> None:
    """Last, since it takes a message away."""
    live.rows('delete from {stream}.events where "partition" = 1 and "offset" = 3')
    with Replaying() as replaying, pytest.raises(ReplayError, match=r"and events hold [\d,]+ of its [\d,]+ messages"):
        replaying.begin(live.definition, RangeWanted(), "tester")
