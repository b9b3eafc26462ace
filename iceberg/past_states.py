"""The states that publications replaced, kept as tags: to go back to, and to answer as known before.

A tag's name says all that must be known of a state: its generation, until when it was what readers saw, and up to
which arrivals its rollups counted. All tables of a stream carry the same names; one that was empty has no tag, and hour
panes that did not count as far as day panes have none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.table import Table

from iceberg.commits import repeated_when_overtaken
from iceberg.errors import translated
from iceberg.ledger import kept_until
from iceberg.pending import reaches, trusted_cut

__all__ = ["PastState", "added_since", "keep_state", "past_states", "snapshot_before"]

_NAME = re.compile(r"generation-(\d+)-until-(\d+)-days-(\d+)")


@dataclass(frozen=True, slots=True)
class PastState:
    """A state that readers saw before `until`, as a LakeView describes it."""

    generation: int
    until: datetime
    complete_until: datetime | None
    day_cut: datetime | None
    minute_snapshot: int | None
    day_snapshot: int | None
    hour_snapshot: int | None
    minute_missing: frozenset[str]
    day_missing: frozenset[str]
    hour_missing: frozenset[str]


def keep_state(tables: Mapping[str, Table], generation: int, until: datetime) -> None:
    """Tag the current state of every table, which a publication is about to replace.

    Tags that one left which was killed before it was recorded are taken away: rows may have come since.
    """
    cut = trusted_cut(tables["day_panes"])
    behind = {"hour_panes"} if "hour_panes" in tables and not reaches(tables["hour_panes"], cut) else set()
    name = f"generation-{generation}-until-{_millis(until)}-days-{_millis(cut) if cut else 0}"
    with translated():
        for kept, table in tables.items():
            _tag(table, None if kept in behind else table.metadata.current_snapshot_id, name, generation)


@repeated_when_overtaken
def _tag(table: Table, snapshot: int | None, name: str, generation: int) -> None:
    """Give the snapshot, if there is one, the name, and no other the name of that generation."""
    stale = [ref for ref in table.refresh().metadata.refs if _of(ref, generation)]
    if stale or snapshot is not None:
        with table.manage_snapshots() as snapshots:
            for ref in stale:
                snapshots.remove_tag(ref)
            if snapshot is not None:
                snapshots.create_tag(snapshot, name)


def snapshot_before(table: Table, generation: int) -> int | None:
    """The table's state of the generation before; None if it was empty."""
    refs = table.metadata.refs.items()
    return next((ref.snapshot_id for name, ref in refs if _of(name, generation - 1)), None)


def past_states(tables: Mapping[str, Table]) -> tuple[PastState, ...]:
    """Every state of a stream's tables that is still kept, the oldest first."""
    minute_panes, day_panes, hour_panes = tables["minute_panes"], tables["day_panes"], tables.get("hour_panes")
    found = []
    for name in {*minute_panes.metadata.refs, *day_panes.metadata.refs}:
        match = _NAME.fullmatch(name)
        if match:
            generation, until, cut = map(int, match.groups())
            minute, day, hour = (_tagged(table, name) for table in (minute_panes, day_panes, hour_panes))
            found.append(
                PastState(
                    generation=generation,
                    until=_time(until),
                    complete_until=_complete_until(tables["ledger"], minute_panes, name),
                    day_cut=_time(cut) if cut else None,
                    minute_snapshot=minute,
                    day_snapshot=day,
                    hour_snapshot=hour,
                    minute_missing=added_since(minute_panes, minute),
                    day_missing=added_since(day_panes, day),
                    hour_missing=added_since(hour_panes, hour),
                )
            )
    return tuple(sorted(found, key=lambda state: state.generation))


@cached(LRUCache(maxsize=1000), key=lambda _ledger, panes, name: (panes.metadata.table_uuid, name), lock=Lock())
def _complete_until(ledger: Table, minute_panes: Table, name: str) -> datetime | None:
    """An arrival time up to which the state with this tag holds everything; read once, for a tag never moves."""
    counted, panes = (table.snapshot_by_name(name) for table in (ledger, minute_panes))
    return kept_until(ledger, counted, minute_panes, panes) if counted and panes else None


def added_since(table: Table | None, snapshot_id: int | None) -> frozenset[str]:
    """Columns of the table that a snapshot does not know: it was committed before they were added."""
    if table is None or snapshot_id is None:
        return frozenset()
    snapshot = table.metadata.snapshot_by_id(snapshot_id)
    if snapshot is None or snapshot.schema_id is None:
        return frozenset()
    return frozenset(table.schema().column_names) - frozenset(table.schemas()[snapshot.schema_id].column_names)


def _tagged(table: Table | None, name: str) -> int | None:
    refs = {} if table is None else table.metadata.refs
    return refs[name].snapshot_id if name in refs else None


def _of(name: str, generation: int) -> bool:
    match = _NAME.fullmatch(name)
    return match is not None and int(match.group(1)) == generation


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _time(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
