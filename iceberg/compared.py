"""The two states of a range that a replay's difference is between: what it made, and what it would replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pyiceberg.table import Table

from database.errors import ReplayError
from database.publications import newest_publication
from database.replay_store import ReplayStore
from database.replays import Replay, ReplayState
from iceberg.apply import generation_of
from iceberg.begun import begun_in
from iceberg.catalog import Catalog
from iceberg.errors import BetweenStatesError
from iceberg.kept import KeptFrom, all_kept_from
from iceberg.kinds import PANES
from iceberg.namespaces import staging_namespace
from iceberg.noted import noted_definition
from iceberg.past_states import added_since, state_before
from iceberg.pending import hours_reach, trusted_cut
from iceberg.stream_tables import stream_tables
from streams.arrivals import Arrivals
from streams.breakdowns import Breakdown, Layer, breakdowns
from streams.panes import rollup_arrival_start

_TAGGED = (ReplayState.PUBLISHING, ReplayState.PUBLISHED, ReplayState.ROLLING_BACK)
"""States in which the stream's tables may hold the replay's own rows, so that a tag tells what was before."""

_INCOMPLETE = (ReplayState.RUNNING, ReplayState.DROPPED)


@dataclass(frozen=True, slots=True)
class PinnedTable:
    """One table at one snapshot, None while it is empty. `missing`: columns that were added after the snapshot."""

    namespace: str
    name: str
    snapshot: int | None
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Table → its state on each side; only rows that arrived in the replay's range are of concern.

    `generation`: of the published tables, if `old` is what they hold now; None if it is what they held before the
    replay was published. What they hold of the range changes with their generation alone.

    `breakdowns`: those of which both sides have all panes of the range, with the grains that count. `rollups`: the
    arrivals whose rollups are whole, and count, on both sides; the last ones of the range may be made later, with what
    arrived after it. `kept_from`: as of a LakeView: what retention took of either side is compared on none.
    """

    old: Mapping[str, PinnedTable]
    new: Mapping[str, PinnedTable]
    generation: int | None
    breakdowns: tuple[Breakdown, ...]
    rollups: Arrivals
    kept_from: KeptFrom = ()


def compared(catalog: Catalog, replay: Replay) -> Compared:
    """Pin both sides of a replay that has run.

    Raises ReplayError while it runs or once it is dropped, BetweenStatesError while the stream is being published.
    """
    if replay.state in _INCOMPLETE:
        raise ReplayError(f"replay {replay.id} is {replay.state}; it has nothing to compare")
    live, staged = (stream_tables(catalog, namespace) for namespace in (replay.stream, staging_namespace(replay)))
    store = ReplayStore(catalog.engine)
    if replay.state in _TAGGED:
        return _before(live, staged, replay, newest_publication(store.history(replay.stream), replay))
    generations = set(map(generation_of, live.values()))
    # Somebody may have published this very replay since its state was read.
    if len(generations) > 1 or store.get(replay.id).state is not replay.state:
        raise BetweenStatesError(replay.stream)
    panes, old = live[PANES.name], _current(live)
    cut = trusted_cut(panes, Layer.DAY)
    generation, hours = generations.pop(), hours_reach(panes, cut)
    by = _breakdowns(panes, staged[PANES.name], generation, replay.arrivals, hours=hours)
    return Compared(old, _current(staged), generation, by, _rollups(replay.arrivals, cut), all_kept_from(live))


def _before(live: Mapping[str, Table], staged: Mapping[str, Table], replay: Replay, generation: int) -> Compared:
    """With what the tables held before a publication of the replay raised them to this generation."""
    before = state_before(live, generation)
    old = {name: _pinned(table, before.snapshots.get(name)) for name, table in live.items()}
    by = _breakdowns(live[PANES.name], staged[PANES.name], generation - 1, replay.arrivals, hours=before.hours)
    return Compared(old, _current(staged), None, by, _rollups(replay.arrivals, before.day_cut), all_kept_from(live))


def _current(tables: Mapping[str, Table]) -> dict[str, PinnedTable]:
    return {name: _pinned(table, table.metadata.current_snapshot_id) for name, table in tables.items()}


def _breakdowns(
    live: Table, staged: Table, generation: int, arrivals: Arrivals, *, hours: bool
) -> tuple[Breakdown, ...]:
    """Those of both, of which the stream had all in a generation; `hours`: whether rollups of hours count."""
    made = {each.name: each for each in breakdowns(noted_definition(staged))}
    begun = begun_in(live, generation)
    found = []
    for each in breakdowns(noted_definition(live)):
        if each.name in made and (each.name not in begun or begun[each.name].since <= arrivals.start):
            common = (grain for grain in each.grains if grain in made[each.name].grains)
            grains = tuple(grain for grain in common if hours or each.layer(grain) is not Layer.HOUR)
            found.append(replace(each, grains=grains))
    return tuple(found)


def _rollups(arrivals: Arrivals, complete: datetime | None) -> Arrivals:
    """The part of a range in which rollups are whole, when those of old are complete up to a time."""
    end = rollup_arrival_start(min(arrivals.end, complete)) if complete else arrivals.start
    return Arrivals(arrivals.start, max(arrivals.start, end))


def _pinned(table: Table, snapshot_id: int | None) -> PinnedTable:
    namespace, name = table.name()
    return PinnedTable(namespace, name, snapshot_id, added_since(table, snapshot_id))
