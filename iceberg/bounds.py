"""Bounds of time columns, read from manifests alone: no data file is opened.

Manifests never change once written, so what was read of one is kept; a refresh reads only the new ones.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.io import FileIO
from pyiceberg.manifest import ManifestContent, ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

__all__ = [
    "COMPLETE_PROPERTY",
    "cut",
    "earliest",
    "earliest_beyond",
    "first_added",
    "latest",
    "noted_cut",
    "time_of_bound",
]

COMPLETE_PROPERTY = "windowpane.complete-until"
"""Table property: an arrival time up to which the table is complete, though it may hold no row that shows it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def latest(table: Table, column: str, snapshot: Snapshot | None = None) -> datetime | None:
    """The largest value of a time column in a snapshot (default: the current one); None when it holds no rows."""
    snapshot = snapshot or table.current_snapshot()
    if snapshot is None:
        return None
    field_id = table.schema().find_field(column).field_id
    found = [
        _latest_in(manifest, table.io, field_id)
        for manifest in snapshot.manifests(table.io)
        if manifest.content is ManifestContent.DATA  # a SQL client's delete adds others, which bound no column
    ]
    return _time(max((micros for micros in found if micros is not None), default=None))


def earliest(table: Table, column: str) -> datetime | None:
    """The smallest value of a time column; None when the table holds no rows. Reads every manifest anew."""
    snapshot = table.current_snapshot()
    if snapshot is None:
        return None
    field_id = table.schema().find_field(column).field_id
    found = [
        _micros(entry.data_file.lower_bounds[field_id])
        for manifest in snapshot.manifests(table.io)
        if manifest.content is ManifestContent.DATA
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
    ]
    return _time(min(found, default=None))


def cut(table: Table) -> datetime | None:
    """The arrival time up to which a table of whole arrival windows is complete; None while that is not known."""
    known = [latest(table, "arrived_until"), noted_cut(table)]
    return max((at for at in known if at is not None), default=None)


def noted_cut(table: Table) -> datetime | None:
    """The arrival time up to which the table was noted to be complete."""
    noted = table.properties.get(COMPLETE_PROPERTY)
    return datetime.fromisoformat(noted) if noted else None


def first_added(table: Table, column: str, snapshot: Snapshot) -> datetime | None:
    """The smallest value of a time column among the rows that a snapshot added; None when it added none."""
    field_id = table.schema().find_field(column).field_id
    bounds = [
        _micros(entry.data_file.lower_bounds[field_id])
        for manifest in snapshot.manifests(table.io)
        if manifest.added_snapshot_id == snapshot.snapshot_id and manifest.content is ManifestContent.DATA
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True)
        if entry.snapshot_id in (None, snapshot.snapshot_id)
    ]
    return _time(min(bounds, default=None))


def earliest_beyond(table: Table, column: str, after: str, at: datetime) -> datetime | None:
    """The smallest value of a time column in the data files that reach beyond a moment in another; None: no file does.

    Of the rows that are beyond it, none has a smaller value.
    """
    snapshot = table.current_snapshot()
    if snapshot is None:
        return None
    fields = tuple(table.schema().find_field(name).field_id for name in (column, after))
    limit = (at - _EPOCH) // timedelta(microseconds=1)
    found = [
        low
        for manifest in snapshot.manifests(table.io)
        if manifest.content is ManifestContent.DATA
        for low, high in _reaches(manifest, table.io, *fields)
        if high > limit
    ]
    return _time(min(found, default=None))


@cached(LRUCache(maxsize=20_000), key=lambda manifest, _io, *fields: (manifest.manifest_path, fields), lock=Lock())
def _reaches(manifest: ManifestFile, io: FileIO, low: int, high: int) -> tuple[tuple[int, int], ...]:
    """Of each data file, the smallest value of one field and the largest of another."""
    files = [entry.data_file for entry in manifest.fetch_manifest_entry(io, discard_deleted=True)]
    return tuple((_micros(file.lower_bounds[low]), _micros(file.upper_bounds[high])) for file in files)


@cached(LRUCache(maxsize=100_000), key=lambda manifest, _io, field: (manifest.manifest_path, field), lock=Lock())
def _latest_in(manifest: ManifestFile, io: FileIO, field_id: int) -> int | None:
    entries = manifest.fetch_manifest_entry(io, discard_deleted=True)
    return max((_micros(entry.data_file.upper_bounds[field_id]) for entry in entries), default=None)


def time_of_bound(bound: bytes) -> datetime:
    """The value of a bound of a time column."""
    return _EPOCH + timedelta(microseconds=_micros(bound))


def _micros(bound: bytes) -> int:
    return int.from_bytes(bound, "little", signed=True)


def _time(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)
