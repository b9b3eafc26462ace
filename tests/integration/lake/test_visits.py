"""Visits through kills, starts without Flink's state, replays and reversed event times, as an oracle of logs says."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from compose.embedded.stack import Stack
from database.replays import Replay, ReplayState
from iceberg.catalog import open_catalog
from iceberg.publishing import publish
from iceberg.settings import LakeSettings
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.replays.replaying import RangeWanted, Replaying
from tests.flink_jobs.partition_logs import decided
from tests.flink_jobs.visit_logs import NUMBERS, Sighting, Visited, VisitRules, visited
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import EPOCH, LiveStream, await_true, running_live, topic_ends
from tests.integration.stopping import kill

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

TOML = """
title = "Visits"
topic = "{topic}"
partitions = 3
key = "who"
events = true
hours = true
records = true

[duplicates]
id = "id"
horizon = "1 minute"

[visits]
gap = "1 minute"
cut = "1 hour"
counts = "counts"
first = ["source"]
last = ["exit"]

[event_time]
field = "at"
max_ahead_seconds = 1

[fields]
who = { type = "string", min_length = 1 }
id = { type = "string", min_length = 1 }
site = { type = "string" }
source = { type = "string" }
path = { type = "string" }
counts = { type = "boolean", required = false }
n = { type = "integer", min = 0, max = 1000, required = false }

[dimensions]
site = "site"
source = "source"
path = "path"
exit = "path"

[breakdowns]
all = ["site", "source", "path", "exit"]
sites = ["site"]
exits = { by = ["site", "exit"], grains = ["hour", "day"] }

[distincts.visitors]
field = "who"

[measures.n]
value = "n"
decimals = 0
min = 0
max = 1000
"""

RULES = VisitRules(gap=60_000, cut=3_600_000)
HORIZON_MS = 60_000
APPENDED_BY_BROKER = 1
BREAKDOWNS = {"all": (0, 1, 2, 3), "sites": (0,), "exits": (0, 3)}
GRAINS = {"all": ("minute", "hour", "day"), "sites": ("minute", "hour", "day"), "exits": ("hour", "day")}
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}

Numbers: TypeAlias = dict[tuple[int, tuple[str, ...], str], int]
"""(start of the window in seconds, values of the dimensions, which number) → the number, where there is any."""


def messages(first: int, count: int, seed: int, order: int = 1) -> list[bytes]:
    """Twenty visitors, event times near and far, some messages again, some that are none. `order`: of event times."""
    chance, made = random.Random(seed), []
    now = time.time_ns() // 1_000_000
    steps = sorted(chance.randrange(300) for _ in range(count))[::order]
    for number, step in zip(range(first, first + count), steps, strict=True):
        late = chance.choice((0, 0, 0, 0, 5_000, 59_000, 61_000, 3_600_000, 26 * 3_600_000))
        message = {
            "who": f"w{number % 20}",
            "id": str(number),
            "site": chance.choice(("a.example", "b.example")),
            "source": chance.choice(("search", "mail", "")),
            "path": chance.choice(("/", "/price", "/blog")),
            "at": now - 300_000 + step * 1000 - late,
        }
        if chance.random() < 0.5:
            message["counts"] = chance.random() < 0.6
        made += [json.dumps(message).encode()] * chance.choice((1, 1, 1, 2))
        if chance.random() < 0.03:
            made.append(b'{"who": 1}')
    return made


def log_of(live: LiveStream, until: dict[int, int]) -> list[list[Sighting]]:
    """What Kafka holds of each partition, up to offsets."""
    places = [TopicPartition(live.name, partition) for partition in until]
    logs: dict[int, list[Sighting]] = {partition: [] for partition in until}
    with closing(KafkaConsumer(bootstrap_servers=live.kafka, enable_auto_commit=False)) as consumer:
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        while any(consumer.position(place) < until[place.partition] for place in places):
            for place, records in consumer.poll(timeout_ms=500).items():
                logs[place.partition] += [_sighting(record) for record in records]
    return [[each for each in log if each.offset < until[partition]] for partition, log in sorted(logs.items())]


def _sighting(record: Any) -> Sighting:
    message = json.loads(record.value or b"{}")
    is_whole = "at" in message
    told = {name: message[name] for name in ("site", "source", "path")} if is_whole else {}
    return Sighting(
        record.partition,
        record.offset,
        record.timestamp,
        key=message["who"] if is_whole else "",
        id=message["id"] if is_whole else "",
        event_time=message["at"] if is_whole else None,
        by_broker=record.timestamp_type == APPENDED_BY_BROKER,
        is_heartbeat=record.value is None,
        counts=message.get("counts"),
        **told,
    )


def oracle(live: LiveStream, before: datetime) -> list[Visited]:
    slack = live.flink.settings.watermark_slack_ms
    logs = log_of(live, topic_ends(live.name))
    found = [each for log in logs for each in visited(decided(log, HORIZON_MS, slack), RULES)]
    return [each for each in found if each.decided.arrived < before.timestamp() * 1000]


def expected(found: Iterable[Visited], breakdown: str, grain: str) -> Numbers:
    numbers: Counter[tuple[int, tuple[str, ...], str]] = Counter()
    for each in found:
        for ((_, minute, values), name), number in each.changes.items():
            start = minute // 1000 // SECONDS[grain] * SECONDS[grain]
            numbers[start, tuple(values[place] for place in BREAKDOWNS[breakdown]), name] += number
    return {key: number for key, number in numbers.items() if number}


def stored(live: LiveStream, breakdown: str, grain: str, before: datetime) -> Numbers:
    names = [("site", "source", "path", "exit")[place] for place in BREAKDOWNS[breakdown]]
    sums = ", ".join(f"sum({name})" for name in NUMBERS)
    sql = (
        f"select window_start, {', '.join(names)}, {sums} from {{stream}}.panes where breakdown = '{breakdown}' "
        f"and grain = '{grain}' and arrived_until <= ? group by window_start, {', '.join(names)}"
    )
    numbers: Numbers = {}
    for start, *row in live.rows(sql, before):
        values, found = tuple(row[: len(names)]), row[len(names) :]
        numbers |= {
            (round(start.timestamp()), values, name): int(number)
            for name, number in zip(NUMBERS, found, strict=True)
            if number
        }
    return numbers


def starts(live: LiveStream, before: datetime) -> dict[tuple[int, int], int]:
    """(partition, offset) of each record → when its visit began, in milliseconds."""
    rows = live.rows('select "partition", "offset", visit_start from {stream}.records where arrived < ?', before)
    return {(partition, offset): round(at.timestamp() * 1000) for partition, offset, at in rows}


def check(live: LiveStream) -> Counter[str]:
    """The panes of every breakdown against the oracle, up to where answers are complete; its numbers in all."""
    complete = live.view().complete_until
    assert complete is not None
    await_true(lambda: (live.view().settled_until or EPOCH) >= complete, 120, "all of it is settled")
    found = oracle(live, complete)
    for breakdown in BREAKDOWNS:
        finest = GRAINS[breakdown][0]
        assert stored(live, breakdown, finest, complete) == expected(found, breakdown, finest)
    assert starts(live, complete) == {
        (each.decided.message.partition, each.decided.message.offset): each.first.event_time for each in found
    }
    assert live.gaps() == []
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
    totals: Counter[str] = Counter()
    for (_, _, name), number in expected(found, "all", "minute").items():
        totals[name] += number
    assert totals["visits"] == len({(each.first.partition, each.first.offset) for each in found})
    return totals


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        live.send(messages(0, 1000, seed=1))
        live.await_accounted()
        yield live


def test_panes_have_the_visits_of_the_oracle(live: LiveStream) -> None:
    totals = check(live)
    assert 0 < totals["bounces"] < totals["visits"] < totals["messages"]
    assert totals["visit_seconds"] > 0


def test_answers_have_them(live: LiveStream) -> None:
    """Whatever breakdown answers; rollups and what came after them are one sum."""
    view = live.view()
    assert view.complete_until is not None
    found = oracle(live, view.complete_until)
    days = sorted({start for start, _, _ in expected(found, "sites", "day")})
    ends = [datetime.fromtimestamp(at, UTC).isoformat() for at in (days[0], days[-1] + SECONDS["day"])]
    for by, breakdown in (("site", "sites"), ("site,exit", "exits"), ("site,source,path,exit", "all")):
        answer = live.window(("start", ends[0]), ("end", ends[1]), ("by", by))
        names = by.split(",")
        answered = {
            (tuple(group[name] for name in names), number): group[number]
            for group in answer["groups"]
            for number in NUMBERS
            if group[number]
        }
        totals: Counter[tuple[tuple[str, ...], str]] = Counter()
        for (_, values, name), number in expected(found, breakdown, "day").items():
            totals[values, name] += number
        assert answered == {key: number for key, number in totals.items() if number}


def test_event_times_may_arrive_in_reverse(live: LiveStream) -> None:
    before = check(live)
    live.send(messages(10_000, 300, seed=5, order=-1))
    live.await_accounted()
    assert check(live)["messages"] == before["messages"] + 300


def test_a_new_job_goes_on_with_open_visits(live: LiveStream) -> None:
    """It has nothing of Flink's; what it reads again for its memory counts nowhere."""
    live.send(messages(2000, 300, seed=2))
    [job] = live.jobs()
    live.flink.stop(job)
    live.send(messages(2000, 300, seed=3))
    live.run_job()
    live.send(messages(2300, 300, seed=4))
    live.await_accounted()
    check(live)


def replayed(live: LiveStream, wanted: RangeWanted) -> Replay:
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(live.definition, wanted, "tester")
        done, staged = replaying.see_through(replay, lambda _: None)
    assert staged.offsets == staged.span
    difference = ReplayService(QuerySettings()).report(done).difference
    assert difference is not None
    assert difference.identical, json.dumps(difference.as_json())[:20_000]
    return done


def test_a_replay_finds_the_same_visits(live: LiveStream) -> None:
    """From the middle too, where the first messages of some visits lie before the range."""
    rows = live.rows("select distinct arrived_from from {stream}.panes where visits < 0 order by 1")
    for start in (None, rows[len(rows) // 2][0]):
        replay = replayed(live, RangeWanted(start=start))
        done = publish(open_catalog(LakeSettings()), replay.id, "tester", "the same")
        assert done.state is ReplayState.PUBLISHED
    check(live)


def test_a_forgotten_range_has_the_same_visits(live: LiveStream) -> None:
    """From events. Last: the oracle reads Kafka."""
    ends = topic_ends(live.name)
    rows = live.rows("select distinct arrived_from from {stream}.panes where visits < 0 order by 1")
    admin = KafkaAdminClient(bootstrap_servers=live.kafka)
    admin.delete_records({TopicPartition(live.name, partition): end for partition, end in ends.items()})
    admin.close()
    for start in (None, rows[len(rows) // 2][0]):
        replay = replayed(live, RangeWanted(start=start))
        done = publish(open_catalog(LakeSettings()), replay.id, "tester", "from events")
        assert done.state is ReplayState.PUBLISHED
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []


def test_survives_kills_of_the_taskmanager(stack: Stack, stream_factory: StreamFactory) -> None:
    """Flink restores no job that remembers: the keeper starts one, that reads back to a cut."""
    live = stream_factory(TOML)
    job = live.await_running()
    for round_ in range(3):
        live.send(messages(400 * round_, 400, seed=10 + round_))
        kill(stack, "taskmanager")
        live.send(messages(400 * round_ + 200, 400, seed=20 + round_))
    live.await_accounted(seconds=300)
    assert live.await_running().id != job.id
    totals = check(live)
    assert totals["visits"] > 0
