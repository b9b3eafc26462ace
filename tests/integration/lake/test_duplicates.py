"""Copies of messages count once, through kills, starts without Flink's state and replays, as an oracle of logs says."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from compose.embedded.stack import Stack
from database.replays import Replay, ReplayState
from iceberg.catalog import open_catalog
from iceberg.namespaces import staging_namespace
from iceberg.publishing import publish
from iceberg.settings import LakeSettings
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.replays.replaying import RangeWanted, Replaying
from tests.flink_jobs.partition_logs import Decided, Logged, decided
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import EPOCH, LiveStream, await_true, running_live, topic_ends
from tests.integration.stopping import kill

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

TOML = """
title = "Copies"
topic = "{topic}"
partitions = 3
key = "who"
events = true

[duplicates]
id = "id"
horizon = "1 minute"

[event_time]
field = "at"
max_ahead_seconds = 1

[fields]
who = { type = "string", min_length = 1 }
id = { type = "string", min_length = 1 }
n = { type = "integer", min = 0, max = 1000 }

[dimensions]
who = "who"

[measures.n]
value = "n"
decimals = 0
min = 0
max = 1000
"""

HORIZON = timedelta(minutes=1)
COUNTS = ("accepted", "rejected", "heartbeat", "duplicate")
LEDGER = '"partition", arrived_from, accepted, rejected, heartbeats, duplicates'
APPENDED_BY_BROKER = 1


def messages(first: int, count: int, seed: int) -> list[bytes]:
    """Some again at once, some of an event time long ago or too far ahead, some that are no messages."""
    chance, made = random.Random(seed), []
    now = time.time_ns() // 1_000_000
    for number in range(first, first + count):
        at = now + chance.choice((0, 0, -86_400_000, 3_600_000))
        payload = json.dumps({"who": f"w{number % 20}", "id": str(number), "n": number % 1000, "at": at}).encode()
        made += [payload] * chance.choice((1, 1, 2, 3))
        if chance.random() < 0.05:
            made.append(b'{"who": 1}')
    chance.shuffle(made)
    return made


def log_of(live: LiveStream, until: dict[int, int]) -> list[list[Logged]]:
    """What Kafka holds of each partition, up to offsets."""
    places = [TopicPartition(live.name, partition) for partition in until]
    logs: dict[int, list[Logged]] = {partition: [] for partition in until}
    with closing(KafkaConsumer(bootstrap_servers=live.kafka, enable_auto_commit=False)) as consumer:
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < until[place.partition] for place in places):
            for place, records in consumer.poll(timeout_ms=500).items():
                logs[place.partition] += [_logged(record) for record in records]
    return [[each for each in log if each.offset < until[partition]] for partition, log in sorted(logs.items())]


def _logged(record: Any) -> Logged:
    message = json.loads(record.value or b"{}")
    is_whole = "at" in message
    return Logged(
        record.partition,
        record.offset,
        record.timestamp,
        key=message["who"] if is_whole else "",
        id=message["id"] if is_whole else "",
        event_time=message["at"] if is_whole else None,
        by_broker=record.timestamp_type == APPENDED_BY_BROKER,
        is_heartbeat=record.value is None,
    )


def oracle(live: LiveStream, until: dict[int, int]) -> list[Decided]:
    slack = live.flink.settings.watermark_slack_ms
    milliseconds = int(HORIZON.total_seconds() * 1000)
    return [each for log in log_of(live, until) for each in decided(log, milliseconds, slack)]


def counted(live: LiveStream, namespace: str, before: datetime) -> dict[tuple[int, int], list[int]]:
    """(partition, arrival window in milliseconds) → what the ledger counts in it."""
    rows = live.trino.rows(f'select {LEDGER} from "{namespace}".ledger where arrived_until <= ?', (before,))[0]
    return {(row[0], round(row[1].timestamp() * 1000)): row[2:] for row in rows}


def expected(all_decided: list[Decided], before: datetime) -> dict[tuple[int, int], list[int]]:
    windows: dict[tuple[int, int], Counter[str]] = {}
    for each in all_decided:
        if each.arrived < before.timestamp() * 1000:
            window = each.arrived - each.arrived % 10_000
            windows.setdefault((each.message.partition, window), Counter())[each.outcome] += 1
    return {key: [counts[name] for name in COUNTS] for key, counts in windows.items()}


def check(live: LiveStream) -> Counter[str]:
    """All tables against the oracle, up to where answers are complete; the oracle's counts."""
    complete = live.view().complete_until
    assert complete is not None
    await_true(lambda: (live.view().settled_until or EPOCH) >= complete, 120, "all of it is settled")
    found = [each for each in oracle(live, topic_ends(live.name)) if each.arrived < complete.timestamp() * 1000]
    assert counted(live, live.name, complete) == expected(found, complete)
    assert live.gaps() == []
    accepted = [each for each in found if each.outcome == "accepted"]
    sql = "select who, sum(messages) from {stream}.panes where grain = 'minute' and arrived_until <= ? group by who"
    panes = Counter({who: int(messages) for who, messages in live.rows(sql, complete)})
    assert panes == Counter(each.message.key for each in accepted)
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
    return Counter(each.outcome for each in found)


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        live.send(messages(0, 1000, seed=1))
        live.await_accounted()
        yield live


def test_copies_count_once(live: LiveStream) -> None:
    counts = check(live)
    assert all(counts[name] for name in COUNTS)


def test_a_new_job_knows_what_the_one_before_read(live: LiveStream) -> None:
    """It has nothing of Flink's; what it reads again for its memory counts nowhere."""
    live.send(messages(2000, 300, seed=2))
    [job] = live.jobs()
    live.flink.stop(job)
    live.send(messages(2000, 300, seed=3))
    live.run_job()
    live.send(messages(2000, 300, seed=4))
    live.await_accounted()
    assert check(live)["duplicate"] > 600


def test_ids_are_forgotten_after_the_horizon(live: LiveStream) -> None:
    before = check(live)
    time.sleep(HORIZON.total_seconds() + 5)
    live.send(messages(2000, 300, seed=2))
    live.await_accounted()
    after = check(live)
    assert after["accepted"] > before["accepted"] + 100


def replayed(live: LiveStream, wanted: RangeWanted) -> Replay:
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(live.definition, wanted, "tester")
        done, staged = replaying.see_through(replay, lambda _: None)
    assert staged.offsets == staged.span
    return done


def assert_same(live: LiveStream, replay: Replay) -> None:
    """The replay's rows are those of the live job."""
    end = replay.arrivals.end
    since = replay.arrivals.start.timestamp() * 1000
    published = {key: row for key, row in counted(live, live.name, end).items() if key[1] >= since}
    assert counted(live, staging_namespace(replay), end) == published
    difference = ReplayService(QuerySettings()).report(replay).difference
    assert difference is not None
    assert difference.identical


def test_a_replay_finds_the_same_copies(live: LiveStream) -> None:
    """From the middle too, where the first of some copies lie before the range."""
    rows = live.rows("select arrived_from from {stream}.ledger where duplicates > 0 order by 1")
    for start in (None, rows[len(rows) // 2][0]):
        replay = replayed(live, RangeWanted(start=start))
        assert_same(live, replay)
        done = publish(open_catalog(LakeSettings()), replay.id, "tester", "the same")
        assert done.state is ReplayState.PUBLISHED
    check(live)


def test_a_forgotten_range_has_the_same_copies(live: LiveStream) -> None:
    """From events, in one task that puts each partition in its order. Last: the oracle reads Kafka."""
    ends = topic_ends(live.name)
    rows = live.rows("select arrived_from from {stream}.ledger where duplicates > 0 order by 1")
    admin = KafkaAdminClient(bootstrap_servers=live.kafka)
    admin.delete_records({TopicPartition(live.name, partition): end for partition, end in ends.items()})
    admin.close()
    for start in (None, rows[len(rows) // 2][0]):
        replay = replayed(live, RangeWanted(start=start))
        assert_same(live, replay)
        done = publish(open_catalog(LakeSettings()), replay.id, "tester", "from events")
        assert done.state is ReplayState.PUBLISHED
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []


def test_survives_kills_of_the_taskmanager(stack: Stack, stream_factory: StreamFactory) -> None:
    """Flink restores no job that remembers: the keeper starts one, that reads a horizon again."""
    live = stream_factory(TOML)
    job = live.await_running()
    for round_ in range(3):
        live.send(messages(0, 400, seed=10 + round_))
        kill(stack, "taskmanager")
        live.send(messages(200, 400, seed=20 + round_))
    live.await_accounted(seconds=300)
    assert live.await_running().id != job.id
    counts = check(live)
    assert counts["duplicate"] > counts["accepted"]
    assert datetime.now(UTC) > (live.view().complete_until or EPOCH)
