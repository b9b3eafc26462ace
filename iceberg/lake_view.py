"""The lake view: the pinned snapshots that queries of a stream read, so that no answer mixes two states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from cachetools import LRUCache
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from database.engine import rows
from iceberg.apply import generation_of
from iceberg.begun import Begun, begun_in
from iceberg.bounds import cut, earliest, parts_beyond, rows_by_breakdown
from iceberg.catalog import Catalog
from iceberg.errors import BetweenStatesError, LostStateError, translated
from iceberg.kept import KeptFrom, Taken, all_kept_from, all_taken
from iceberg.kinds import KINDS, LEDGER, PANES, RECORDS, REJECTED
from iceberg.ledger import complete_until, settled_until
from iceberg.namespaces import is_staging
from iceberg.noted import noted_definition
from iceberg.past_states import PastState, added_since, past_states
from iceberg.pending import hours_reach, pending_arrivals, trusted_cut
from iceberg.reading import Reading, noted_in
from iceberg.records import kept_since
from iceberg.retirement import retired_at
from iceberg.slices import rollups_of
from iceberg.stream_tables import stream_tables
from iceberg.widening import widened_until
from streams.breakdowns import Layer
from streams.definition import Definition
from streams.panes import Grain, arrival_start, day_start, rollup_arrival_start, spans_day

READ = {kind.name for kind in KINDS if kind.replaced}
"""The tables that readers look at."""

NEEDED = {kind.name for kind in KINDS if kind.replaced and not kind.optional}
"""Those that every stream has."""

_BEGAN: LRUCache[UUID, datetime] = LRUCache(maxsize=1000)
"""Ledger → its first arrival."""


@dataclass(frozen=True, slots=True)
class LakeView:
    """One state of a stream's tables.

    A snapshot is None while its table is empty. `day_cut`: arrival time up to which day panes are complete, and hour
    panes with them if `hours`. `capped`: whether there may be rollups beyond it, which do not count.
    `complete_until`: arrival time up to which every answer is complete. `committed`: time of the newest commit.
    `panes_missing`: columns that were added to the panes after their pinned snapshot; so `ledger_missing`.
    `past`: the states that publications replaced, the oldest first.
    `late_parts`: the parts of all finest panes that arrived after the day cut; None while that is not known.
    `unpacked_parts`: the parts of whole days that finest panes are in; None while that is not known.
    `began`: when the stream's first message or heartbeat arrived, or a moment before.
    `retired`: since when the stream takes no more messages; None if it does.
    `settled_until`: arrival time up to which every pinned snapshot, that of `rejected` too, holds everything.
    `widened_until`: arrival time before which panes may be merged by day of arrival; None if none are.
    `reading`: what the ledger counts the offsets of; None before the stream had a job.
    `begun`: the breakdowns that do not hold everything, each with since when; of `past` states, see there.
    `sizes`: breakdown → how many panes of the longest grain it has.
    `kept_from`: since when there are panes of a grain, or rows of another table. `taken`: arrivals of which retention
    took some of those.
    `records_since`, `records_until`: arrivals between which every accepted message has its record; None: since the
    stream began, and until nothing is sure. `records_missing`: columns that were added after the pinned snapshot.
    """

    stream: str
    panes_snapshot: int | None
    rejected_snapshot: int | None
    day_cut: datetime | None
    complete_until: datetime | None
    committed: datetime | None
    generation: int = 0
    definition: Definition | None = field(default=None, compare=False)
    panes_missing: frozenset[str] = frozenset()
    hours: bool = False
    capped: bool = False
    past: tuple[PastState, ...] = ()
    ledger_snapshot: int | None = None
    ledger_missing: frozenset[str] = frozenset()
    settled_until: datetime | None = None
    late_parts: tuple[str, ...] | None = None
    unpacked_parts: tuple[str, ...] | None = None
    began: datetime | None = field(default=None, compare=False)
    widened_until: datetime | None = None
    retired: datetime | None = None
    reading: Reading | None = field(default=None, compare=False)
    begun: tuple[tuple[str, Begun], ...] = ()
    sizes: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    kept_from: KeptFrom = ()
    taken: Taken = ()
    records_snapshot: int | None = None
    records_missing: frozenset[str] = frozenset()
    records_since: datetime | None = None
    records_until: datetime | None = None

    def as_known_at(self, at: datetime) -> LakeView:
        """The view of the state that readers saw at a moment: the one before the first publication after it.

        Raises LostStateError when that cannot be told, for a state of then is no longer there.
        """
        later = next((state for state in self.past if at < state.until), None)
        earlier = max((state.generation for state in self.past if state.until <= at), default=-1)
        if (later.generation if later else self.generation) != earlier + 1 or (later and PANES.name in later.lost):
            raise LostStateError(f"what was known of {self.stream} at {at:%Y-%m-%dT%H:%M:%SZ} is no longer kept")
        if later is None:
            return self
        if later.day_cut is None and self._took_panes(datetime.min.replace(tzinfo=UTC)):
            raise LostStateError(f"what was known of {self.stream} at {at:%Y-%m-%dT%H:%M:%SZ} is kept in part only")
        return replace(
            self,
            panes_snapshot=later.snapshots.get(PANES.name),
            day_cut=later.day_cut,
            complete_until=later.complete_until,
            generation=later.generation,
            panes_missing=later.panes_missing,
            hours=later.hours,
            capped=True,
            late_parts=None,
            unpacked_parts=None,
            begun=later.begun,
        )

    def rounded_down(self, at: datetime) -> datetime:
        """The latest moment up to another that arrivals can be told apart by: of merged days, the day's start.

        Where retention took finest panes, it is one up to which rollups count what those did.
        """
        if self.widened_until is not None and at < self.widened_until:
            at = day_start(at)
        if self._took_panes(at):
            at = rollup_arrival_start(at)
            return at if self.day_cut is None else min(at, self.day_cut)
        return at

    def _took_panes(self, at: datetime) -> bool:
        """Whether retention took panes that arrived after a moment."""
        return any(at < each.end for name, ranges in self.taken if name in {*Grain} for each in ranges)

    def known_until(self, at: datetime) -> datetime | None:
        """Of the view as known at a moment: the moment that it can tell, up to which every arrival is in it.

        That is the start of the panes' arrival window, of the day where panes are merged by it, or how far the view is
        complete; None when nothing is sure.
        """
        return None if self.complete_until is None else min(arrival_start(self.rounded_down(at)), self.complete_until)


def metadata_locations(catalog: Catalog) -> dict[str, dict[str, str]]:
    """Stream → table → where its newest metadata is: one cheap query that tells which tables changed.

    The staging tables of replays are left out: they are no stream's.
    """
    sql = (
        "select table_namespace, table_name, metadata_location from iceberg_tables"
        " where catalog_name = :catalog and metadata_location is not null"
    )
    locations: dict[str, dict[str, str]] = {}
    for namespace, name, location in rows(catalog.engine, sql, catalog=catalog.name):
        if name in READ and not is_staging(namespace):
            locations.setdefault(namespace, {})[name] = location
    return locations


def pin(catalog: Catalog, stream: str) -> LakeView:
    """The stream's state as it is now: its tables are loaded ledger first, panes after it.

    Raises BetweenStatesError while a publication is under way, and any other LakeError.
    """
    tables = stream_tables(catalog, stream)
    records = tables.get(RECORDS.name)
    with translated():
        generations = set(map(generation_of, tables.values()))
        if len(generations) > 1:
            raise BetweenStatesError(stream)
        [generation] = generations
        panes, ledger = tables[PANES.name], tables[LEDGER.name]
        current = {name: table.current_snapshot() for name, table in tables.items()}
        snapshots = {name: snapshot.snapshot_id if snapshot else None for name, snapshot in current.items()}
        rollups = rollups_of(panes)
        day_cut = trusted_cut(panes, Layer.DAY)
        hours = Layer.HOUR in rollups and hours_reach(panes, day_cut)
        return LakeView(
            stream=stream,
            panes_snapshot=snapshots[PANES.name],
            rejected_snapshot=snapshots[REJECTED.name],
            day_cut=day_cut,
            complete_until=complete_until(ledger, panes),
            committed=_committed(current.values()),
            generation=generation,
            definition=noted_definition(panes),
            panes_missing=added_since(panes, snapshots[PANES.name]),
            hours=hours,
            capped=any(pending_arrivals(panes, layer) or cut(panes, layer) != day_cut for layer in rollups),
            past=past_states(tables, generation),
            ledger_snapshot=snapshots[LEDGER.name],
            ledger_missing=added_since(ledger, snapshots[LEDGER.name]),
            retired=retired_at(panes.properties),
            settled_until=settled_until(ledger),
            late_parts=parts_beyond(panes, "arrived_until", day_cut, Layer.FINEST) if day_cut else None,
            unpacked_parts=tuple(filter(spans_day, parts_beyond(panes, "arrived_until", None, Layer.FINEST))),
            began=_began(ledger),
            widened_until=max(filter(None, (widened_until(panes, layer) for layer in Layer)), default=None),
            reading=noted_in(ledger),
            begun=tuple(sorted(begun_in(panes, generation).items())),
            sizes=tuple(sorted(rows_by_breakdown(panes, Grain.DAY).items())),
            kept_from=all_kept_from(tables),
            taken=all_taken(tables),
            records_snapshot=snapshots.get(RECORDS.name),
            records_missing=added_since(records, snapshots[RECORDS.name]) if records else frozenset(),
            records_since=kept_since(records) if records else None,
            records_until=complete_until(ledger, records) if records else None,
        )


def _began(ledger: Table) -> datetime | None:
    """The first arrival that the ledger counts. It is looked for until there is one, for later ones come after it."""
    known = _BEGAN.get(ledger.metadata.table_uuid)
    if known is None and (known := earliest(ledger, "arrived_from")) is not None:
        _BEGAN[ledger.metadata.table_uuid] = known
    return known


def _committed(snapshots: Iterable[Snapshot | None]) -> datetime | None:
    times = [snapshot.timestamp_ms for snapshot in snapshots if snapshot is not None]
    return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None
