"""A wrong definition, replayed with the right one: staged, published, rolled back, beside a live job and late messages.

Day panes are made every 20 seconds of arrival, so that the tests see them replaced with the range, and made again
where the range ends inside their arrival window.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import pytest
from click.testing import CliRunner

from compose.embedded.stack import Stack
from database.errors import ReplayError
from database.replay_store import ReplayStore
from database.replays import Replay, ReplayState
from iceberg.apply import GENERATION_PROPERTY
from iceberg.catalog import open_catalog
from iceberg.kinds import KINDS
from iceberg.namespaces import staging_namespace
from iceberg.publishing import drop, publish, roll_back
from iceberg.settings import LakeSettings
from iceberg.stream_tables import stream_tables
from scripts.lake.audit import command as audit
from scripts.replays.replaying import RangeWanted, Replaying
from streams.definition import Definition
from streams.panes import Grain
from tests.integration.live_streams import EPOCH, LiveStream, await_true, running_live
from tests.integration.stopping import killed_at, replay_row, table_row

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

TOML = """
title = "Replayed"
topic = "{topic}"
partitions = 2
hours = true
records = true

[event_time]
field = "at"
max_ahead_seconds = 300

[fields]
who = { type = "string", min_length = 1, max_length = 20 }
total = { type = "number", min = 0, max = 100 }
free = { type = "number", min = 0, max = "total" }

[dimensions]
who = "who"

[measures.used]
value = "FORMULA"
decimals = 3
min = 0
max = 100
quantiles = true
"""
WRONG, RIGHT = TOML.replace("FORMULA", "free / total"), TOML.replace("FORMULA", "1 - free / total")
DAY = [("start", "2026-03-02T00:00:00Z"), ("end", "2026-03-03T00:00:00Z"), ("by", "who")]
INTEGERS = (
    "who, window_start, arrived_from, arrived_until, messages, used_count, used_sum, used_min, used_max, used_max_at"
)


def messages(who: str, count: int) -> Iterable[bytes]:
    """One each second; a tenth of it is free, so that `used` is 0.1 when wrong and 0.9 when right; one is bad."""
    for number in range(count):
        at = f"2026-03-02T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        yield json.dumps({"at": at, "who": who, "total": 10, "free": 1}).encode()
    yield b"{"


def means(live: LiveStream, known: datetime | None = None) -> dict[str, tuple[int, float]]:
    """Who → messages and mean, now or as known at a moment."""
    live.view()
    at = [] if known is None else [("as_known_at", known.isoformat())]
    groups = live.window(*DAY, *at)["groups"]
    return {group["who"]: (group["messages"], round(group["used"]["mean"], 6)) for group in groups}


def content(live: LiveStream, namespace: str, table: str, columns: str = INTEGERS) -> list[list[Any]]:
    """Every row of a table, in order."""
    return live.trino.rows(f'select {columns} from "{namespace}".{table} order by {columns}', ())[0]


def panes(live: LiveStream, namespace: str, grain: Grain) -> list[list[Any]]:
    """Every pane of a grain, in order."""
    return content(live, namespace, f"panes where grain = '{grain}'")


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    """A stream with the wrong definition, 400 messages in day panes and 200 in minute panes alone."""
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), WRONG) as live:
        live.send(messages("early", 400))
        live.await_day_panes(live.await_accounted().complete_until)
        live.send(messages("middle", 200))
        live.await_accounted()
        yield live


def right(live: LiveStream) -> Definition:
    """The fixed definition of the stream."""
    return live.definition.model_copy(
        update={"measures": {"used": live.definition.measures["used"].model_copy(update={"value": "1 - free / total"})}}
    )


def replayed(live: LiveStream, definition: Definition, wanted: RangeWanted | None = None) -> Replay:
    """A replay that has run to its end."""
    seen: list[int] = []
    with Replaying(live.flink) as replaying:
        replay = replaying.begin(definition, wanted or RangeWanted(), "tester")
        done, staged = replaying.see_through(replay, seen.append)
    assert sum(seen) == staged.offsets > 0
    return done


def test_same_definition_gives_the_same_rows(live: LiveStream) -> None:
    """Bit for bit, in every table, of what the range holds."""
    replay = replayed(live, live.definition)
    assert replay.state is ReplayState.STAGED
    published = panes(live, live.name, Grain.MINUTE)
    staged = panes(live, staging_namespace(replay), Grain.MINUTE)
    assert [row for row in published if row[3] <= replay.arrivals.end] == staged
    ledger = "partition, arrived_from, arrived_until, first_offset, last_offset, accepted, rejected, heartbeats"
    rows = [row for row in content(live, live.name, "ledger", ledger) if row[2] <= replay.arrivals.end]
    assert rows == content(live, staging_namespace(replay), "ledger", ledger)
    days = [row for row in panes(live, live.name, Grain.DAY) if row[3] <= replay.arrivals.end]
    assert days == [row for row in panes(live, staging_namespace(replay), Grain.DAY) if row[3] <= days[-1][3]]
    assert drop(open_catalog(LakeSettings()), replay.id).state is ReplayState.DROPPED


def test_a_fix_is_published_and_undone(live: LiveStream) -> None:
    catalog = open_catalog(LakeSettings())
    assert means(live) == {"early": (400, 0.1), "middle": (200, 0.1)}
    before = panes(live, live.name, Grain.MINUTE), panes(live, live.name, Grain.DAY)
    replay = replayed(live, right(live))
    live.send(messages("late", 50))
    live.await_accounted()

    assert publish(catalog, replay.id, "tester", "free was taken for used").state is ReplayState.PUBLISHED
    assert means(live) == {"early": (400, 0.9), "middle": (200, 0.9), "late": (50, 0.1)}
    live.send(messages("later", 30))
    live.await_accounted()
    assert means(live)["later"] == (30, 0.1)
    await_true(live.make_rollups, 120, "day panes are made again")
    assert means(live) == {"early": (400, 0.9), "middle": (200, 0.9), "late": (50, 0.1), "later": (30, 0.1)}
    assert live.gaps() == []

    assert roll_back(catalog, replay.id, "tester", "to see that it can be").state is ReplayState.ROLLED_BACK
    assert means(live) == {"early": (400, 0.1), "middle": (200, 0.1), "late": (50, 0.1), "later": (30, 0.1)}
    await_true(live.make_rollups, 120, "day panes are made again")
    end = replay.arrivals.end
    now = panes(live, live.name, Grain.MINUTE), panes(live, live.name, Grain.DAY)
    assert [row for row in now[0] if row[3] <= end] == [row for row in before[0] if row[3] <= end]
    assert [row for row in now[1] if row[3] <= end] == [row for row in before[1] if row[3] <= end]

    assert publish(catalog, replay.id, "tester", "after all").state is ReplayState.PUBLISHED
    assert means(live)["early"] == (400, 0.9)
    history = ReplayStore(catalog.engine).history(live.name)
    known = [means(live, entry.at - timedelta(milliseconds=1)).get("early") for entry in reversed(history)]
    assert known == [(400, 0.1), (400, 0.9), (400, 0.1)]
    actions = [
        (entry.action, entry.reason, entry.completed) for entry in ReplayStore(catalog.engine).history(live.name)
    ]
    assert actions == [
        ("publish", "after all", True),
        ("roll back", "to see that it can be", True),
        ("publish", "free was taken for used", True),
    ]
    assert live.gaps() == []


RECORD, TABLES = "record", [kind.name for kind in KINDS if kind.replaced]
ACTIONS = {"publish": ReplayState.PUBLISHED, "rollback": ReplayState.ROLLED_BACK}
KILLS = [
    pytest.param("rollback", ["panes"], None, id="while the old state is tagged"),
    pytest.param("rollback", [RECORD], None, id="before it is recorded"),
    *(
        pytest.param(list(ACTIONS)[(number + 1) % 2], [RECORD, table], TABLES[:number], id=f"before {table} changes")
        for number, table in enumerate(TABLES)
    ),
    *(
        pytest.param(action, [RECORD, TABLES[-1], RECORD], TABLES, id=f"before its {action} is recorded as complete")
        for action in ("rollback", "publish")
    ),
]
"""Action, where it is stopped one after the other, and the tables that it has changed then; None before it is begun.

Each undoes the one before; all together leave the replay published.
"""


PAUSE_SECONDS = 0.2
"""Between a reader's questions, so that what it reads beside has a share of the machine."""


class Reader:
    """Asks again and again, in a thread of its own, for the mean of the first two senders: 0.9 once published."""

    def __init__(self, live: LiveStream) -> None:
        self._live = LiveStream(live.definition, live.toml)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.seen: list[float] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def now(self) -> float:
        """What is answered to a question that is asked after now."""
        before = len(self.seen)
        await_true(lambda: len(self.seen) >= before + 2, 60, "readers have their answers")
        return self.seen[-1]

    def _read(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            seen = means(self._live)
            [mean] = {seen["early"][1], seen["middle"][1]}
            assert (seen["early"][0], seen["middle"][0]) == (400, 200)
            self.seen.append(mean)


@dataclass(frozen=True)
class Publishable:
    """A replay that is published, a reader, and what the tables hold of its range in either state."""

    replay: Replay
    reader: Reader
    rows: dict[ReplayState, list[list[list[Any]]]]


def range_rows(live: LiveStream, replay: Replay) -> list[list[list[Any]]]:
    """What the tables, but for day panes, hold of a replay's range."""
    ledger = "partition, arrived_from, arrived_until, first_offset, last_offset, accepted, rejected, heartbeats"
    minutes, offsets = panes(live, live.name, Grain.MINUTE), content(live, live.name, "ledger", ledger)
    rejected = content(live, live.name, "rejected", '"partition", "offset", arrived')
    end = replay.arrivals.end
    return [
        [row for row in minutes if row[3] <= end],
        [row for row in offsets if row[2] <= end],
        [row for row in rejected if row[2] < end],
    ]


@pytest.fixture(scope="module")
def publishable(live: LiveStream) -> Iterator[Publishable]:
    """A range that ends with an arrival window of day panes: what is killed is a process with windows of usual length.

    Were the range to end inside one, that process would leave the day panes of a longer window to be made again.
    """
    catalog = open_catalog(LakeSettings())
    for earlier in ReplayStore(catalog.engine).all(live.name):
        if earlier.state is ReplayState.PUBLISHED:
            roll_back(catalog, earlier.id, "tester", "to begin with what there was")
            drop(catalog, earlier.id)
    await_true(live.make_rollups, 120, "day panes are made again")
    live.await_day_panes(live.view().complete_until)
    end = live.view().day_cut or EPOCH
    await_true(lambda: (live.view().complete_until or EPOCH) >= end, 60, "all of the range is complete")
    replay = publish(catalog, replayed(live, right(live), RangeWanted(end=end)).id, "tester", "to be killed")
    assert replay.arrivals.end == end
    rows = {ReplayState.PUBLISHED: range_rows(live, replay)}
    roll_back(catalog, replay.id, "tester", "to see what there was")
    rows[ReplayState.ROLLED_BACK] = range_rows(live, replay)
    publish(catalog, replay.id, "tester", "and back")
    assert not live.has_pending()
    with Reader(live) as reader:
        yield Publishable(replay, reader, rows)


@pytest.mark.parametrize(("action", "stops", "changed"), KILLS)
def test_a_killed_publication_is_finished_or_not_begun(
    action: str, stops: list[str], changed: list[str] | None, stack: Stack, live: LiveStream, publishable: Publishable
) -> None:
    """Readers see the one state or the other; the keeper goes on with what was begun."""
    store, reader = ReplayStore(open_catalog(LakeSettings()).engine), publishable.reader
    replay = store.get(publishable.replay.id)
    old, new = (0.1, 0.9) if action == "publish" else (0.9, 0.1)
    rows = [replay_row(replay.id) if stop == RECORD else table_row(live.name, stop) for stop in stops]
    before = generations(live)
    assert reader.now() == old
    reader.seen.clear()
    with killed_at(stack, ["replays", action, str(replay.id)], rows):
        assert generations(live) == before | {table: before[table] + 1 for table in changed or []}
        assert reader.now() == (new if changed == TABLES else old)
    if changed is None:
        assert store.get(replay.id) == replay
        assert range_rows(live, replay) == publishable.rows[replay.state]
    else:
        await_true(lambda: store.get(replay.id).state is ACTIONS[action], 60, "the keeper has finished it")
        assert generations(live) == {table: generation + 1 for table, generation in before.items()}
        assert range_rows(live, replay) == publishable.rows[ACTIONS[action]]
        assert reader.now() == new
    assert set(reader.seen) <= {old, new}
    assert reader.seen == sorted(reader.seen, reverse=old > new)


def test_nothing_was_lost_by_the_kills(live: LiveStream, publishable: Publishable) -> None:
    assert publishable.reader.now() == 0.9
    await_true(live.make_rollups, 120, "day panes are made again")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINDOWPANE_STREAMS", str(live.toml.parent))
        report = json.loads(CliRunner().invoke(audit, [live.name, "--json"]).stdout)
    assert (report["findings"], report["replay"]) == ([], [])
    assert all(entry.completed for entry in ReplayStore(open_catalog(LakeSettings()).engine).history(live.name))


def generations(live: LiveStream) -> dict[str, int]:
    """Table → its generation."""
    catalog = open_catalog(LakeSettings())
    tables = stream_tables(catalog, live.name)
    return {name: int(table.properties[GENERATION_PROPERTY]) for name, table in tables.items()}


@pytest.fixture
def replaying() -> Iterator[Replaying]:
    with Replaying() as made:
        yield made


def test_refuses_what_cannot_be(live: LiveStream, replaying: Replaying) -> None:
    catalog = open_catalog(LakeSettings())
    complete = live.view().complete_until
    assert complete is not None
    with pytest.raises(ReplayError, match="is not complete yet; the latest --to-time is now 20"):
        replaying.begin(live.definition, RangeWanted(end=complete + timedelta(minutes=5)), "tester")
    with pytest.raises(ReplayError, match=r"the ledger of .* holds no offset 999999999 of partition 0"):
        replaying.begin(live.definition, RangeWanted(start_offsets={0: 999999999}), "tester")
    with pytest.raises(ReplayError, match="no message arrived in"):
        replaying.begin(live.definition, RangeWanted(end=complete - timedelta(days=9)), "tester")
    with pytest.raises(ReplayError, match="there is no replay 999999"):
        publish(catalog, 999999, "tester", "")
    replay = replaying.begin(live.definition, RangeWanted(start_offsets={0: 5}), "tester")
    with pytest.raises(ReplayError, match=f"replay {replay.id} .running. holds the arrivals .*; publish or drop it"):
        replaying.begin(live.definition, RangeWanted(start_offsets={0: 5}), "tester")
    with pytest.raises(ReplayError, match=f"replay {replay.id} is running; only a staged"):
        publish(catalog, replay.id, "tester", "")
    with pytest.raises(ReplayError, match=f"replay {replay.id} is running; only a published"):
        roll_back(catalog, replay.id, "tester", "")
    drop(catalog, replay.id)
