"""Maintenance on the real engines: answers stay what they are, beside a live job too, while tables get small."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import query.maintenance
from compose.embedded.stack import Stack
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings, MaintenanceSettings
from query.maintenance import maintaining_client
from query.settings import QuerySettings
from scripts.lake.audit import audit_stream
from scripts.lake.maintaining import Maintained, Maintenance
from streams.panes import PERIODS, Grain, day_start
from tests.iceberg.lakes import layer
from tests.integration.command_line import windowpane
from tests.integration.live_streams import LiveStream, make_live, running_live

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

TOML = """
title = "Maintained"
topic = "{topic}"
partitions = 1

[event_time]
field = "at"

[fields]
who = { type = "string", min_length = 1, max_length = 20 }
used = { type = "number", min = 0, max = 100 }

[dimensions]
who = "who"

[measures.used]
value = "used"
decimals = 3
min = 0
max = 100
quantiles = true
"""
OLD = day_start(datetime.now(UTC)) - timedelta(days=20)
"""A day on which panes arrived that are merged by now."""

INSERT = """
insert into {stream}.panes
select who, 'who', 'GRAIN', 'who/GRAIN/' || format_datetime(start, 'PERIOD'), start, date_add('GRAIN', 1, start), ?, ?,
  count(*), count(*), sum(used), min(used), max(used), min_by(at, row(-used, at)),
  cast(tdigest_agg(cast(used as double)) as varbinary)
from (
  select
    'w' || cast(number % 3 as varchar) as who, date_trunc('GRAIN', at) as start, (number * 7919) % 1000 as used, at
  from (select number, timestamp '2026-03-02 10:00:00 UTC' + number * interval '1' second as at
    from unnest(sequence(?, ?)) as numbers(number))
)
group by who, start
"""
INTEGERS = """
select who, window_start, sum(messages), sum(used_count), sum(used_sum), min(used_min), max(used_max),
  (min(row(-used_max, used_max_at)))[2]
from {stream}.panes where grain = 'GRAIN' group by 1, 2 order by 1, 2
"""
GRAINS = (Grain.MINUTE, Grain.DAY)
WINDOW = [
    ("start", "2026-03-02T00:00:00Z"),
    ("end", "2026-03-03T00:00:00Z"),
    ("by", "who"),
    ("quantiles", "0.5,0.95"),
]


def at_once(*, orphan_days: int = 0) -> MaintenanceSettings:
    """Nothing is too young, nor too few. A live job's files are nobody's until it commits them."""
    return MaintenanceSettings(maintain_files=2, maintain_snapshots=2).model_copy(
        update={"maintain_snapshot_hours": 0, "maintain_orphan_days": orphan_days}
    )


def maintained(live: LiveStream, settings: MaintenanceSettings) -> dict[str, Maintained]:
    said: list[str] = []
    maintenance = Maintenance(
        open_catalog(LakeSettings()), maintaining_client(QuerySettings()), live.definition, settings, said.append
    )
    planned = {row.table: row for row in maintenance.plan()}
    done = {row.table: row for row in maintenance.run()}
    assert {name: row.days for name, row in planned.items()} == {name: row.days for name, row in done.items()}
    return done


def answer(live: LiveStream, *params: tuple[str, str]) -> list[dict[str, Any]]:
    live.view()
    groups: list[dict[str, Any]] = live.window(*WINDOW, *params)["groups"]
    return groups


def without_quantiles(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**group, "used": {key: part for key, part in group["used"].items() if key != "quantiles"}} for group in groups
    ]


@pytest.fixture
def old(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    """A stream without a job: panes of one hour that arrived on three days, in many small commits."""
    assert stack
    live = make_live(tmp_path_factory.mktemp("streams"), TOML)
    for number in range(12):
        arrived = OLD + timedelta(hours=6 * number + 1)
        for grain in GRAINS:
            live.rows(
                INSERT.replace("GRAIN", grain).replace("PERIOD", PERIODS[grain]),
                arrived,
                arrived + timedelta(seconds=layer(grain).arrival_seconds),
                number * 500,
                number * 500 + 900,
            )
    yield live
    live.remove()


def test_old_panes_are_merged_and_answer_the_same(old: LiveStream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query.maintenance, "SLACK_SECONDS", 0)
    integers = {grain: old.rows(INTEGERS.replace("GRAIN", grain)) for grain in GRAINS}
    before, then = answer(old), ("as_known_at", (OLD + timedelta(hours=24)).isoformat())
    known = answer(old, then)
    location = open_catalog(LakeSettings()).load_table((old.name, "panes"))
    with location.io.new_output(f"{location.location()}/data/nobody.parquet").create() as file:
        file.write(b"nothing")

    done = maintained(old, at_once())
    for grain, rows in integers.items():
        assert old.rows(INTEGERS.replace("GRAIN", grain)) == rows
    panes = done["panes"]
    assert old.rows(
        "select count(*), count(distinct (grain, who, window_start, arrived_from)) from {stream}.panes"
    ) == [[panes.after.rows, panes.after.rows]]
    assert panes.days == 2 * len(GRAINS)
    assert panes.after.rows < panes.before.rows
    assert panes.after.files < panes.before.files
    assert panes.expired > 0
    assert panes.orphans >= 1
    assert without_quantiles(answer(old)) == without_quantiles(before)
    for group, was in zip(answer(old), before, strict=True):
        for quantile, value in group["used"]["quantiles"].items():
            assert value == pytest.approx(was["used"]["quantiles"][quantile], abs=0.01)
    assert without_quantiles(answer(old, then)) == without_quantiles(known)
    inside = old.window(*WINDOW, ("as_known_at", (OLD + timedelta(hours=30)).isoformat()))
    assert without_quantiles(inside["groups"]) == without_quantiles(known)

    again = maintained(old, at_once())
    assert [(row.days, row.before.files, row.before.rows) for row in again.values()] == [
        (0, row.after.files, row.after.rows) for row in again.values()
    ]


@pytest.mark.usefixtures("stack")
def test_a_live_job_goes_on(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost or doubled, and every bound that is read of the tables stays what it is."""
    monkeypatch.setattr(query.maintenance, "SLACK_SECONDS", 0)
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        for number in range(4):
            live.send(sent(100 * number, 100))
            view = live.await_accounted()
        live.await_day_panes(view.complete_until)
        done = maintained(live, at_once(orphan_days=3))
        after = live.view()
        assert done["ledger"].after.files < done["ledger"].before.files
        assert after.generation == 0
        assert view.complete_until is not None
        assert after.complete_until is not None
        assert after.complete_until >= view.complete_until
        live.send(sent(400, 100))
        live.await_accounted()
        assert sum(group["messages"] for group in answer(live)) == 500
        assert live.gaps() == []
        assert audit_stream(live.definition).clean


def sent(first: int, count: int) -> Iterator[bytes]:
    for number in range(first, first + count):
        at = f"2026-03-02T10:{number // 60:02}:{number % 60:02}Z"
        yield json.dumps({"at": at, "who": f"w{number % 3}", "used": number % 100}).encode()


def test_the_command_line_says_what_it_did(stack: Stack) -> None:
    planned = windowpane(stack, "maintain", "health", "--plan", "--json")
    assert planned.returncode == 0, planned.stderr
    assert {row["table"] for row in json.loads(planned.stdout)["health"]} == {"panes", "ledger", "rejected"}
    done = windowpane(stack, "maintain", "health")
    assert done.returncode == 0, done.stderr
    assert "health.panes" in done.stdout
