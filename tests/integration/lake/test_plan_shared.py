"""Flink's own plan of a job: each message is read, decoded and combined in one task; minutes are aggregated once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flink_jobs.client import FlinkClient
from flink_jobs.render import JobRange, render
from flink_jobs.settings import FlinkSettings
from streams import Definition
from streams.breakdowns import layers
from tests.definitions import BROKEN_DOWN, HEALTH, PAGE_VIEWS

pytestmark = pytest.mark.integration

CUT = datetime(2026, 3, 1, 12, 12, 30, tzinfo=UTC)
REPLAYED = JobRange(
    start={0: 10, 1: 0},
    ends={0: 90, 1: 80},
    cuts=dict.fromkeys(("finest panes", "hour panes", "day panes", "ledger", "rejected"), CUT),
    until=CUT + timedelta(minutes=15),
)
EXECUTION_PLAN = "== Physical Execution Plan =="


JOBS: dict[str, tuple[Definition, JobRange]] = {
    "health": (HEALTH, JobRange()),
    "page_views": (PAGE_VIEWS, JobRange()),
    "replayed": (PAGE_VIEWS, REPLAYED),
    "broken_down": (BROKEN_DOWN, REPLAYED),
}


@pytest.fixture(scope="module")
def explained(stack_environment: dict[str, str]) -> dict[str, str]:
    """Flink's plan of each job."""
    assert stack_environment
    flink = FlinkClient(FlinkSettings())
    scripts = [
        render(definition, flink.settings.kafka, job_range, slack_ms=500) for definition, job_range in JOBS.values()
    ]
    return dict(zip(JOBS, flink.explain(scripts), strict=True))


@pytest.mark.parametrize("job", JOBS)
def test_scan_and_minute_aggregate_are_shared(explained: dict[str, str], job: str) -> None:
    nodes = json.loads(explained[job].partition(EXECUTION_PLAN)[2])["nodes"]
    kinds = Counter(node["type"].partition("[")[0] for node in nodes)
    assert sum(count for kind, count in kinds.items() if kind.startswith("Source: ")) == kinds["combined"] == 1
    rollups = len(layers(JOBS[job][0])) - 1
    assert kinds["WindowAggregate"] == 2 + rollups
    assert kinds["LocalWindowAggregate"] == kinds["GlobalWindowAggregate"] == kinds["WindowTableFunction"] == 0
    windows = [node["contents"] for node in nodes if node["type"].startswith("WindowAggregate")]
    assert sorted(("_event_start]" in text, "size=[10 min]" in text) for text in windows) == [
        (False, False),
        (True, False),
        *[(True, True)] * rollups,
    ]
    source, combiner, *_ = nodes
    assert readers(nodes, source) == [(combiner["id"], "FORWARD")]
    assert [shipped for _, shipped in readers(nodes, combiner)] == ["FORWARD"] * 3


def readers(nodes: list[dict[str, Any]], read: dict[str, Any]) -> list[tuple[int, str]]:
    """The nodes that read what another makes, and how it is shipped to them."""
    return [
        (node["id"], before["ship_strategy"])
        for node in nodes
        for before in node.get("predecessors", ())
        if before["id"] == read["id"]
    ]
