"""What is kept no longer is gone from answers, past states, replays and the object store; all else is as it was."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import query.maintenance
import scripts.lake.retaining
from compose.embedded.stack import Stack
from database.replays import Replay, ReplayState
from iceberg.catalog import open_catalog
from iceberg.publishing import publish, roll_back
from iceberg.retention import Outdated
from iceberg.settings import LakeSettings
from query.errors import NotKeptError
from query.maintenance import maintaining_client
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.lake.maintaining import Maintenance
from scripts.replays.replaying import RangeWanted, Replaying
from streams.panes import Grain, day_start
from tests.integration.lake.stored_bytes import stored
from tests.integration.lake.test_maintain import at_once
from tests.integration.live_streams import LiveStream, await_true, running_live

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1500)]

TOML = """
title = "Kept"
topic = "{topic}"
partitions = 2
events = true

[event_time]
field = "at"

[fields]
who = { type = "string", min_length = 1, max_length = 60 }
used = { type = "number", min = 0, max = 100 }

[dimensions]
who = "who"

[measures.used]
value = "used"
decimals = 3
min = 0
max = 100
total = true

[retention]
minutes = "2 days"
days = "7 days"
rejected = "2 days"
events = "2 days"
"""

TODAY = day_start(datetime.now(UTC))
AGES = {"now": 0, "days": 4, "old": 70}
NAMES = {kind: f"{kind}-{uuid.uuid4().hex}" for kind in AGES}
COUNT = 40


def noon(age: int) -> datetime:
    """At noon, or of today a moment ago."""
    return datetime.now(UTC) - timedelta(minutes=5) if age == 0 else TODAY - timedelta(days=age, hours=-12)


def messages() -> Iterator[bytes]:
    for kind, age in AGES.items():
        for number in range(COUNT):
            at = noon(age) + timedelta(seconds=number)
            yield json.dumps({"at": at.isoformat(), "who": NAMES[kind], "used": number}).encode()
    yield json.dumps({"who": NAMES["old"]}).encode()


def maintenance(live: LiveStream) -> Maintenance:
    catalog, trino = open_catalog(LakeSettings()), maintaining_client(QuerySettings())
    # What the live job has not committed yet is nobody's; it would fail without.
    return Maintenance(catalog, trino, live.definition, at_once(orphan_days=1), print)


def planned(live: LiveStream) -> dict[str, Outdated]:
    return {each.name: each for row in maintenance(live).plan() for each in row.gone}


def maintained(live: LiveStream) -> dict[str, Outdated]:
    return {each.name: each for row in maintenance(live).run() for each in row.gone}


def day_of(live: LiveStream, kind: str, **more: str) -> list[dict[str, Any]]:
    """The answer of a whole day of event time."""
    start = day_start(noon(AGES[kind]))
    live.view()
    span = (("start", start.isoformat()), ("end", (start + timedelta(days=1)).isoformat()))
    groups: list[dict[str, Any]] = live.window(*span, *more.items())["groups"]
    return groups


def parts(live: LiveStream) -> dict[tuple[str, str], int]:
    """Grain and sender → messages in panes."""
    rows = live.rows("select grain, who, sum(messages) from {stream}.panes group by 1, 2")
    return {(grain, who.partition("-")[0]): total for grain, who, total in rows}


def holding(live: LiveStream, kind: str) -> list[str]:
    """Objects in which a sender's name is, or the beginning of it that bounds have."""
    return [path for path, content in stored(live.name) if NAMES[kind][:16].encode() in content]


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        live.send(messages())
        live.await_day_panes(live.await_accounted().complete_until)
        yield live


@pytest.fixture(scope="module")
def published(live: LiveStream) -> Replay:
    """A replay of all that rollups hold; what it replaced is a past state."""
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(live.definition, RangeWanted(end=live.view().day_cut), "tester")
        replaying.see_through(replay, lambda _: None)
    return publish(open_catalog(LakeSettings()), replay.id, "tester", "the same again")


@pytest.mark.usefixtures("published")
def test_retention_takes_what_is_kept_no_longer(live: LiveStream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query.maintenance, "SLACK_SECONDS", 0)
    before = {kind: day_of(live, kind) for kind in ("now", "days")}
    moment = datetime.now(UTC)
    assert [group["messages"] for group in before["days"]] == [COUNT]
    assert holding(live, "old")
    assert parts(live)["minute", "old"] == COUNT
    await_true(lambda: {"minute panes", "day panes"} <= planned(live).keys(), 120, "jobs are done with what is old")
    plan = planned(live)
    assert (plan["day panes"].rows, plan["day panes"].end <= TODAY - timedelta(days=7)) == (1, True)
    taken: set[str] = set()

    def gone() -> bool:
        taken.update(maintained(live))
        return not {("minute", "old"), ("minute", "days"), ("day", "old")} & parts(live).keys()

    await_true(gone, 120, "what is old is taken")
    assert taken == plan.keys()
    assert parts(live) == {("minute", "now"): COUNT, ("day", "now"): COUNT, ("day", "days"): COUNT}

    live.send([json.dumps({"at": noon(0).isoformat(), "who": "later", "used": 1}).encode()])
    live.await_accounted()
    assert day_of(live, "days") == before["days"]
    assert day_of(live, "days", as_known_at=moment.isoformat()) == before["days"]
    assert [group for group in day_of(live, "now") if group["who"] != "later"] == before["now"]
    start = day_start(noon(4)) + timedelta(hours=11)
    span = (("start", start.isoformat()), ("end", (start + timedelta(hours=2)).isoformat()))
    for asked in (live.window, live.series):
        more = (("step", "minute"),) if asked == live.series else ()
        with pytest.raises(NotKeptError, match="minute panes"):
            asked(*span, *more)
    with pytest.raises(NotKeptError, match="nothing of before is kept"):
        day_of(live, "old")
    audit = audit_stream(live.definition)
    assert [str(finding) for finding in audit.findings] == []
    assert any(note.startswith("minute panes") for note in audit.notes)


def test_publications_bring_nothing_back_and_lose_nothing(live: LiveStream, published: Replay) -> None:
    live.await_day_panes(live.view().complete_until)
    catalog, before = open_catalog(LakeSettings()), parts(live)
    difference = ReplayService(QuerySettings()).report(published).difference
    assert difference is not None
    assert difference.identical
    assert roll_back(catalog, published.id, "tester", "to see that it can be").state is ReplayState.ROLLED_BACK
    assert parts(live) == before
    assert publish(catalog, published.id, "tester", "after all").state is ReplayState.PUBLISHED
    assert parts(live) == before
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(live.definition, RangeWanted(end=live.view().day_cut), "tester")
        replaying.see_through(replay, lambda _: None)
    publish(catalog, replay.id, "tester", "once more, of all that Kafka has")
    assert parts(live) == before
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []


def test_the_bytes_are_gone_once_snapshots_expire(live: LiveStream, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of panes, past states, replays, rejected messages and events; the clock goes on by three days."""
    monkeypatch.setattr(query.maintenance, "SLACK_SECONDS", 0)

    class InThreeDays(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> InThreeDays:
            return super().now(tz) + timedelta(days=3)

    monkeypatch.setattr(scripts.lake.retaining, "datetime", InThreeDays)
    taken: set[str] = set()

    def gone() -> bool:
        live.send([json.dumps({"at": noon(0).isoformat(), "who": "later", "used": 1}).encode()])
        live.await_accounted()
        taken.update(maintained(live))
        return not holding(live, "old")

    try:
        await_true(gone, 600, "no object holds a byte of what is kept no longer")
    except TimeoutError as error:
        raise AssertionError(holding(live, "old")) from error
    assert {"rejected", "events"} <= taken
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
    with pytest.raises(NotKeptError, match="rejected messages of before are kept no longer"):
        live.rejected(TODAY - timedelta(days=1), TODAY)
    assert live.rows("select count(*) from {stream}.panes where grain = ? and who = ?", Grain.DAY, NAMES["days"]) == [
        [1]
    ]
