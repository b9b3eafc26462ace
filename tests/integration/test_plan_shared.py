"""Flink's own plan of a job: each message is read once, decoded once and aggregated into minutes once."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from flink_jobs.client import FlinkClient
from flink_jobs.render import JobStart, render
from flink_jobs.settings import FlinkSettings
from streams import Definition
from tests.definitions import HEALTH, PAGE_VIEWS

pytestmark = pytest.mark.integration

EXECUTION_PLAN = "== Physical Execution Plan =="


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("definition", [HEALTH, PAGE_VIEWS], ids=lambda definition: definition.name)
def test_scan_and_minute_aggregate_are_shared(definition: Definition) -> None:
    flink = FlinkClient(FlinkSettings())
    explained = flink.explain(render(definition, flink.settings.kafka, JobStart(), slack_ms=500))
    nodes = json.loads(explained.partition(EXECUTION_PLAN)[2])["nodes"]
    kinds = Counter(node["type"].partition("[")[0] for node in nodes)
    assert kinds["Source: messages"] == 1
    assert kinds["LocalWindowAggregate"] == kinds["GlobalWindowAggregate"] == 3
    windows = [node["contents"] for node in nodes if node["type"].startswith("GlobalWindowAggregate")]
    assert sorted(("event_minute]" in text, "event_day]" in text, "size=[10 min]" in text) for text in windows) == [
        (False, False, False),
        (False, True, True),
        (True, False, False),
    ]
    readers = [node for node in nodes if any(before["id"] == nodes[0]["id"] for before in node.get("predecessors", ()))]
    assert len(readers) == 3
