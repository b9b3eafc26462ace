"""What a stream's tables must hold after any interleaving: a log of messages, and the rows that definitions make of it.

A definition is a number here. Definition 0 is the live one; each other accepts other messages and sees other values, so
that every row tells which definition made it. Arrival windows are ten seconds long, those of rollups three of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import pyarrow.parquet as pq
from cachetools import LRUCache, cached
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, ManifestFile, read_manifest_list
from pyiceberg.table import Table

from streams.definition_files import parse_definition
from streams.panes import Grain
from tests.iceberg.lakes import NOON, noon, pane_place

SECONDS = 10
"""Length of an arrival window."""

ROLLUP_WINDOWS = 3
"""Arrival windows in one of rollups."""

EVENTS = (NOON, NOON - timedelta(minutes=7), NOON - timedelta(days=1))
"""Event minutes: now, some minutes late, a day late."""

DEFINITION = parse_definition(
    {
        "name": "made",
        "title": "Made",
        "topic": "made",
        "partitions": 1,
        "hours": True,
        "event_time": {"field": "at"},
        "fields": {"who": {"type": "string"}, "number": {"type": "number"}},
        "dimensions": {"who": "who"},
        "measures": {"value": {"value": "number", "decimals": 0, "min": 0, "max": 1_000_000}},
    },
    "made.toml",
)

Rows = Sequence[Mapping[str, Any]]
Versions = Mapping[int, int]
"""Arrival window → the definition that made its rows; 0 if it is not there."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `event`: which of `EVENTS` it happened in."""

    offset: int
    event: int

    def accepted(self, version: int) -> bool:
        """Whether a definition accepts it."""
        return self.offset % 3 != version % 3

    def value(self, version: int) -> int:
        """What a definition makes of it."""
        return self.offset + 1000 * version


@dataclass(frozen=True, slots=True)
class Window:
    """The messages of one arrival window; the one before the first of them is a heartbeat."""

    number: int
    heartbeat: int
    messages: tuple[Message, ...]

    @property
    def arrived(self) -> datetime:
        """When it began, and all of its messages arrived."""
        return noon(self.number * SECONDS)


def pane_rows(grain: Grain, windows: Sequence[Window], versions: Versions) -> list[dict[str, Any]]:
    """The panes of some windows; of rollups, the first window begins one of theirs."""
    together = 1 if grain is Grain.MINUTE else ROLLUP_WINDOWS
    return [
        row
        for _, group in groupby(windows, key=lambda window: window.number // together)
        for row in _panes(grain, list(group), versions, SECONDS * together)
    ]


def _panes(grain: Grain, windows: Sequence[Window], versions: Versions, length: int) -> list[dict[str, Any]]:
    values: dict[datetime, list[int]] = {}
    for window in windows:
        version = versions.get(window.number, 0)
        for message in window.messages:
            if message.accepted(version):
                start: datetime = pane_place(grain, EVENTS[message.event], hourly=True)["window_start"]
                values.setdefault(start, []).append(message.value(version))
    first = noon(windows[0].number * SECONDS // length * length)
    return [
        {
            "who": "somebody",
            **pane_place(grain, at, hourly=True),
            "arrived_from": first,
            "arrived_until": first + timedelta(seconds=length),
            "messages": len(held),
            "value_count": len(held),
            "value_sum": sum(held),
            "value_min": min(held),
            "value_max": max(held),
            "value_max_at": at,
        }
        for at, held in values.items()
    ]


def ledger_rows(windows: Iterable[Window], versions: Versions) -> list[dict[str, Any]]:
    """The ledger of some windows."""
    rows = []
    for window in windows:
        accepted = sum(message.accepted(versions.get(window.number, 0)) for message in window.messages)
        rows.append(
            {
                "partition": 0,
                "arrived_from": window.arrived,
                "arrived_until": window.arrived + timedelta(seconds=SECONDS),
                "first_offset": window.heartbeat,
                "last_offset": window.heartbeat + len(window.messages),
                "accepted": accepted,
                "rejected": len(window.messages) - accepted,
                "heartbeats": 1,
                "duplicates": 0,
            }
        )
    return rows


def rejected_rows(windows: Iterable[Window], versions: Versions) -> list[dict[str, Any]]:
    """The rejected messages of some windows."""
    return [
        {
            "partition": 0,
            "offset": message.offset,
            "arrived": window.arrived,
            "reason": f"definition {versions.get(window.number, 0)}",
            "field": None,
            "payload": b"{",
        }
        for window in windows
        for message in window.messages
        if not message.accepted(versions.get(window.number, 0))
    ]


def merged(rows: Rows) -> Counter[tuple[datetime, str]]:
    """Panes merged as a query does: event day → messages and sum."""
    totals: Counter[tuple[datetime, str]] = Counter()
    for row in rows:
        day = row["window_start"].replace(hour=0, minute=0)
        totals[day, "messages"] += row["messages"]
        totals[day, "sum"] += row["value_sum"]
    return totals


def data_files(table: Table, snapshot_id: int | None) -> list[DataFile]:
    """The data files of a snapshot, read from its manifests without the product's help."""
    snapshot = None if snapshot_id is None else table.metadata.snapshot_by_id(snapshot_id)
    if snapshot is None:
        return []
    return [file for manifest in _manifests(table.io, snapshot.manifest_list) for file in _files(table.io, manifest)]


def rows_of_files(files: Iterable[DataFile]) -> list[dict[str, Any]]:
    """All rows of data files. A file that is gone is an error."""
    return [dict(row) for file in files for row in _rows(file.file_path)]


def rows_of(table: Table, snapshot_id: int | None) -> list[dict[str, Any]]:
    """All rows of a snapshot; None stands for the empty table."""
    return rows_of_files(data_files(table, snapshot_id))


def content(rows: Rows) -> Counter[tuple[tuple[str, object], ...]]:
    """Rows to be compared: in any order, each as often as it is there."""
    return Counter(tuple(sorted(row.items())) for row in rows)


# Files of Iceberg never change: what was read of one is kept.


@cached(LRUCache(5000), key=lambda _io, path: path)
def _manifests(io: FileIO, path: str) -> list[ManifestFile]:
    return list(read_manifest_list(io.new_input(path)))


@cached(LRUCache(5000), key=lambda _io, manifest: manifest.manifest_path)
def _files(io: FileIO, manifest: ManifestFile) -> list[DataFile]:
    return [entry.data_file for entry in manifest.fetch_manifest_entry(io, discard_deleted=True)]


@cached(LRUCache(5000))
def _rows(path: str) -> tuple[dict[str, Any], ...]:
    return tuple(pq.read_table(path.removeprefix("file://"), partitioning=None).to_pylist())
