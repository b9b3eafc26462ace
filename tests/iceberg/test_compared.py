"""The two states that a replay is compared by: before it was published, and what it made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from iceberg.arrivals import Arrivals
from iceberg.compared import _days, compared
from iceberg.errors import ReplayError
from iceberg.publishing import tag_name
from iceberg.replays import ReplayState, is_staging
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, make_tables, noon, open_local, pane_row
from tests.query.differences import replay


def test_published_replay_is_compared_with_its_tag(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    live = make_tables(catalog, HEALTH)
    published = replace(replay(ReplayState.PUBLISHED), arrivals=Arrivals(noon(0), noon(900)))
    catalog.create_namespace(published.namespace)
    for name, table in live.items():
        catalog.create_table((published.namespace, name), table.schema())
    commit(live["minute_panes"], [pane_row(0)])
    commit(live["day_panes"], [pane_row(0, length=600)])
    before = {name: table.metadata.current_snapshot_id for name, table in live.items()}
    for name in ("minute_panes", "day_panes"):
        live[name].manage_snapshots().create_tag(before[name] or 0, tag_name(published)).commit()
        commit(live[name], [pane_row(600)])
    found = compared(catalog, published)
    assert {name: table.snapshot for name, table in found.old.items()} == before
    assert {table.namespace for table in found.new.values()} == {"health-replay-7"}
    assert found.days == Arrivals(noon(0), noon(600))


@pytest.mark.parametrize("state", [ReplayState.RUNNING, ReplayState.DROPPED])
def test_incomplete_replay_is_not_compared(tmp_path: Path, state: ReplayState) -> None:
    with pytest.raises(ReplayError, match=f"replay 7 is {state}"):
        compared(open_local(tmp_path), replay(state))


@pytest.mark.parametrize(
    ("start", "end", "complete", "compared_until"),
    [(0, 1200, 1800, 1200), (0, 1250, 1800, 1200), (0, 1200, 600, 600), (610, 700, 1800, 610), (0, 1200, None, 0)],
)
def test_only_whole_days_are_compared(start: int, end: int, complete: int | None, compared_until: int) -> None:
    found = _days(Arrivals(noon(start), noon(end)), None if complete is None else noon(complete))
    assert found == Arrivals(noon(start), noon(compared_until))


@pytest.mark.parametrize(("namespace", "expected"), [("health", False), ("health-replay-7", True), ("a_b-days", True)])
def test_staging_is_no_stream(namespace: str, expected: bool) -> None:
    assert is_staging(namespace) is expected
