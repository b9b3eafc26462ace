"""A live stream grows by a measure and hour panes: old answers stay, new ones have them, and breaks are refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from compose.embedded.stack import Stack
from flink_jobs.client import Job
from iceberg.catalog import open_catalog
from iceberg.commits import set_properties
from iceberg.errors import IncompatibleChangeError
from iceberg.noted import DEFINITION_PROPERTY
from iceberg.packing import pack, plan_packing
from iceberg.pending import trusted_cut
from iceberg.settings import LakeSettings
from iceberg.stream_tables import panes_table
from scripts.stack.status import read_status
from services.settings import ServiceSettings
from streams.breakdowns import Layer
from streams.errors import TopicError
from streams.problems import noted_problems
from tests.definitions import SHIPPED
from tests.integration.conftest import StreamFactory
from tests.integration.live_streams import LiveStream, await_true

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

WITH_HOURS = SHIPPED["page_views"].read_text("utf-8").split("# How `windowpane")[0]
HOURS = next(line for line in WITH_HOURS.splitlines(keepends=True) if line.startswith("hours"))
AS_SHIPPED = WITH_HOURS.replace(HOURS, "")
DAY = [("start", "2026-03-02T00:00:00Z"), ("end", "2026-03-03T00:00:00Z"), ("by", "site")]
NEW_FIELD = 'visitor_id = { type = "string", min_length = 1, max_length = 200, required = false }\n'
GROWN = (
    WITH_HOURS.replace(NEW_FIELD, NEW_FIELD + 'bytes = { type = "integer", min = 0, required = false }\n').replace(
        "quantiles = true", "quantiles = true\nmin_at = true"
    )
    + """
[measures.size]
value = "bytes / 1000"
decimals = 3
min = 0
max = 100000
quantiles = true

[distincts.paths]
field = "path"
"""
)


def text(live: LiveStream, definition: str) -> str:
    return definition.replace('topic = "page_views"', f'topic = "{live.name}"')


def messages(site: str, count: int, **fields: Any) -> Iterable[bytes]:
    for number in range(count):
        message = {"site": site, "path": f"/{number}", "time": "2026-03-02T10:00:00Z", "load_ms": 10.0, **fields}
        yield json.dumps(message).encode()


@pytest.fixture(scope="module")
def grown(stream_factory: StreamFactory) -> tuple[LiveStream, list[dict[str, Any]], list[str]]:
    """A stream with messages of both definitions, its answer before the change, and what apply did."""
    live = stream_factory(AS_SHIPPED.replace('topic = "page_views"', 'topic = "{topic}"'))
    live.send(messages("old", 100, bytes=5000))
    live.await_accounted()
    before = live.window(*DAY)["groups"]
    done = live.apply(text(live, GROWN))
    live.view()
    assert live.window(*DAY, ("quantiles", "0.5"))["groups"][0]["size"]["count"] == 0
    live.await_running()
    live.send(messages("new", 50, bytes=5000))
    live.send(messages("new", 50))
    live.await_accounted()
    return live, before, done


def test_apply_says_what_it_does(grown: tuple[LiveStream, list[dict[str, Any]], list[str]]) -> None:
    live, _, done = grown
    size = [f"size_{part}" for part in ("count", "sum", "min", "max", "max_at", "digest")]
    added = [f"add column {live.name}.panes.{column}" for column in ("load_ms_min_at", *size, "paths_distinct")]
    assert {*added} <= {*done}
    assert f"make views {live.name}.minutes, .hours and .days" in done
    assert done[-1] == f"restart job {live.name} with the new definition"
    assert live.apply() == []


def test_old_answers_stay(grown: tuple[LiveStream, list[dict[str, Any]], list[str]]) -> None:
    live, before, _ = grown
    old = dict(live.window(*DAY, ("site", "old"))["groups"][0])
    assert old.pop("size") == {"count": 0, "mean": None, "min": None, "max": None, "max_at": None}
    assert old.pop("paths") == {"distinct": 0}
    assert old["load_ms"].pop("min_at") is None
    assert [old] == before


def test_new_answers_have_the_measure(grown: tuple[LiveStream, list[dict[str, Any]], list[str]]) -> None:
    live, _, _ = grown
    [new] = live.window(*DAY, ("site", "new"), ("quantiles", "0.5"))["groups"]
    assert (new["messages"], new["load_ms"]["count"], new["paths"]["distinct"]) == (100, 100, 50)
    assert new["load_ms"]["min_at"] == "2026-03-02T10:00:00.000Z"
    size = {"count": 50, "mean": 5.0, "min": 5.0, "max": 5.0, "max_at": "2026-03-02T10:00:00.000Z"}
    assert new["size"] == {**size, "quantiles": {"0.5": 5.0}}


def test_totals_merge_both(grown: tuple[LiveStream, list[dict[str, Any]], list[str]]) -> None:
    live, _, _ = grown
    [total] = live.window(*DAY[:2], ("by", ""))["groups"]
    assert (total["messages"], total["size"]["count"], total["load_ms"]["count"]) == (200, 50, 200)
    assert (total["load_ms"]["min"], total["load_ms"]["min_at"]) == (10.0, None)
    assert live.gaps() == []
    rows = live.rows(
        "select site, sum(messages), max(size_max), max(paths) from {stream}.minutes group by 1 order by 1"
    )
    assert [row[:3] for row in rows] == [["new", 100, 5.0], ["old", 100, None]]


def test_hours_are_made_of_what_came_before(grown: tuple[LiveStream, list[dict[str, Any]], list[str]]) -> None:
    """Until then minute panes answer, of SQL clients too; afterwards of what arrived later."""
    live, _, _ = grown
    by_hour = "select window_start, sum(messages) from {stream}.hours group by 1"
    expected = [[datetime(2026, 3, 2, 10, tzinfo=UTC), 200]]
    assert live.rows(by_hour) == expected
    await_true(live.make_rollups, 60, f"hour panes of {live.name} are made")
    assert live.rows("select sum(messages) from {stream}.panes where grain = 'hour' and site = 'old'") == [[100]]
    assert live.rows(by_hour) == expected
    await_true(lambda: live.view().hours, 60, f"hour panes of {live.name} are as complete as its day panes")
    asked = [("start", "2026-03-02T09:59:00Z"), ("end", "2026-03-02T11:00:00Z"), ("by", "site")]
    for _ in range(2):
        answer = live.window(*asked)
        assert answer["answered_from"]["hour"]["windows"] == 1
        assert answer["groups"] == live.window(*DAY)["groups"]
        assert [group["messages"] for group in answer["groups"]] == [100, 100]
        await_true(lambda: _cut(live), 60, f"minute panes of {live.name} are cut by hour")
    assert live.gaps() == []


def _cut(live: LiveStream) -> bool:
    """As maintenance does a little later: at the latest ten minutes after the definition took over."""
    panes = panes_table(open_catalog(LakeSettings()), live.name)
    taken_over = trusted_cut(panes, Layer.HOUR)
    assert taken_over is not None
    for done in pack(panes, plan_packing(panes, taken_over, 1, 8, hourly={"site_path"})):
        assert done.made
    kept = "select count(*) from {stream}.panes where grain = 'minute' and site = 'old' and part not like '%T%'"
    return live.rows(kept) == [[0]]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("decimals = 1", "decimals = 2", "measures.load_ms.decimals cannot change from 1; add a new measure"),
        ('path = "path"\n\n[measures', "\n[measures", "dimensions cannot change from site, path; declare a new stream"),
        (HOURS, "", "hours cannot be turned off"),
        ("partitions = 2", "partitions = 1", "partitions cannot shrink from 2"),
        ("bytes = { type", 'bits = { type = "integer" }\nbytes = { type', "say required = false"),
    ],
)
def test_refuses_what_breaks(
    grown: tuple[LiveStream, list[dict[str, Any]], list[str]], old: str, new: str, reason: str
) -> None:
    live, _, _ = grown
    applied = live.toml.read_text("utf-8")
    assert old in applied
    try:
        with pytest.raises((IncompatibleChangeError, TopicError), match=f"{live.name}.*{reason}"):
            live.apply(applied.replace(old, new))
    finally:
        assert live.apply(applied) == []


def test_a_broken_stream_keeps_no_other_from_its_job(
    grown: tuple[LiveStream, list[dict[str, Any]], list[str]], stack: Stack
) -> None:
    """What is stored of one stream cannot be read, nor the file of another; a third one gets its job back."""
    live, _, _ = grown
    catalog, unreadable = open_catalog(LakeSettings()), live.toml.with_stem("unreadable")
    panes = catalog.load_table((live.name, "panes"))
    right = {DEFINITION_PROPERTY: panes.properties[DEFINITION_PROPERTY]}
    other = next(job for job in live.flink.jobs() if job.stream == "page_views" and not job.ended)

    def named(answer: Mapping[str, Any]) -> bool:
        streams = answer["streams"]
        return "(as applied)" in str(streams.get(live.name)) and "cannot be read" in str(streams.get("unreadable"))

    set_properties(panes, {DEFINITION_PROPERTY: "{"})
    unreadable.write_text("title =", "utf-8")
    try:
        await_true(
            lambda: named(httpx.get(f"{ServiceSettings().url}/readyz").json()), 60, "/readyz names what is broken"
        )
        assert named(asdict(read_status(stack)))
        live.flink.stop(other)
        await_true(lambda: _replaced(live, other), 120, "page_views has a new job")
        assert [job.state for job in live.jobs()] == ["RUNNING"]
    finally:
        set_properties(panes, right)
        unreadable.unlink()
    await_true(lambda: not noted_problems(stack.layout.home), 90, "the keeper reports nothing any more")


def _replaced(live: LiveStream, old: Job) -> bool:
    jobs = [job for job in live.flink.jobs() if job.stream == old.stream and not job.ended]
    return [job.state for job in jobs] == ["RUNNING"] and jobs[0].id != old.id
