"""Bounds of time columns, read from manifests alone: no data file is opened. Of panes, those of one layer.

Manifests never change once written, so what was read of one is kept; a refresh reads only the new ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, ManifestContent, ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from iceberg.noted import finest_in
from streams.breakdowns import Layer, breakdown_in, layer_of
from streams.panes import Grain, grain_of

COMPLETE_PROPERTY = "windowpane.complete-until"
"""Table property: an arrival time up to which the table is complete, though it may hold no row that shows it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def noted_as(key: str, layer: Layer | None) -> str:
    """The property that notes something of the panes of a layer, or of a table that has none."""
    return key if layer is None else f"{key}.{layer.noted}"


def part_in(file: DataFile) -> str:
    """The part that a file of panes is of; empty for files of other tables."""
    part = file.partition[0] if len(file.partition) else None
    return sys.intern(part) if isinstance(part, str) else ""


def latest(table: Table, column: str, snapshot: Snapshot | None = None, layer: Layer | None = None) -> datetime | None:
    """The largest value of a time column in a snapshot (default: the current one); None when it holds no rows."""
    largest = _largest_by_part(table, column, snapshot or table.current_snapshot())
    is_of = _of_layer(table, layer)
    micros = max((micros for part, micros in largest.items() if is_of(part)), default=None)
    return None if micros is None else _time(micros)


def parts_beyond(table: Table, column: str, at: datetime | None, layer: Layer) -> tuple[str, ...]:
    """The parts of a layer, sorted, that have files that reach beyond a moment in a time column; of None, all."""
    largest = _largest_by_part(table, column, table.current_snapshot())
    limit = None if at is None else (at - _EPOCH) // timedelta(microseconds=1)
    is_of = _of_layer(table, layer)
    return tuple(sorted(part for part, micros in largest.items() if (limit is None or micros > limit) and is_of(part)))


def rows_by_breakdown(table: Table, grain: Grain) -> dict[str, int]:
    """Breakdown → how many rows of a grain the table has."""
    field_id = table.schema().find_field("arrived_until").field_id  # which its cut is read by too
    rows: dict[str, int] = {}
    for manifest in _manifests(table, table.current_snapshot()):
        for part, _, count in _in_parts(manifest, table.io, field_id):
            if grain_of(part) is grain:
                rows[breakdown_in(part)] = rows.get(breakdown_in(part), 0) + count
    return rows


def earliest(table: Table, column: str, layer: Layer | None = None) -> datetime | None:
    """The smallest value of a time column; None when there are no rows. Reads every manifest anew."""
    field_id, is_of = table.schema().find_field(column).field_id, _of_layer(table, layer)
    smallest = [
        _micros(entry.data_file.lower_bounds[field_id])
        for manifest in _manifests(table, table.current_snapshot())
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
        if is_of(part_in(entry.data_file))
    ]
    return _time(min(smallest)) if smallest else None


def cut(table: Table, layer: Layer | None = None) -> datetime | None:
    """The arrival time up to which rows of whole arrival windows are complete; None while that is not known."""
    known = [latest(table, "arrived_until", layer=layer), noted_cut(table, layer)]
    return max((at for at in known if at is not None), default=None)


def noted_cut(table: Table, layer: Layer | None = None) -> datetime | None:
    """The arrival time up to which a table, or the panes of a layer, was noted to be complete."""
    noted = table.properties.get(noted_as(COMPLETE_PROPERTY, layer))
    return datetime.fromisoformat(noted) if noted else None


def first_added(table: Table, column: str, snapshot: Snapshot) -> datetime | None:
    """The smallest value of a time column among the rows that a snapshot added; None when it added none."""
    field_id = table.schema().find_field(column).field_id
    bounds = [
        _micros(entry.data_file.lower_bounds[field_id])
        for manifest in _manifests(table, snapshot)
        if manifest.added_snapshot_id == snapshot.snapshot_id
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
        if entry.snapshot_id in (None, snapshot.snapshot_id)
    ]
    return _time(min(bounds)) if bounds else None


def time_of_bound(bound: bytes) -> datetime:
    """The value of a bound of a time column."""
    return _time(_micros(bound))


def _manifests(table: Table, snapshot: Snapshot | None) -> Iterator[ManifestFile]:
    """Those of data files: a SQL client's delete adds others, which bound no column."""
    manifests = snapshot.manifests(table.io) if snapshot else []
    return (manifest for manifest in manifests if manifest.content is ManifestContent.DATA)


@cached(
    LRUCache(maxsize=200),
    key=lambda table, column, snapshot: (table.metadata.table_uuid, column, snapshot and snapshot.snapshot_id),
    lock=Lock(),
)
def _largest_by_part(table: Table, column: str, snapshot: Snapshot | None) -> Mapping[str, int]:
    """Part → the largest value of a column in its files."""
    field_id = table.schema().find_field(column).field_id
    largest: dict[str, int] = {}
    for manifest in _manifests(table, snapshot):
        for part, micros, _ in _in_parts(manifest, table.io, field_id):
            largest[part] = max(micros, largest.get(part, micros))
    return largest


@cached(LRUCache(maxsize=20_000), key=lambda manifest, _io, field: (manifest.manifest_path, field), lock=Lock())
def _in_parts(manifest: ManifestFile, io: FileIO, field_id: int) -> tuple[tuple[str, int, int], ...]:
    """Each part, the largest value of a column in its files of a manifest, and how many rows those have."""
    found: dict[str, tuple[int, int]] = {}
    for entry in manifest.fetch_manifest_entry(io, discard_deleted=True):
        part, micros = part_in(entry.data_file), _micros(entry.data_file.upper_bounds[field_id])
        largest, rows = found.get(part, (micros, 0))
        found[part] = (max(micros, largest), rows + entry.data_file.record_count)
    return tuple((part, *held) for part, held in found.items())


def _of_layer(table: Table, layer: Layer | None) -> Callable[[str], bool]:
    """Tells the parts of a layer."""
    if layer is None:
        return lambda _: True
    finest = finest_in(table)
    return lambda part: layer_of(part, finest) is layer


def _micros(bound: bytes) -> int:
    return int.from_bytes(bound, "little", signed=True)


def _time(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
