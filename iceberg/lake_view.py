"""The lake view: the pinned snapshots that queries of a stream read, so that no answer mixes two states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy
from cachetools import LRUCache
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from iceberg.apply import GENERATION_PROPERTY, noted_definition
from iceberg.arrivals import NEVER
from iceberg.bounds import cut, earliest, earliest_beyond
from iceberg.catalog import Catalog
from iceberg.errors import BetweenStatesError, LostStateError, translated
from iceberg.ledger import complete_until, settled_until
from iceberg.past_states import PastState, added_since, past_states
from iceberg.pending import pending_arrivals, reaches, trusted_cut
from iceberg.reading import Reading, noted_in
from iceberg.replays import is_staging
from iceberg.retirement import retired_at
from iceberg.stream_tables import OPTIONAL, optional_table, rollups_of
from iceberg.widening import widened_until
from streams.definition import Definition
from streams.panes import arrival_start, day_start

__all__ = ["TABLES", "LakeView", "metadata_locations", "pin"]

TABLES = ("ledger", "day_panes", "hour_panes", "minute_panes", "rejected")
"""In the order in which they are read: what is read later may only be newer. Not every stream has hour panes."""

_BEGAN: LRUCache[UUID, datetime] = LRUCache(maxsize=1000)
"""Ledger → its first arrival."""


@dataclass(frozen=True, slots=True)
class LakeView:
    """One state of a stream's tables.

    A snapshot is None while its table is empty. `day_cut`: arrival time up to which day panes are complete, and
    `day_capped`: whether there are day panes beyond it, which do not count. `hour_snapshot`: of hour panes, None unless
    they are complete as far as day panes; `hour_capped`: whether there are some beyond the day panes' cut.
    `complete_until`: arrival time up to which every answer is complete. `committed`: time of the newest commit.
    `minute_missing`, `day_missing`, `hour_missing`: columns that were added to the table after its pinned snapshot.
    `past`: the states that publications replaced, the oldest first.
    `fresh_from`: no minute pane that arrived after the day cut is of an earlier minute; None while that is not known.
    `began`: when the stream's first message or heartbeat arrived, or a moment before.
    `retired`: since when the stream takes no more messages; None if it does.
    `settled_until`: arrival time up to which every pinned snapshot, that of `rejected` too, holds everything.
    `widened_until`: arrival time before which panes may be merged by day of arrival; None if none are.
    `reading`: what the ledger counts the offsets of; None before the stream had a job.
    """

    stream: str
    minute_snapshot: int | None
    day_snapshot: int | None
    rejected_snapshot: int | None
    day_cut: datetime | None
    complete_until: datetime | None
    committed: datetime | None
    generation: int = 0
    definition: Definition | None = field(default=None, compare=False)
    minute_missing: frozenset[str] = frozenset()
    day_missing: frozenset[str] = frozenset()
    day_capped: bool = False
    past: tuple[PastState, ...] = ()
    ledger_snapshot: int | None = None
    settled_until: datetime | None = None
    fresh_from: datetime | None = None
    began: datetime | None = field(default=None, compare=False)
    widened_until: datetime | None = None
    hour_snapshot: int | None = None
    hour_missing: frozenset[str] = frozenset()
    hour_capped: bool = False
    retired: datetime | None = None
    reading: Reading | None = field(default=None, compare=False)

    def as_known_at(self, at: datetime) -> LakeView:
        """The view of the state that readers saw at a moment: the one before the first publication after it.

        Raises LostStateError when that cannot be told, for a state of then is no longer there.
        """
        later = next((state for state in self.past if at < state.until), None)
        earlier = max((state.generation for state in self.past if state.until <= at), default=-1)
        if (later.generation if later else self.generation) != earlier + 1 or (later and later.lost):
            raise LostStateError(f"what was known of {self.stream} at {at:%Y-%m-%dT%H:%M:%SZ} is no longer kept")
        if later is None:
            return self
        return replace(
            self,
            minute_snapshot=later.minute_snapshot,
            day_snapshot=later.day_snapshot,
            day_cut=later.day_cut,
            complete_until=later.complete_until,
            generation=later.generation,
            minute_missing=later.minute_missing,
            day_missing=later.day_missing,
            hour_snapshot=later.hour_snapshot,
            hour_missing=later.hour_missing,
            hour_capped=True,
        )

    def told(self, at: datetime) -> datetime:
        """The latest moment up to another that arrivals can be told apart by: of merged days, the day's start."""
        return day_start(at) if self.widened_until is not None and at < self.widened_until else at

    def known_until(self, at: datetime) -> datetime | None:
        """Of the view as known at a moment: the moment that it can tell, up to which every arrival is in it.

        That is the start of the panes' arrival window, of the day where panes are merged by it, or how far the view is
        complete; None when nothing is sure.
        """
        return None if self.complete_until is None else min(arrival_start(self.told(at)), self.complete_until)


def metadata_locations(catalog: Catalog) -> dict[tuple[str, str], str]:
    """`(stream, table)` → where its newest metadata is: one cheap query that tells which tables changed.

    The staging tables of replays are left out: they are no stream's.
    """
    with translated(), catalog.engine.connect() as connection:
        rows = connection.execute(
            sqlalchemy.text(
                "select table_namespace, table_name, metadata_location from iceberg_tables"
                " where catalog_name = :catalog and metadata_location is not null"
            ),
            {"catalog": catalog.name},
        )
        return {
            (namespace, name): location
            for namespace, name, location in rows
            if name in TABLES and not is_staging(namespace)
        }


def pin(catalog: Catalog, stream: str) -> LakeView:
    """The stream's state as it is now: its tables are loaded ledger first, panes after it.

    Raises BetweenStatesError while a publication is under way, and any other LakeError.
    """
    with translated():
        tables = _tables(catalog, stream)
        current = {name: table.current_snapshot() for name, table in tables.items()}
        snapshots = {name: snapshot.snapshot_id if snapshot else None for name, snapshot in current.items()}
        panes = tables["minute_panes"]
        generations = set(map(_generation, tables.values()))
        if len(generations) > 1:
            raise BetweenStatesError(stream)
        [generation] = generations
        day_cut = trusted_cut(tables["day_panes"])
        hours = tables.get(OPTIONAL)
        hour_snapshot = snapshots[OPTIONAL] if hours and reaches(hours, day_cut) else None
        return LakeView(
            stream=stream,
            minute_snapshot=snapshots["minute_panes"],
            day_snapshot=snapshots["day_panes"],
            rejected_snapshot=snapshots["rejected"],
            day_cut=day_cut,
            complete_until=complete_until(tables["ledger"], panes),
            committed=_committed(current.values()),
            generation=generation,
            definition=noted_definition(panes),
            minute_missing=added_since(panes, snapshots["minute_panes"]),
            day_missing=added_since(tables["day_panes"], snapshots["day_panes"]),
            day_capped=pending_arrivals(tables["day_panes"]) is not None,
            past=past_states(tables, generation),
            ledger_snapshot=snapshots["ledger"],
            retired=retired_at(panes.properties),
            settled_until=settled_until(tables["ledger"]),
            fresh_from=_fresh_from(panes, day_cut),
            began=_began(tables["ledger"]),
            widened_until=max(filter(None, map(widened_until, (panes, *rollups_of(tables).values()))), default=None),
            hour_snapshot=hour_snapshot,
            hour_missing=added_since(hours, hour_snapshot),
            reading=noted_in(tables["ledger"]),
            hour_capped=hours is not None and (pending_arrivals(hours) is not None or cut(hours) != day_cut),
        )


def _tables(catalog: Catalog, stream: str) -> dict[str, Table]:
    """Loaded in order. Hour panes that missed a publication, for they were new, are left out until the next one."""
    loaded = {
        name: optional_table(catalog, stream, name) if name == OPTIONAL else catalog.load_table((stream, name))
        for name in TABLES
    }
    tables = {name: table for name, table in loaded.items() if table is not None}
    hours = tables.get(OPTIONAL)
    if hours is not None and _generation(hours) != _generation(tables["day_panes"]):
        del tables[OPTIONAL]
    return tables


def _generation(table: Table) -> int:
    return int(table.properties.get(GENERATION_PROPERTY, "0"))


def _began(ledger: Table) -> datetime | None:
    """The first arrival that the ledger counts. It is looked for until there is one, for later ones come after it."""
    known = _BEGAN.get(ledger.metadata.table_uuid)
    if known is None and (known := earliest(ledger, "arrived_from")) is not None:
        _BEGAN[ledger.metadata.table_uuid] = known
    return known


def _fresh_from(minute_panes: Table, day_cut: datetime | None) -> datetime | None:
    if day_cut is None:
        return None
    return earliest_beyond(minute_panes, "window_start", "arrived_until", day_cut) or NEVER


def _committed(snapshots: Iterable[Snapshot | None]) -> datetime | None:
    times = [snapshot.timestamp_ms for snapshot in snapshots if snapshot is not None]
    return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None
