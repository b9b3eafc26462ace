"""Streams with breakdowns: each of them tells what a plain count of the messages does, whatever happens between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

import query.maintenance
from compose.embedded.stack import Stack
from iceberg.begun import begun_in
from iceberg.catalog import open_catalog
from iceberg.errors import IncompatibleChangeError
from iceberg.publishing import publish, roll_back
from iceberg.settings import LakeSettings
from iceberg.stream_tables import panes_table
from query.errors import InvalidRequestError
from scripts.lake.audit import audit_stream
from streams.breakdowns import breakdowns
from tests.integration.conftest import StreamFactory
from tests.integration.lake.test_maintain import at_once, maintained
from tests.integration.lake.test_replay import replayed
from tests.integration.live_streams import LiveStream, await_true, running_live

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

TOML = """
title = "Broken down"
topic = "{topic}"
partitions = 2
hours = true

[event_time]
field = "time"
max_ahead_seconds = 0

[fields]
site = { type = "string", min_length = 1 }
path = { type = "string", min_length = 1 }
country = { type = "string" }
who = { type = "string" }
ms = { type = "number", min = 0, max = 1000 }

[dimensions]
site = "site"
path = "path"
country = "country"

[breakdowns]
sites = ["site"]
pages = { by = ["site", "path"], grains = ["hour", "day"] }
places = { by = ["site", "country"], grains = ["day"] }

[measures.ms]
value = "ms"
decimals = 0
min = 0
max = 1000

[distincts.visitors]
field = "who"
"""
MORE = TOML.replace("[measures.ms]", 'routes = ["path", "country"]\n\n[measures.ms]')
FIRST = datetime(2026, 3, 2, tzinfo=UTC)
Message = dict[str, str | int]
Ends = tuple[str, str]
DAYS: Ends = ("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")
HOURS: Ends = ("2026-03-02T07:00:00Z", "2026-03-04T05:00:00Z")
MINUTES: Ends = ("2026-03-02T07:13:00Z", "2026-03-04T05:29:00Z")

ASKED: list[tuple[str, Ends, list[str], list[tuple[str, str]], str]] = [
    ("sites to the minute", MINUTES, ["site"], [], "sites"),
    ("all to the minute", MINUTES, [], [], "sites"),
    ("pages to the hour", HOURS, ["site", "path"], [], "pages"),
    ("paths of a site", HOURS, ["path"], [("site", "a")], "pages"),
    ("countries", DAYS, ["country"], [], "places"),
    ("a country", DAYS, ["site"], [("country", "de")], "places"),
]


def messages(first: int, count: int) -> list[Message]:
    """Of three days, in no order."""
    return [
        {
            "site": "abc"[number % 3],
            "path": f"/{number % 5}",
            "country": ("de", "fr", "")[number % 7 % 3],
            "who": f"v{number % 11}",
            "ms": number % 100,
            "time": f"{FIRST + timedelta(minutes=number * 37 % 4320, seconds=number % 60):%Y-%m-%dT%H:%M:%SZ}",
        }
        for number in range(first, first + count)
    ]


@dataclass
class Oracle:
    """All that was sent, counted one by one."""

    live: LiveStream
    sent: list[Message] = field(default_factory=list)

    def send(self, more: Sequence[Message]) -> None:
        self.live.send(json.dumps(message).encode() for message in more)
        self.sent += more
        self.live.await_accounted()

    def expected(self, ends: Ends, by: Sequence[str], where: Iterable[tuple[str, str]] = ()) -> object:
        start, end = (at.removesuffix("Z") for at in ends)
        groups: dict[tuple[str, ...], list[Message]] = {}
        for message in self.sent:
            if start <= str(message["time"]) < end and all(message[name] == value for name, value in where):
                groups.setdefault(tuple(str(message[name]) for name in by), []).append(message)
        return {
            key: (len(group), sum(int(each["ms"]) for each in group), len({each["who"] for each in group}))
            for key, group in groups.items()
        }

    def found(self, ends: Ends, by: Sequence[str], where: Iterable[tuple[str, str]] = ()) -> tuple[str, object]:
        answer = self.live.window(("start", ends[0]), ("end", ends[1]), ("by", ",".join(by)), *where)
        groups = {
            tuple(group[name] for name in self.live.definition.dimensions if name in by): (
                group["messages"],
                round(group["ms"]["mean"] * group["ms"]["count"]),
                group["visitors"]["distinct"],
            )
            for group in answer["groups"]
        }
        return answer["answered_from"]["breakdown"], groups

    def check(self) -> None:
        """Every question that a breakdown answers."""
        self.live.view()
        for what, ends, by, where, breakdown in ASKED:
            assert self.found(ends, by, where) == (breakdown, self.expected(ends, by, where)), what


@pytest.fixture(scope="module")
def told(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    """A stream whose rollups are made every 20 seconds, with messages in all panes and in the finest alone."""
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        oracle = Oracle(live)
        oracle.send(messages(0, 400))
        live.await_day_panes(live.view().complete_until)
        oracle.send(messages(400, 200))
        yield oracle


def test_each_breakdown_answers_what_it_covers(told: Oracle) -> None:
    told.check()
    rows = told.live.rows("select breakdown, grain, sum(messages) from {stream}.panes group by 1, 2")
    counted = {(breakdown, grain): int(count) for breakdown, grain, count in rows}
    assert {counted[each.name, str(each.finest)] for each in breakdowns(told.live.definition)} == {600}


@pytest.mark.parametrize(
    ("ends", "by", "reason"),
    [
        (DAYS, "path,country", "by: no breakdown has path and country; there are: sites (by site; minute, hour, day)"),
        (MINUTES, "path", "start: must be a whole hour for pages (hour, day); the nearest is 2026-03-02T07:00:00Z"),
        (HOURS, "country", "end: must be a whole day for places (day); the nearest is 2026-03-04T00:00:00Z"),
    ],
)
def test_what_none_covers_is_refused(told: Oracle, ends: Ends, by: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        told.live.window(("start", ends[0]), ("end", ends[1]), ("by", by))
    assert reason in str(refused.value)
    assert refused.value.status == 422


def test_series_have_the_steps_of_their_breakdown(told: Oracle) -> None:
    span = [("start", DAYS[0]), ("end", DAYS[1])]
    days = told.live.series(*span, ("step", "day"), ("by", "country"))["points"]
    assert sum(group["messages"] for point in days for group in point["groups"]) == len(told.sent)
    hours = told.live.series(*span, ("step", "hour"), ("by", "path"), ("site", "a"))["points"]
    assert sum(group["messages"] for point in hours for group in point["groups"]) == 200
    with pytest.raises(InvalidRequestError, match="use step=hour"):
        told.live.series(*span, ("step", "minute"), ("by", "path"))


def test_views_are_of_each_breakdown(told: Oracle) -> None:
    rows = told.live.rows("select site, path, sum(messages) from {stream}.pages_days group by 1, 2")
    of_pages = Counter((message["site"], message["path"]) for message in told.sent)
    assert {(site, path): int(count) for site, path, count in rows} == of_pages
    assert told.live.rows("select sum(messages) from {stream}.places_days") == [[len(told.sent)]]
    assert told.live.rows("select sum(messages), count(distinct site) from {stream}.minutes") == [[len(told.sent), 3]]
    assert told.live.rows("select sum(messages) from {stream}.pages_hours") == [[len(told.sent)]]


def test_a_job_goes_on_without_a_state(told: Oracle) -> None:
    live = told.live
    for job in live.jobs():
        live.flink.stop(job)
    live.send(json.dumps(message).encode() for message in messages(600, 100))
    told.sent += messages(600, 100)
    live.run_job()
    live.await_accounted()
    told.check()
    assert live.gaps() == []


def test_audits_look_at_each_breakdown(told: Oracle) -> None:
    report = audit_stream(told.live.definition)
    assert report.clean, report.findings
    lost = "breakdown = 'pages' and grain = 'hour' and site = 'a' and path = '/0'"
    kept = panes_table(open_catalog(LakeSettings()), told.live.name).metadata.current_snapshot_id
    told.live.rows(f"delete from {{stream}}.panes where {lost}")
    try:
        report = audit_stream(told.live.definition)
        tables = {name for finding in report.findings for name in finding.tables}
        assert "hour panes of pages" in tables
        assert not any(name.endswith((" of sites", " of places")) for name in tables)
    finally:
        back = f"select * from {{stream}}.panes for version as of {kept} where {lost}"
        told.live.rows(f"insert into {{stream}}.panes {back}")
    told.check()


def test_replays_replace_every_breakdown(told: Oracle) -> None:
    live, catalog = told.live, open_catalog(LakeSettings())
    doubled = live.definition.model_copy(
        update={"measures": {"ms": live.definition.measures["ms"].model_copy(update={"value": "ms / 2"})}}
    )
    replay = replayed(live, doubled)

    def mean(by: str) -> float:
        live.view()
        [group] = live.window(("start", DAYS[0]), ("end", DAYS[1]), ("by", ""), (by, {"path": "/1"}.get(by, "de")))[
            "groups"
        ]
        return float(group["ms"]["mean"])

    before = [mean("path"), mean("country")]
    publish(catalog, replay.id, "tester", "half of it")
    assert [mean("path"), mean("country")] == pytest.approx([each / 2 for each in before], abs=0.5)
    roll_back(catalog, replay.id, "tester", "no")
    assert [mean("path"), mean("country")] == before
    await_true(live.make_rollups, 120, "rollups are made again")
    told.check()


def test_maintenance_changes_no_answer(told: Oracle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query.maintenance, "SLACK_SECONDS", 0)
    told.live.await_day_panes(told.live.view().complete_until)
    done = maintained(told.live, at_once(orphan_days=3))
    assert done["panes"].after.rows == done["panes"].before.rows
    uncut = "select breakdown, count(*) from {stream}.panes where grain = 'minute' and part not like '%T%' group by 1"
    assert told.live.rows(uncut) == [], "minute panes of breakdowns with hours are in parts of hours"
    assert told.live.rows("select count(*) from {stream}.panes where grain = 'hour' and part like '%T%'") == [[0]]
    told.check()
    assert audit_stream(told.live.definition).clean


def test_a_breakdown_that_is_added_answers_from_then_on(stream_factory: StreamFactory) -> None:
    """A published replay of what arrived before moves that back, a roll back forth again."""
    live = stream_factory(TOML)
    oracle, catalog = Oracle(live), open_catalog(LakeSettings())
    oracle.send(messages(0, 100))
    with pytest.raises(IncompatibleChangeError, match="cannot be removed"):
        live.apply(MORE.replace("{topic}", live.name).replace('sites = ["site"]\n', ""))
    done = live.apply(MORE.replace("{topic}", live.name))
    assert any("replayed with this definition" in step for step in done)
    live.await_running()
    oracle.check()

    await_true(lambda: bool(dict(live.view().begun)), 60, "it is noted since when")
    since = dict(live.view().begun)["routes"].since
    with pytest.raises(InvalidRequestError, match="from when on routes has every message"):
        live.window(("start", DAYS[0]), ("end", DAYS[1]), ("by", "path,country"))
    now = datetime.now(UTC).replace(microsecond=0)
    oracle.send([{**message, "time": f"{now:%Y-%m-%dT%H:%M:%SZ}"} for message in messages(0, 10)])
    first = (since + timedelta(minutes=1)).replace(second=0, microsecond=0)
    await_true(lambda: datetime.now(UTC) > first, 90, "a whole minute since then has begun")
    fresh = datetime.now(UTC).replace(microsecond=0)
    oracle.send([{**message, "time": f"{fresh:%Y-%m-%dT%H:%M:%SZ}"} for message in messages(0, 10)])
    live.view()
    ends = (f"{first:%Y-%m-%dT%H:%M:%SZ}", f"{first + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}")
    assert oracle.found(ends, ["path", "country"]) == ("routes", oracle.expected(ends, ["path", "country"]))
    report = audit_stream(live.definition)
    assert report.clean, report.findings

    replay = replayed(live, live.definition)
    publish(catalog, replay.id, "tester", "routes of the past")
    live.view()
    assert "routes" not in dict(live.view().begun)
    assert oracle.found(DAYS, ["path", "country"]) == ("routes", oracle.expected(DAYS, ["path", "country"]))
    oracle.check()
    roll_back(catalog, replay.id, "tester", "to see it go")
    assert dict(live.view().begun)["routes"].since == since
    with pytest.raises(InvalidRequestError, match="replay what arrived earlier"):
        live.window(("start", DAYS[0]), ("end", DAYS[1]), ("by", "path,country"))
    publish(catalog, replay.id, "tester", "again")
    live.view()
    assert oracle.found(DAYS, ["path", "country"]) == ("routes", oracle.expected(DAYS, ["path", "country"]))
    assert begun_in(panes_table(catalog, live.name), 0)["routes"].since == since
