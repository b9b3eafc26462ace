"""One maintenance of a stream: each step is finished or not begun, so the next one goes on where it was killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from database.locks import LakeLock, stream_lock
from database.replay_store import ReplayStore
from iceberg.catalog import Catalog
from iceberg.expiry import expired_at, expiry
from iceberg.kinds import PANES
from iceberg.maintenance import (
    Tables,
    TableSize,
    aged_files,
    closed_until,
    maintained_tables,
    size_of,
    staged_locations,
)
from iceberg.packing import FileGroup, pack, plan_packing
from iceberg.retention import Outdated, horizons, outdated
from iceberg.settings import MaintenanceSettings
from iceberg.slices import layers_of
from iceberg.widening import begin_widening, days_to_widen, finish_widening
from query.maintenance import expire_snapshots, remove_orphan_files, widen_panes
from query.trino_client import TrinoClient
from scripts.lake.retaining import expire_staged, take
from streams.arrivals import Arrivals
from streams.breakdowns import Layer, breakdowns
from streams.definition import Definition
from streams.panes import day_start


@dataclass(frozen=True, slots=True)
class Planned:
    """What a maintenance would do to a table now: days merged (of each layer), files packed, snapshots expired.

    `gone`: what retention would take first.
    """

    table: str
    size: TableSize
    days: int
    files: int
    snapshots: int
    gone: tuple[Outdated, ...] = ()


@dataclass(frozen=True, slots=True)
class Maintained:
    """What a maintenance did to a table. The live job may have added to it meanwhile. `gone`: what retention took."""

    table: str
    before: TableSize
    after: TableSize
    days: int
    expired: int
    orphans: int
    gone: tuple[Outdated, ...] = ()


class Maintenance:
    """Keeps the tables of one stream in order. `say` is told of each step that is done."""

    def __init__(
        self,
        catalog: Catalog,
        trino: TrinoClient,
        definition: Definition,
        settings: MaintenanceSettings,
        say: Callable[[str], None],
    ) -> None:
        self._catalog, self._trino, self._definition = catalog, trino, definition
        self._settings, self._say = settings, say
        self._stream = definition.name

    def plan(self) -> list[Planned]:
        """What there is to do, without doing any of it. Raises LakeError."""
        tables, now = self._tables(), datetime.now(UTC)
        days, groups = self._days(tables), self._groups(tables)
        gone = outdated(tables, horizons(self._definition, now))
        planned = []
        for name, table in tables.items():
            before = expiry(table, now, self._settings.snapshot_age, self._settings.maintain_snapshots)
            files = sum(len(group.files) for group in groups[name])
            snapshots = len(expired_at(table, before))
            merged = len(days) if name == PANES.name else 0
            going = tuple(each for each in gone if each.table == name)
            planned.append(Planned(name, size_of(table), merged, files, snapshots, going))
        return planned

    def run(self) -> list[Maintained]:
        """Do it all, holding the stream's lock. Raises LakeError, QueryError; LakeLockedError if somebody has it."""
        with stream_lock(self._catalog.engine, self._stream, "maintaining") as lock:
            before = {name: size_of(table) for name, table in self._tables().items()}
            gone = take(self._catalog, self._definition, lock, self._say)
            days = self._widen(lock)
            self._pack(lock)
            expired = self._expire(lock)
            expire_staged(
                self._catalog, self._trino, self._stream, datetime.now(UTC), self._settings.snapshot_age, lock
            )
            orphans = self._remove_orphans(lock)
            tables = self._tables()
        return [
            Maintained(
                name,
                size,
                size_of(tables[name]),
                days if name == PANES.name else 0,
                expired[name],
                orphans[name],
                tuple(each for each in gone if each.table == name),
            )
            for name, size in before.items()
        ]

    def _tables(self) -> Tables:
        return maintained_tables(self._catalog, self._stream)

    def _days(self, tables: Tables) -> list[tuple[Layer, Arrivals]]:
        """Days of arrival to merge the panes of, each with their layer."""
        closed, replays = closed_until(tables).get(PANES.name), ReplayStore(self._catalog.engine).all(self._stream)
        if closed is None:
            return []
        panes, before = tables[PANES.name], day_start(min(datetime.now(UTC) - self._settings.widen_age, closed))
        return [(layer, day) for layer in layers_of(panes) for day in days_to_widen(panes, layer, before, replays)]

    def _widen(self, lock: LakeLock) -> int:
        """How many days were merged, counted for each layer."""
        merged = self._days(self._tables())
        for layer, day in merged:
            lock.check()
            task = begin_widening(self._catalog, self._stream, layer, day)
            widen_panes(self._trino, self._definition, task)
            done = finish_widening(self._catalog, task, self._settings.packed_bytes)
            self._say(
                f"{self._stream}: merged {done.removed:,} {layer.panes} of {day.start:%Y-%m-%d} to {done.added:,}"
            )
        return len(merged)

    def _groups(self, tables: Tables) -> dict[str, list[FileGroup]]:
        """Table → groups of files to pack."""
        closed, staged = closed_until(tables), staged_locations(self._catalog, self._stream)
        settings = self._settings
        return {
            name: plan_packing(
                table,
                closed[name],
                settings.packed_bytes,
                settings.maintain_files,
                staged,
                hourly={each.name for each in breakdowns(self._definition) if each.hourly},
            )
            if name in closed
            else []
            for name, table in tables.items()
        }

    def _pack(self, lock: LakeLock) -> None:
        tables = self._tables()
        for name, groups in self._groups(tables).items():
            lock.check()
            for done in pack(tables[name], groups):
                self._say(f"{self._stream}.{name}: packed {done.files:,} files of {done.rows:,} rows to {done.made:,}")
                lock.check()

    def _expire(self, lock: LakeLock) -> dict[str, int]:
        """Table → snapshots expired."""
        expired = {}
        for name, table in self._tables().items():
            now = datetime.now(UTC)
            before = expiry(table, now, self._settings.snapshot_age, self._settings.maintain_snapshots)
            gone = set(expired_at(table, before))
            expired[name] = 0
            if gone:
                lock.check()
                expire_snapshots(self._trino, self._stream, name, before, now)
                left = {snapshot.snapshot_id for snapshot in table.refresh().metadata.snapshots}
                expired[name] = len(gone - left)
                self._say(f"{self._stream}.{name}: expired {expired[name]:,} snapshots")
        return expired

    def _remove_orphans(self, lock: LakeLock) -> dict[str, int]:
        """Table → files removed that no snapshot used."""
        removed = {}
        for name, table in self._tables().items():
            now = datetime.now(UTC)
            before = now - self._settings.orphan_age
            aged = aged_files(table, before)
            removed[name] = 0
            if aged:
                lock.check()
                remove_orphan_files(self._trino, self._stream, name, before, now)
                removed[name] = max(0, aged - aged_files(table, before))
                self._say(f"{self._stream}.{name}: removed {removed[name]:,} files that nobody used")
        return removed
