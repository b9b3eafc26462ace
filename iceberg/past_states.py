"""The states that publications replaced, kept as tags: to go back to, and to answer as known before.

A tag's name says all that must be known of a state: its generation, until when it was what readers saw, up to which
arrivals its rollups counted, whether hour panes did as far as day panes, and which tables were empty, so that there was
nothing to tag. All other tables of a stream carry the same name. A tag that is not there was lost, which is never taken
for an empty table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.table import Table

from iceberg.begun import Begun, begun_in
from iceberg.commits import repeated_when_overtaken
from iceberg.errors import LostStateError, translated
from iceberg.kinds import LEDGER, PANES
from iceberg.ledger import kept_until
from iceberg.pending import hours_reach, trusted_cut
from iceberg.records import MADE_PROPERTY
from streams.breakdowns import Layer

_NAME = re.compile(r"generation-(\d+)-until-(\d+)-days-(\d+)-hours-([01])-without-([a-z.]+)")
_NO_TABLE = "none"


@dataclass(frozen=True, slots=True)
class PastState:
    """A state that readers saw before `until`, as a LakeView describes it.

    `snapshots`: of its tables; one that is not among them was empty, or is `lost`. `begun`: as of a LakeView.
    """

    generation: int
    until: datetime
    day_cut: datetime | None
    hours: bool
    snapshots: Mapping[str, int]
    lost: frozenset[str]
    complete_until: datetime | None
    panes_missing: frozenset[str]
    begun: tuple[tuple[str, Begun], ...] = ()

    def rollups_until(self, layer: Layer) -> datetime | None:
        """The arrival time up to which the rollups of a layer are known; None if none are."""
        return self.day_cut if self.hours or layer is not Layer.HOUR else None


def keep_state(tables: Mapping[str, Table], generation: int, until: datetime) -> None:
    """Tag the current state of every table, which a publication is about to replace.

    Tags that one left which was killed before it was recorded are taken away: rows may have come since.
    """
    cut = trusted_cut(tables[PANES.name], Layer.DAY)
    hours = hours_reach(tables[PANES.name], cut)
    snapshots = {name: table.metadata.current_snapshot_id for name, table in tables.items()}
    empty = sorted(name for name, snapshot in snapshots.items() if snapshot is None)
    name = f"generation-{generation}-until-{_millis(until)}-days-{_millis(cut) if cut else 0}"
    name += f"-hours-{int(hours)}-without-{'.'.join(empty) or _NO_TABLE}"
    with translated():
        for kept, table in tables.items():
            _tag(table, snapshots[kept], name, generation)


@repeated_when_overtaken
def _tag(table: Table, snapshot: int | None, name: str, generation: int) -> None:
    """Give the snapshot, if there is one, the name, and no other the name of that generation."""
    stale = [ref for ref in table.refresh().metadata.refs if _generation(ref) == generation]
    if stale or snapshot is not None:
        with table.manage_snapshots() as snapshots:
            for ref in stale:
                snapshots.remove_tag(ref)
            if snapshot is not None:
                snapshots.create_tag(snapshot, name)


def kept_tags(table: Table) -> list[str]:
    """The tags of a table that keep a past state, the oldest first."""
    return sorted(
        (name for name in table.metadata.refs if _generation(name) is not None), key=lambda name: _generation(name) or 0
    )


def state_before(tables: Mapping[str, Table], generation: int) -> PastState:
    """The tables' state of the generation before. Raises LostStateError if a tag of it is gone."""
    kept = _states(tables, range(generation - 1, generation))
    if not kept or kept[0].lost:
        gone = ", ".join(sorted(kept[0].lost)) if kept else "all tables"
        stream = next(iter(tables.values())).name()[0]
        raise LostStateError(f"the tags of {stream} that kept generation {generation - 1} are gone from {gone}")
    return kept[0]


def past_states(tables: Mapping[str, Table], before: int) -> tuple[PastState, ...]:
    """Every state of a stream's tables that is still kept, of the generations before one, the oldest first.

    A publication that is under way, or was killed before it was recorded, may have tagged some tables of that one.
    """
    return tuple(sorted(_states(tables, range(before)), key=lambda state: state.generation))


@cached(
    LRUCache(maxsize=1000),
    key=lambda _ledger, counted, panes, held: (panes.metadata.table_uuid, counted, held),
    lock=Lock(),
)
def _complete_until(ledger: Table, counted: int | None, panes: Table, held: int | None) -> datetime | None:
    """An arrival time up to which one snapshot of panes holds everything, by one of the ledger; they never change."""
    of_ledger, of_panes = (
        None if snapshot is None else table.metadata.snapshot_by_id(snapshot)
        for table, snapshot in ((ledger, counted), (panes, held))
    )
    return kept_until(ledger, of_ledger, panes, of_panes) if of_ledger and of_panes else None


def added_since(table: Table, snapshot_id: int | None) -> frozenset[str]:
    """Columns of the table that a snapshot does not know: it was committed before they were added."""
    if snapshot_id is None:
        return frozenset()
    snapshot = table.metadata.snapshot_by_id(snapshot_id)
    if snapshot is None or snapshot.schema_id is None:
        return frozenset()
    return frozenset(table.schema().column_names) - frozenset(table.schemas()[snapshot.schema_id].column_names)


def _states(tables: Mapping[str, Table], generations: range) -> list[PastState]:
    """Those of some generations that any table has a tag of."""
    names = {name for table in tables.values() for name in table.metadata.refs if _generation(name) in generations}
    return [_state(tables, name) for name in names]


def _state(tables: Mapping[str, Table], name: str) -> PastState:
    """What a tag's name says, and the snapshots that have it."""
    match = _NAME.fullmatch(name)
    assert match is not None
    generation, until, cut, hours = map(int, match.groups()[:4])
    snapshots = {
        of: table.metadata.refs[name].snapshot_id for of, table in tables.items() if name in table.metadata.refs
    }
    panes, held = tables[PANES.name], snapshots.get(PANES.name)
    return PastState(
        generation=generation,
        until=_time(until),
        day_cut=_time(cut) if cut else None,
        hours=bool(hours),
        snapshots=snapshots,
        lost=frozenset(tables.keys() - snapshots.keys() - {*match[5].split(".")} - _later(tables, _time(until))),
        complete_until=_complete_until(tables[LEDGER.name], snapshots.get(LEDGER.name), panes, held),
        panes_missing=added_since(panes, held),
        begun=tuple(sorted(begun_in(panes, generation).items())),
    )


def _later(tables: Mapping[str, Table], at: datetime) -> set[str]:
    """The tables that were made after a moment."""
    made = {name: table.properties.get(MADE_PROPERTY) for name, table in tables.items()}
    return {name for name, noted in made.items() if noted and datetime.fromisoformat(noted) > at}


def _generation(tag: str) -> int | None:
    """The generation of the state that a tag is of; None for tags of others."""
    match = _NAME.fullmatch(tag)
    return int(match[1]) if match else None


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _time(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
