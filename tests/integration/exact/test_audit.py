"""The audit on real engines: clean for what the job wrote, and each planted fault named with its table and arrivals.

Faults are planted with SQL, as somebody with a SQL client could.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from database.replay_store import ReplayStore
from iceberg.audit import panes_name
from iceberg.catalog import open_catalog
from iceberg.publishing import drop
from iceberg.settings import LakeSettings
from query.errors import QueryError
from scripts.lake.audit import command
from streams.panes import Grain
from tests.integration.exact.conftest import BATCHES, Filled
from tests.integration.exact.raw_messages import FIRST_DAY
from tests.integration.live_streams import EPOCH, ROLLUP_ARRIVAL_SECONDS, LiveStream, await_true

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

ROLLUPS = [Grain.DAY, Grain.HOUR]

COUNT = sum(BATCHES)


@dataclass(frozen=True)
class Audited:
    """A stream whose day panes hold its first messages, and what was sent."""

    live: LiveStream
    accepted: int
    rejected: int

    def run(self, *arguments: str) -> Result:
        """The command, as a shell would run it."""
        return CliRunner().invoke(command, [self.live.name, *arguments])

    def audit(self) -> tuple[int, dict[str, Any]]:
        """Exit code and result."""
        result = self.run("--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, json.loads(result.stdout)

    def plant(self, sql: str, *values: object) -> None:
        """Run a statement that writes, again when the job committed at the same moment."""
        trying = Retrying(
            stop=stop_after_attempt(20),
            wait=wait_random(0.1, 0.5),
            retry=retry_if_exception_type(QueryError),
            reraise=True,
        )
        trying(self.live.rows, sql, *values)

    def arrival(self, grain: Grain) -> tuple[datetime, datetime]:
        """The first arrival interval of a grain's panes."""
        sql = "select arrived_from, arrived_until from {stream}.panes where grain = ? order by 1 limit 1"
        [[start, until]] = self.live.rows(sql, grain)
        return start, until


@pytest.fixture(scope="module")
def audited(filled: Filled) -> Iterator[Audited]:
    live = filled.live
    live.await_day_panes(filled.views[-1].complete_until)
    settled = datetime.now(UTC)
    await_true(lambda: (live.view().settled_until or EPOCH) > settled, 60, "all of it is settled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WINDOWPANE_STREAMS", str(live.toml.parent))
        yield Audited(live, COUNT - filled.rejected, filled.rejected)


@contextmanager
def undone(audited: Audited, table: str = "panes") -> Iterator[None]:
    """Puts the table's rows back as they were, so that each test plants in a clean lake."""
    live = audited.live
    sql = f'select snapshot_id from {{stream}}."{table}$snapshots" order by committed_at desc limit 1'
    [[snapshot]] = live.rows(sql)
    try:
        yield
    finally:
        then, grain = f"{{stream}}.{table} for version as of {snapshot}", "grain" if table == "panes" else "''"
        # Rows that the job has written since stay: they arrived later.
        for of, cut in live.rows(f"select {grain}, max(arrived_until) from {then} group by 1"):
            audited.plant(f"delete from {{stream}}.{table} where {grain} = ? and arrived_until <= ?", of, cut)
        audited.plant(f"insert into {{stream}}.{table} select * from {then}")
        await_true(lambda: audited.audit()[0] == 0, 30, "the audit is clean again")


def text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def faults(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("kind", "tables", "arrived_from", "arrived_until")
    return [tuple(finding[key] for key in keys) for finding in report["findings"]]


def assert_replays(report: dict[str, Any], start: datetime, until: datetime) -> None:
    """The arrivals are within the one range to replay, and that is no longer than whole day panes need.

    An offset that the ledger lost arrived in its own window or in one of those beside it: 30 seconds.
    """
    [replay] = report["replay"]
    assert replay["from"] <= text(start)
    assert replay["until"] >= text(until)
    assert datetime.fromisoformat(replay["until"]) - datetime.fromisoformat(replay["from"]) <= timedelta(
        seconds=30 + ROLLUP_ARRIVAL_SECONDS
    )


def test_clean_stream_is_accounted_for(audited: Audited) -> None:
    code, report = audited.audit()
    assert (code, report["findings"], report["replay"]) == (0, [], [])
    assert (report["accepted"], report["rejected"]) == (audited.accepted, audited.rejected)
    assert [partition["first_offset"] for partition in report["partitions"]] == [0, 0, 0]
    assert report["values_until"] is not None
    shown = audited.run()
    assert shown.exit_code == 0
    assert f"Everything is accounted for: {COUNT:,} messages" in shown.output


def test_lost_pane_is_named(audited: Audited) -> None:
    live = audited.live
    start, until = audited.arrival(Grain.MINUTE)
    with undone(audited):
        keys = "region, path, window_start"
        [[region, path, at]] = live.rows(
            f"select {keys} from {{stream}}.panes where grain = 'minute' and arrived_from = ? order by {keys} limit 1",
            start,
        )
        audited.plant(
            "delete from {stream}.panes"
            " where grain = 'minute' and arrived_from = ? and region = ? and path = ? and window_start = ?",
            start, region, path, at,
        )  # fmt: skip
        code, report = audited.audit()
        assert code == 1
        assert ("lost", ["minute panes"], text(start), text(until)) in faults(report)
        assert {tuple(tables) for _, tables, _, _ in faults(report)} == {("minute panes",)}
        assert any(repr(region) in finding["text"] for finding in report["findings"])
        assert_replays(report, start, until)
        assert "lost: minute panes" in audited.run().output


@pytest.mark.parametrize("grain", ROLLUPS)
def test_duplicated_rollup_is_named(audited: Audited, grain: Grain) -> None:
    start, until = audited.arrival(grain)
    with undone(audited):
        audited.plant(
            "insert into {stream}.panes select * from {stream}.panes where grain = ? and arrived_from = ?"
            " order by region, path, window_start limit 1",
            grain,
            start,
        )
        code, report = audited.audit()
        assert code == 1
        assert ("surplus", [panes_name(grain)], text(start), text(until)) in faults(report)
        assert {tuple(tables) for _, tables, _, _ in faults(report)} == {(panes_name(grain),)}
        assert_replays(report, start, until)


def test_altered_count_is_named(audited: Audited) -> None:
    start, until = audited.arrival(Grain.MINUTE)
    with undone(audited):
        audited.plant(
            "update {stream}.panes set messages = messages + 3"
            " where grain = 'minute' and arrived_from = ? and region = 'north'"
            " and path = '/' and window_start = (select min(window_start) from {stream}.panes"
            " where grain = 'minute' and arrived_from = ? and region = 'north' and path = '/')",
            start, start,
        )  # fmt: skip
        code, report = audited.audit()
        assert code == 1
        assert ("surplus", ["minute panes"], text(start), text(until)) in faults(report)
        assert_replays(report, start, until)


@pytest.mark.parametrize(
    ("grain", "change", "column"),
    [
        (Grain.MINUTE, "a_sum = a_sum + 1", "a_sum"),
        (Grain.MINUTE, "c_max_at = c_max_at + interval '1' second", "c_max_at"),
        (Grain.DAY, "a_min = a_min - 1", "a_min"),
        (Grain.DAY, "a_digest = null", "a_digest"),
        (Grain.HOUR, "a_max = a_max + 1", "a_max"),
    ],
)
def test_altered_values_are_named(audited: Audited, grain: Grain, change: str, column: str) -> None:
    start, until = audited.arrival(Grain.DAY)
    with undone(audited):
        audited.plant(
            f"update {{stream}}.panes set {change} where grain = ? and arrived_from >= ? and arrived_until <= ?"
            " and region = 'north' and path = '/' and a_count > 0 and window_start < ?",
            grain, start, until, FIRST_DAY + timedelta(days=1),
        )  # fmt: skip
        code, report = audited.audit()
        assert code == 1
        compared = (Grain.DAY, Grain.HOUR) if grain is Grain.MINUTE else [grain]
        expected = {
            str(("altered", ["minute panes", panes_name(rollup)], text(start), text(until))) for rollup in compared
        }
        assert set(map(str, faults(report))) == expected
        assert all("region 'north', path '/'" in finding["text"] for finding in report["findings"])
        assert all(f"{column} " in finding["text"] for finding in report["findings"])
        assert_replays(report, start, until)


@pytest.mark.parametrize("plant", ["lost", "twice"])
def test_spoilt_ledger_is_named(audited: Audited, plant: str) -> None:
    live = audited.live
    start, until = audited.arrival(Grain.MINUTE)
    sqls = {
        "lost": 'delete from {stream}.ledger where arrived_from = ? and "partition" = 1',
        "twice": 'insert into {stream}.ledger select * from {stream}.ledger where arrived_from = ? and "partition" = 1',
    }
    columns = "first_offset, last_offset"
    [[first, last]] = live.rows(
        f'select {columns} from {{stream}}.ledger where arrived_from = ? and "partition" = 1', start
    )
    with undone(audited, "ledger"):
        audited.plant(sqls[plant], start)
        code, report = audited.audit()
        assert code == 1
        fault = report["findings"][0]
        kind = {"lost": "missing offsets", "twice": "duplicate rows"}[plant]
        assert (fault["kind"], fault["tables"], fault["partition"]) == (kind, ["ledger"], 1)
        assert fault["offsets"] == [first, last]
        assert all("ledger" in tables for _, tables, _, _ in faults(report))
        assert_replays(report, start, until)


def test_spoilt_rejected_is_named(audited: Audited) -> None:
    live = audited.live
    [[partition, offset, arrived]] = live.rows(
        'select "partition", "offset", arrived from {stream}.rejected order by arrived, 1, 2 limit 1'
    )
    start = arrived.replace(second=arrived.second // 10 * 10, microsecond=0)
    which = '"partition" = ? and "offset" = ?'
    audited.plant(f"insert into {{stream}}.rejected select * from {{stream}}.rejected where {which}", partition, offset)
    code, report = audited.audit()
    assert code == 1
    assert faults(report) == [("duplicate rows", ["rejected"], text(start), text(start + timedelta(seconds=10)))]
    audited.plant(f"delete from {{stream}}.rejected where {which}", partition, offset)
    code, report = audited.audit()
    assert code == 1
    [finding] = report["findings"]
    assert (finding["kind"], finding["tables"], finding["partition"]) == ("lost", ["rejected"], partition)
    assert_replays(report, start, start + timedelta(seconds=10))


def test_repair_replays_what_is_missing(audited: Audited) -> None:
    """Last, since it republishes; rows that a SQL client deleted from a file that is kept stay deleted elsewhere."""
    start, _ = audited.arrival(Grain.MINUTE)
    audited.plant("delete from {stream}.panes where grain = 'minute' and arrived_from = ? and region = 'north'", start)
    code, report = audited.audit()
    assert code == 1
    [gap] = report["replay"]
    repaired = audited.run("--repair")
    assert repaired.exit_code == 0, repaired.output
    assert "is published: arrivals" in repaired.output
    code, report = audited.audit()
    assert (code, report["findings"]) == (0, [])
    assert (report["accepted"], report["rejected"]) == (audited.accepted, audited.rejected)
    catalog = open_catalog(LakeSettings())
    [replay] = ReplayStore(catalog.engine).all(audited.live.name)
    assert replay.arrivals.start <= datetime.fromisoformat(gap["from"])
    assert replay.arrivals.end >= datetime.fromisoformat(gap["until"])
    assert replay.arrivals.end - replay.arrivals.start <= timedelta(seconds=3 * ROLLUP_ARRIVAL_SECONDS)
    drop(catalog, replay.id)
