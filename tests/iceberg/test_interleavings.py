"""Live commits, replays, publications, roll backs, compactions, restarts and kills in any order keep the lake right.

The catalog and the records are in a real PostgreSQL, the tables are real Iceberg tables on local disk. A kill is an
error inside a commit to the catalog, just before or just after it: the work ends there, and its lock is free.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

import iceberg.publishing
import streams.panes
from database.errors import ReplayError
from database.replays import ReplayState
from iceberg.commits import set_properties
from iceberg.errors import LostStateError
from iceberg.lake_view import pin
from iceberg.namespaces import staging_namespace
from iceberg.noted import DEFINITION_PROPERTY
from iceberg.publishing import drop, finish_interrupted, publish, roll_back
from iceberg.stream_tables import panes_table, stream_tables
from streams.breakdowns import ROLLUP_LAYERS
from tests.database.postgres import own_postgres
from tests.iceberg.interleaved import ROLLUP_WINDOWS, SECONDS
from tests.iceberg.interleaving import Interleaving
from tests.iceberg.interleaving_lake import SINKS, Fate, MortalCatalog, What

ONE_DAY_PANE = [[0, 1, 2], [0, 0, 0], [0, 1]]
ORDER = list(SINKS)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MortalCatalog]:
    folder = tmp_path_factory.mktemp("lake")
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as socket, own_postgres(Path(socket)) as uri:
        catalog = MortalCatalog.opened(uri, folder.as_uri())
        yield catalog
        catalog.close()


@pytest.fixture
def made(catalog: MortalCatalog, monkeypatch: pytest.MonkeyPatch) -> type[Interleaving]:
    """Makes streams whose rollups' arrival windows are short; nobody waits for a live job, which is only the test."""
    monkeypatch.setattr(streams.panes, "ROLLUP_ARRIVAL_SECONDS", ROLLUP_WINDOWS * SECONDS)
    monkeypatch.setattr(iceberg.publishing, "SETTLE_SECONDS", 0)
    own = catalog

    class Here(Interleaving):
        catalog = own

    return Here


@pytest.mark.no_cover  # tracing doubles the time
@pytest.mark.timeout(1200)
def test_any_interleaving_keeps_the_lake_right(made: type[Interleaving], pytestconfig: pytest.Config) -> None:
    """An example takes a second or two: `--interleavings` says how many."""
    several = settings(
        max_examples=pytestconfig.getoption("--interleavings"),
        stateful_step_count=8,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(made, settings=several)


# Orders that were wrong once.


def test_tags_of_a_killed_publication_are_not_gone_back_to(made: type[Interleaving]) -> None:
    lake = begun(made)
    lake.replay(0, 2)
    lake.changed(publish, lake.kept[0], Fate(2, What.DIES_AFTER), ONE_DAY_PANE)
    assert pin(lake.catalog, lake.stream).past == ()
    lake.live_commit(ONE_DAY_PANE, ORDER, len(ORDER))
    lake.live_commit(ONE_DAY_PANE, ORDER, len(ORDER))
    lake.replay(6, 8)
    for action in (publish, roll_back):
        lake.changed(action, lake.kept[1], None, ONE_DAY_PANE)
        lake.the_lake_is_right()


def test_a_restarted_job_does_not_reject_again(made: type[Interleaving]) -> None:
    """The replay accepted the message with the highest offset that the table knew, and the job reads it again."""
    lake = begun(made)
    lake.live_commit([[0, 0]], ORDER, len(ORDER))
    lake.live_commit([[]], ORDER, len(ORDER))
    highest = lake.job.windows[6].messages[-1]
    assert highest.accepted(1)
    assert not highest.accepted(0)
    lake.replay(0, 6)
    lake.changed(publish, lake.kept[0], None, ONE_DAY_PANE)
    lake.job.restart(ORDER)
    lake.job.sink_all()
    lake.the_lake_is_right()


@pytest.mark.parametrize("last", ["panes", "rejected"])
def test_rows_on_their_way_are_waited_for(made: type[Interleaving], last: str) -> None:
    lake = begun(made)
    lake.live_commit([*ONE_DAY_PANE, *ONE_DAY_PANE, [0]], [*(name for name in ORDER if name != last), last], 2)
    lake.replay(0, None)
    lake.changed(publish, lake.kept[0], None, ONE_DAY_PANE)
    lake.job.sink_all()
    lake.the_lake_is_right()


def test_day_panes_are_made_of_all_minute_panes(made: type[Interleaving]) -> None:
    lake = begun(made)
    lake.live_commit([[0]], ORDER, len(ORDER))
    lake.live_commit([[0]], ORDER, len(ORDER))
    lake.replay(0, 6)
    lake.changed(publish, lake.kept[0], None, ONE_DAY_PANE)
    lake.live_commit([[0, 2]], ORDER, 1)
    lake.tidy(None, ONE_DAY_PANE)
    lake.job.sink_all()
    lake.the_lake_is_right()


def test_what_was_rolled_back_can_be_published_again(made: type[Interleaving]) -> None:
    """Its files are still there, though packing and expiry ran while they were the stream's own."""
    lake = begun(made)
    lake.replay(0, 2)
    lake.changed(publish, lake.kept[0], None, ONE_DAY_PANE)
    lake.live_commit(ONE_DAY_PANE, ORDER, len(ORDER))
    for _ in range(2):
        lake.live_commit(ONE_DAY_PANE, ORDER, len(ORDER))
        for name in ORDER:
            lake.compact(name, 0, None, ONE_DAY_PANE)
    lake.the_lake_is_right()
    for action in (roll_back, publish):
        lake.changed(action, lake.kept[0], None, ONE_DAY_PANE)
        lake.the_lake_is_right()


@pytest.mark.parametrize("kept", [False, True], ids=["published", "rolled back"])
def test_hours_that_nobody_knows_are_made_again(made: type[Interleaving], kept: bool) -> None:
    """A replay was staged, or published, before the stream had hour panes."""
    lake = begun(made)
    lake.replay(0, 2)
    replay = lake.store.get(lake.kept[0])
    if kept:
        lake.changed(publish, replay.id, None, ONE_DAY_PANE)
        for table in stream_tables(lake.catalog, lake.stream).values():
            [(tag, ref)] = [(name, ref) for name, ref in table.metadata.refs.items() if name != "main"]
            hourless_tag = tag.replace("-hours-1-", "-hours-0-")
            assert hourless_tag != tag
            table.manage_snapshots().remove_tag(tag).create_tag(ref.snapshot_id, hourless_tag).commit()
        lake.answers.clear()
        lake.changed(roll_back, replay.id, None, ONE_DAY_PANE)
    else:
        staged = panes_table(lake.catalog, staging_namespace(replay))
        staged.delete("grain = 'hour'")
        hourless = lake.definition.model_copy(update={"hours": False})
        set_properties(staged, {DEFINITION_PROPERTY: hourless.model_dump_json(exclude_defaults=True)})
        lake.changed(publish, replay.id, None, ONE_DAY_PANE)
    lake.the_lake_is_right()
    assert not pin(lake.catalog, lake.stream).hours
    lake.live_commit(ONE_DAY_PANE, ORDER, len(ORDER))
    lake.tidy(None, ONE_DAY_PANE)
    lake.the_lake_is_right()
    assert pin(lake.catalog, lake.stream).hours


def test_a_publication_beneath_another_is_not_rolled_back(made: type[Interleaving]) -> None:
    """Nor is the one above dropped while that could be rolled back after it."""
    lake = begun(made)
    for first, last in ((0, 2), (1, 2)):
        lake.replay(first, last)
        publish(lake.catalog, lake.kept[-1], "tester", "")
    beneath, above = lake.kept
    with pytest.raises(ReplayError, match=f"replay {above} was published .*; roll that back first"):
        roll_back(lake.catalog, beneath, "tester", "")
    with pytest.raises(ReplayError, match=f"replay {beneath} was published before replay {above}"):
        drop(lake.catalog, above)
    said = lake.store.history(lake.stream)
    for replay in (above, beneath):  # as an earlier version let it be
        lake.store.set_state(lake.store.get(replay), ReplayState.DROPPED)
        if replay == above:
            with pytest.raises(ReplayError, match=f"replay {above} was published .*; that was dropped, so it stays"):
                roll_back(lake.catalog, beneath, "tester", "")
    assert lake.store.history(lake.stream) == said
    lake.the_lake_is_right()


def test_a_roll_back_makes_the_rollups_that_were_not_there(made: type[Interleaving]) -> None:
    """Those of the last arrival window were not committed yet when the state was kept; the replay has none of it."""
    lake = begun(made)
    lake.live_commit([[], [], [0]], ORDER, len(ORDER))
    lake.live_commit([[], [0]], ORDER, len(ORDER))
    assert [message.accepted(1) for message in lake.job.windows[10].messages] == [False]
    lake.live_commit([[]], ["ledger", "rejected", "panes"], 2)
    lake.replay(0, 10)
    lake.changed(publish, lake.kept[0], None, ONE_DAY_PANE)
    assert lake.store.get(lake.kept[0]).state is ReplayState.PUBLISHED
    lake.job.sink_all()
    lake.live_commit([[], [], []], ORDER, len(ORDER))
    for _ in ROLLUP_LAYERS:
        lake.tidy(None, ONE_DAY_PANE)
    lake.changed(roll_back, lake.kept[0], None, ONE_DAY_PANE)
    lake.the_lake_is_right()
    for _ in ROLLUP_LAYERS:
        lake.tidy(None, ONE_DAY_PANE)
    lake.the_lake_is_right()


def test_a_lost_tag_is_no_empty_table(made: type[Interleaving]) -> None:
    lake = begun(made)
    lake.replay(0, 2)
    publish(lake.catalog, lake.kept[0], "tester", "")
    before = pin(lake.catalog, lake.stream).past[0].until - timedelta(milliseconds=1)
    for name, lost in (("ledger", False), ("panes", True)):
        table = lake.catalog.load_table((lake.stream, name))
        [tag] = [ref for ref in table.metadata.refs if ref != "main"]
        table.manage_snapshots().remove_tag(tag).commit()
        with pytest.raises(LostStateError, match=f"kept generation 0 are gone from .*{name}"):
            roll_back(lake.catalog, lake.kept[0], "tester", "")
        assert lake.store.get(lake.kept[0]).state is ReplayState.PUBLISHED
        view = pin(lake.catalog, lake.stream)
        with pytest.raises(LostStateError, match="is no longer kept") if lost else nullcontext():
            view.as_known_at(before)


@pytest.mark.parametrize("what", [What.DIES_BEFORE, What.DIES_AFTER])
def test_an_interrupted_drop_is_finished(made: type[Interleaving], what: What) -> None:
    lake = begun(made)
    lake.replay(0, 2)
    replay = lake.store.get(lake.kept[0])
    lake.drop(replay.id, Fate(2, what))
    assert lake.store.get(replay.id).state is ReplayState.DROPPED
    assert lake.catalog.list_tables(staging_namespace(replay))
    with pytest.raises(ReplayError, match=f"replay {replay.id} is dropped"):
        publish(lake.catalog, replay.id, "tester", "")
    finish_interrupted(lake.catalog, replay.stream)
    assert not lake.catalog.namespace_exists(staging_namespace(replay))


def begun(made: type[Interleaving]) -> Interleaving:
    """A lake with two checkpoints."""
    lake = made()
    for _ in range(2):
        lake.live_commit(ONE_DAY_PANE, ORDER, len(ORDER))
    return lake
