"""A stream of hard messages, partly in day panes, and what an oracle knows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from compose.embedded.stack import Stack
from iceberg.lake_view import LakeView
from tests.integration.exact.oracle import Oracle
from tests.integration.exact.raw_messages import SCALES, TIMED, TOML, raw_messages
from tests.integration.live_streams import LiveStream, running_live

BATCHES = (12_000, 9_000, 9_000)


@dataclass(frozen=True)
class Filled:
    """A stream that holds three batches, the lake view after each, and the oracle of all."""

    live: LiveStream
    views: list[LakeView]
    oracle: Oracle
    rejected: int


@pytest.fixture(scope="package")
def filled(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Day panes hold the first batches, and at first minute panes alone the last one."""
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        yield _fill(live)


def _fill(live: LiveStream) -> Filled:
    oracle = Oracle(["region", "path"], SCALES, ["people"], TIMED)
    views, rejected = [], 0
    for batch, count in enumerate(BATCHES):
        raw = raw_messages(batch, count, seed=batch)
        live.send(raw.payloads)
        oracle.add(raw.accepted)
        rejected += raw.rejected
        views.append(live.await_accounted())
        if batch < len(BATCHES) - 1:
            live.await_day_panes(views[-1].complete_until)
    return Filled(live, views, oracle, rejected)
