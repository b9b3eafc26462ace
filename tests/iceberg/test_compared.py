"""The two states that a replay is compared by: before it was published, and what it made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from database.errors import ReplayError
from database.replays import ReplayState
from iceberg.compared import _before, _rollups, compared
from iceberg.namespaces import is_staging
from iceberg.past_states import keep_state
from streams.arrivals import Arrivals
from streams.breakdowns import Breakdown
from streams.panes import Grain
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, day_row, make_tables, noon, open_local, pane_row
from tests.query.differences import replay


def test_published_replay_is_compared_with_the_state_before(tmp_path: Path) -> None:
    live = make_tables(open_local(tmp_path), HEALTH)
    commit(live["panes"], [pane_row(0)])
    commit(live["panes"], [day_row(0)])
    before = {name: table.metadata.current_snapshot_id for name, table in live.items()}
    keep_state(live, 3, until=noon(1000))
    commit(live["panes"], [pane_row(600)])
    commit(live["panes"], [day_row(600)])
    published = replace(replay(ReplayState.PUBLISHED), arrivals=Arrivals(noon(0), noon(900)))
    sides = _before(live, live, published, 4)
    assert {name: table.snapshot for name, table in sides.old.items()} == before
    assert (sides.generation, sides.rollups) == (None, Arrivals(noon(0), noon(600)))
    assert sides.breakdowns == (Breakdown("service", ("service",), (Grain.MINUTE, Grain.DAY)),)


@pytest.mark.parametrize("state", [ReplayState.RUNNING, ReplayState.DROPPED])
def test_incomplete_replay_is_not_compared(tmp_path: Path, state: ReplayState) -> None:
    with pytest.raises(ReplayError, match=f"replay 7 is {state}"):
        compared(open_local(tmp_path), replay(state))


@pytest.mark.parametrize(
    ("start", "end", "complete", "compared_until"),
    [(0, 1200, 1800, 1200), (0, 1250, 1800, 1200), (0, 1200, 600, 600), (610, 700, 1800, 610), (0, 1200, None, 0)],
)
def test_only_whole_windows_are_compared(start: int, end: int, complete: int | None, compared_until: int) -> None:
    compared = _rollups(Arrivals(noon(start), noon(end)), None if complete is None else noon(complete))
    assert compared == Arrivals(noon(start), noon(compared_until))


@pytest.mark.parametrize(("namespace", "expected"), [("health", False), ("health-replay-7", True), ("a_b-days", True)])
def test_staging_is_no_stream(namespace: str, expected: bool) -> None:
    assert is_staging(namespace) is expected
