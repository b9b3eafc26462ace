"""What a definition excludes is kept and in no number, and a replay with a changed rule moves it either way.

So does one with changed cleaning, exactly as the plan of the change foretells.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from compose.embedded.stack import Stack
from database.replays import Replay, ReplayState
from iceberg.catalog import open_catalog
from iceberg.publishing import publish, roll_back
from iceberg.settings import LakeSettings
from query.difference import Totals
from query.replay_reports import ReplayService
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.replays.replaying import RangeWanted, Replaying
from services.settings import ServiceSettings
from streams.aggregates import exact
from streams.definition import Definition
from tests.integration.command_line import printed
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true, running_live, topic_ends

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

TOML = """
title = "Agents"
topic = "{topic}"
partitions = 2

[event_time]
field = "at"

[fields]
site = { type = "string", min_length = 1 }
agent = { type = "string", max_length = 400, excluded = ["Crawler/", "preview"] }
bot = { type = "string", required = false, excluded = true }
cents = { type = "integer", min = 0, max = 1000 }

[dimensions]
site = "site"

[measures.paid]
value = "cents / 100"
decimals = 2
min = 0
max = 10
total = true
"""

OF_ALL = {"person": 60, "Monitor/2.0 (UptimeMonitor)": 25, "CRAWLER/1": 10, "a": 5}
"""Agent → messages; of the last, each names its robot too."""


AT = time.time_ns() // 1_000_000


def messages() -> list[bytes]:
    made: list[dict[str, object]] = []
    for agent, count in OF_ALL.items():
        for number in range(count):
            bot = {"bot": "known"} if agent == "a" else {}
            made.append({"site": f"s{number % 3}", "agent": agent, "cents": number, "at": AT, **bot})
    return [json.dumps(message).encode() for message in made]


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        live.send(messages())
        live.await_day_panes(live.await_accounted().complete_until)
        yield live


def excluding(live: LiveStream, *texts: str) -> Definition:
    fields = live.definition.fields
    agent = fields["agent"].model_copy(update={"excluded": texts})
    return live.definition.model_copy(update={"fields": {**fields, "agent": agent}})


def replayed(live: LiveStream, definition: Definition) -> Replay:
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(definition, RangeWanted(), "tester")
        return replaying.see_through(replay, lambda _: None)[0]


def counted(live: LiveStream) -> dict[str, int]:
    """By panes, by the ledger, and what is kept: they must agree."""
    [[accepted, rejected]] = live.rows("select sum(accepted), sum(rejected) from {stream}.ledger")
    [[panes, sums]] = live.rows("select sum(messages), sum(paid_sum) from {stream}.panes where grain = 'minute'")
    [[kept]] = live.rows("select count(*) from {stream}.rejected")
    assert (panes, kept) == (accepted, rejected)
    assert accepted + rejected == sum(OF_ALL.values())
    return {"accepted": accepted, "rejected": rejected, "cents": sums}


def cents(*agents: str) -> int:
    return sum(sum(range(OF_ALL[agent])) for agent in agents)


def test_excluded_messages_are_kept_and_counted_nowhere(live: LiveStream) -> None:
    assert counted(live) == {
        "accepted": 85, "rejected": 15, "cents": cents("person", "Monitor/2.0 (UptimeMonitor)"),
    }  # fmt: skip
    reasons = live.rows("select reason, field, count(*) from {stream}.rejected group by 1, 2 order by 2")
    assert reasons == [["is excluded", "agent", 10], ["is excluded", "bot", 5]]
    end = live.view().complete_until
    assert end is not None
    shown = live.rejected(end - timedelta(hours=1), end, "is excluded")
    assert Counter(message["field"] for message in shown) == {"agent": 10, "bot": 5}
    assert all(json.loads(message["payload"])["site"] for message in shown)


def test_a_changed_rule_moves_the_past_either_way(live: LiveStream) -> None:
    """An uptime monitor is excluded now, and what was a crawler no longer is."""
    catalog, before = open_catalog(LakeSettings()), counted(live)
    replay = replayed(live, excluding(live, "uptimemonitor"))
    difference = ReplayService(QuerySettings()).report(replay).difference
    assert difference is not None
    assert (difference.rejected["is excluded"].old, difference.rejected["is excluded"].new) == (15, 30)

    totals = [paid(group.old for group in difference.groups), paid(group.new for group in difference.groups)]
    assert totals == [exact(before["cents"], 100), exact(cents("person", "CRAWLER/1"), 100)]

    assert publish(catalog, replay.id, "tester", "a monitor was counted").state is ReplayState.PUBLISHED
    after = {"accepted": 70, "rejected": 30, "cents": cents("person", "CRAWLER/1")}
    assert counted(live) == after
    await_true(live.make_rollups, 120, "day panes are made again")
    answer = live.window(*window_of(live), ("by", ""))
    [group] = answer["groups"]
    assert (group["messages"], group["paid"]["total"]) == (70, str(exact(after["cents"], 100)))
    days = live.rows("select sum(paid_total), sum(messages) from {stream}.days")
    assert days == [[exact(after["cents"], 100), 70]]
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []

    assert roll_back(catalog, replay.id, "tester", "to see that it can be").state is ReplayState.ROLLED_BACK
    assert counted(live) == before
    assert publish(catalog, replay.id, "tester", "after all").state is ReplayState.PUBLISHED
    assert counted(live) == after


def paid(sides: Iterable[Totals | None]) -> Decimal:
    return sum((Decimal(side.measures["paid"].total or 0) for side in sides if side), Decimal(0))


def window_of(live: LiveStream) -> tuple[tuple[str, str], tuple[str, str]]:
    end = live.view().complete_until
    assert end is not None
    start = (end - timedelta(days=1)).replace(second=0, microsecond=0)
    return ("start", start.isoformat()), ("end", (start + timedelta(days=2)).isoformat())


def test_the_edge_sends_what_is_excluded_and_says_so(stack: Stack, stream_factory: StreamFactory) -> None:
    assert stack
    live = stream_factory(TOML)
    body, headers = b"\n".join([*messages(), b'{"site": 1}']), {"content-type": "application/x-ndjson"}
    url = f"{ServiceSettings().url}/v1/streams/{live.name}/messages"
    await_true(lambda: httpx.post(url, content=b"", headers=headers).status_code == 202, 60, "messages are taken")
    answer = httpx.post(url, content=body, headers=headers, timeout=30).json()
    reasons = Counter(rejection["reason"] for rejection in answer["rejected"])
    assert (answer["accepted"], reasons) == (85, {"is excluded": 15, "missing": 1})
    live.await_accounted(ends=topic_ends(live.name))
    kept = live.rows("select payload from {stream}.rejected where reason = 'is excluded'")
    assert sorted(bytes(payload) for [payload] in kept) == sorted(messages()[-15:])


MARKS = """
title = "Marks"
topic = "{topic}"
partitions = 2
records = true

[event_time]
field = "at"

[fields]
school = { type = "string", values = ["GP", "MS"] }
mark = { type = "number", min = 0, max = 20 }
note = { type = "string", min_length = 1 }

[dimensions]
school = "school"

[measures.mark]
value = "mark"
decimals = 2
min = 0
max = 20
total = true

[[clean.school]]
rule = "trim"
"""
CLEANER = (
    MARKS
    + """
[[clean.school]]
rule = "upper"

[[clean.mark]]
rule = "unit"
suffixes = ["points"]

[[clean.mark]]
rule = "decimal_comma"

[[clean.note]]
rule = "trim"
"""
)
TYPED = [
    {"school": school, "mark": mark, "note": note}
    for school in ("GP", " MS\u00a0", "gp", "??")
    for mark in (7, "7,25 points", "12,5", "n/a")
    for note in ("fine", " fine ", "\t", 1)
]


def judged(live: LiveStream) -> dict[tuple[int, int], tuple[object, ...]]:
    """Partition and offset → the record, or the rejection."""
    accepted = live.rows('select "partition", "offset", school, mark, note from {stream}.accepted')
    rejected = live.rows('select "partition", "offset", field, reason from {stream}.rejected')
    rows = {(row[0], row[1]): tuple(row[2:]) for row in [*accepted, *rejected]}
    assert len(rows) == len(accepted) + len(rejected)
    return rows


def test_changed_cleaning_moves_the_past_as_foretold(stack: Stack, stream_factory: StreamFactory) -> None:
    live = stream_factory(MARKS)
    payloads = [json.dumps({"at": AT + number, **typed}).encode() for number, typed in enumerate(TYPED)]
    live.send(payloads)
    live.await_accounted()
    before = judged(live)
    assert len(before) == len(TYPED)
    assert live.rows("select distinct definition_digest from {stream}.records") == [[live.definition.digest]]

    new = CLEANER.replace("{topic}", live.name)
    live.toml.write_text(new, "utf-8")
    told = json.loads(printed(stack, "apply", live.name, "--plan", "--json"))
    assert live.name in printed(stack, "apply", live.name, "--plan", "--sample", "10")
    [preview] = told["previews"]
    assert [change["change"] for change in told["planned"]][-1].startswith("restart job")
    assert judged(live) == before

    live.apply(new)
    live.await_running()
    live.send(payloads)
    live.await_accounted()
    replay = replayed(live, live.definition)
    assert publish(open_catalog(LakeSettings()), replay.id, "tester", "cleaner").state is ReplayState.PUBLISHED
    after = judged(live)
    assert live.rows("select distinct definition_digest from {stream}.records") == [[live.definition.digest]]
    # What came after the change was cleaned by the job that took over, as the replay cleaned what came before.
    later = Counter(row for place, row in after.items() if place not in before)
    assert later == Counter(after[place] for place in before)

    both = [(before[place], after[place]) for place in before]
    accepted = Counter(old for old, new in both if len(old) < len(new))
    rejected = Counter(new for old, new in both if len(new) < len(old))
    assert preview["messages"] == len(TYPED)
    assert preview["changed"] == sum(len(old) == len(new) == 3 and old != new for old, new in both) > 0
    for counts, found in ((accepted, "becoming_accepted"), (rejected, "becoming_rejected")):
        assert {(each["field"], each["reason"]): each["messages"] for each in preview[found]} == counts != {}
    assert [str(finding) for finding in audit_stream(live.definition).findings] == []
