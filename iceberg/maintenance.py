"""What maintenance of a stream may touch, and how large its tables are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pyarrow.fs import FileSelector, FileType
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.table import Table

from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.events import events_table
from iceberg.kinds import EVENTS, LEDGER, PANES
from iceberg.ledger import is_settled, settled_until
from iceberg.namespaces import staging_prefix
from iceberg.pending import trusted_cut
from iceberg.slices import rollups_of
from iceberg.stream_tables import stream_tables
from streams.arrivals import NEVER
from streams.panes import rollup_arrival_start

Tables = dict[str, Table]
"""A stream's tables by name, as they were at a moment."""


@dataclass(frozen=True, slots=True)
class TableSize:
    """What a table's current snapshot holds, and how many snapshots there are."""

    files: int
    size: int
    rows: int
    snapshots: int


def maintained_tables(catalog: Catalog, stream: str) -> Tables:
    """Every table of a stream, by name, as it is now. Raises LakeError."""
    events = events_table(catalog, stream)
    return stream_tables(catalog, stream) | ({} if events is None else {EVENTS.name: events})


def size_of(table: Table) -> TableSize:
    """The size of a table, as its current snapshot sums it up."""
    snapshot = table.current_snapshot()
    summary = snapshot.summary if snapshot else None
    files, size, rows = (
        int((summary[key] if summary else None) or 0)
        for key in ("total-data-files", "total-files-size", "total-records")
    )
    return TableSize(files, size, rows, len(table.metadata.snapshots))


def closed_until(tables: Tables) -> dict[str, datetime]:
    """Table → arrival time before which no job adds a row; tables of which that is not known are left out.

    It is the end of a rollup's arrival window, and of panes no later than all rollups are complete: beyond that,
    readers look for minute panes by the bounds of their files.
    """
    settled = settled_until(tables[LEDGER.name])
    if settled is None and not is_settled(tables[LEDGER.name], NEVER):
        return {}
    closed = rollup_arrival_start(settled) if settled else NEVER
    panes = tables[PANES.name]
    rollups = [at for at in (trusted_cut(panes, grain) for grain in rollups_of(panes)) if at is not None]
    return {name: min(closed, *rollups) if rollups and name == PANES.name else closed for name in tables}


def staged_locations(catalog: Catalog, stream: str) -> list[str]:
    """Where the files of replays are that are not dropped: they may be published again, so none may be removed."""
    with translated():
        names = [name for (name, *_) in catalog.list_namespaces() if name.startswith(staging_prefix(stream))]
        return [catalog.load_table(table).location() for name in names for table in catalog.list_tables(name)]


def aged_files(table: Table, before: datetime) -> int:
    """How many files at the table's location were written before a moment. Lists all of them. Raises LakeError."""
    with translated():
        scheme, netloc, path = PyArrowFileIO.parse_location(table.location())
        filesystem = PyArrowFileIO(table.io.properties).fs_by_scheme(scheme, netloc)
        files = filesystem.get_file_info(FileSelector(path, recursive=True, allow_not_found=True))
        return sum(info.type is FileType.File and info.mtime < before for info in files)
