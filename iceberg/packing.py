"""Pack small data files: the many that a live job commits become few, sorted, while it goes on committing.

Only files whose rows all arrived before a moment that no job adds to any more are packed, so every bound that a resume
point or a cut is read from stays what it is. A group of files is swapped for its packed ones in one commit, which
fails unless all of the group are still there; what others append meanwhile is none of its concern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.sorting import SortOrder

from iceberg.arrivals import NEVER
from iceberg.bounds import time_of_bound
from iceberg.commits import begun_on, repeated_when_overtaken
from iceberg.data_files import in_order, portion, write_files
from iceberg.errors import LakeError, translated
from iceberg.ledger import read_so_far
from iceberg.rows import read_files

__all__ = ["FileGroup", "pack", "pack_all", "plan_packing"]

_LAST_ARRIVAL = {
    "minute_panes": "arrived_until",
    "hour_panes": "arrived_until",
    "day_panes": "arrived_until",
    "ledger": "arrived_until",
    "rejected": "arrived",
    "events": "arrived",
}
"""Table → the column whose largest value tells when the last row of a file arrived."""

_MOST_ROWS = 4_000_000
"""Rows that are sorted in memory at a time."""


@dataclass(frozen=True, slots=True)
class FileGroup:
    """Data files of one partition, as of a snapshot, that are to become one, or few: small, or not cut by hour yet."""

    snapshot_id: int | None
    tasks: tuple[FileScanTask, ...]

    @property
    def files(self) -> tuple[DataFile, ...]:
        """The files themselves."""
        return tuple(task.file for task in self.tasks)

    @property
    def rows(self) -> int:
        """How many rows they hold."""
        return sum(file.record_count for file in self.files)

    @property
    def size(self) -> int:
        """Their size in bytes."""
        return sum(file.file_size_in_bytes for file in self.files)


def plan_packing(
    table: Table, arrived_before: datetime, packed_bytes: int, least: int, spared: Collection[str] = ()
) -> list[FileGroup]:
    """Groups of at least so many files smaller than half of what packed ones should have; any that are to be cut.

    `arrived_before`: files that hold a later arrival are left alone, and so are those at the `spared` locations.
    Raises LakeError.
    """
    column = _LAST_ARRIVAL[table.name()[-1]]
    field_id = table.schema().find_field(column).field_id
    spec_id = table.spec().spec_id
    parts: dict[tuple[str, int | None], list[tuple[datetime, FileScanTask]]] = defaultdict(list)
    with translated():
        for task in table.scan().plan_files():
            file = task.file
            last = time_of_bound(file.upper_bounds[field_id])
            settled = last < arrived_before or (last == arrived_before and column == "arrived_until")
            part = portion(table, file)
            small = part is None or file.file_size_in_bytes * 2 < packed_bytes
            few = file.record_count * 2 < _MOST_ROWS
            # A file of which a SQL client deleted rows holds them still.
            whole = file.spec_id == spec_id and not task.delete_files
            if settled and small and few and whole and not _at(file, spared):
                parts[str(file.partition), part].append((last, task))
    return [
        FileGroup(table.metadata.current_snapshot_id, group)
        for (_, part), tasks in parts.items()
        for group in _grouped([task for _, task in sorted(tasks, key=lambda pair: pair[0])], packed_bytes)
        if len(group) >= least or part is None
    ]


def pack(table: Table, group: FileGroup, order: SortOrder | None = None) -> int | None:
    """Swap the files of a group for packed ones, sorted as the table is or as is said; how many these are.

    None when some of the group are no longer there: somebody replaced their rows. Raises LakeError.
    """
    with translated():
        order = order or table.sort_order()
        rows = in_order(table, read_files(table, group.tasks), order)
        if len(rows) != group.rows:
            raise LakeError(f"{'.'.join(table.name())}: read {len(rows)} rows of files that hold {group.rows}")
        files = write_files(table, rows, order)
        return len(files) if _swap(table, group, files) else None


def pack_all(table: Table, packed_bytes: int, least: int = 2, order: SortOrder | None = None) -> None:
    """Pack every small file of a table that nobody adds to any more. Raises LakeError."""
    for group in plan_packing(table, NEVER, packed_bytes, least):
        pack(table, group, order)


def _grouped(tasks: list[FileScanTask], packed_bytes: int) -> Iterator[tuple[FileScanTask, ...]]:
    group: list[FileScanTask] = []
    size = rows = 0
    for task in tasks:
        size, rows = size + task.file.file_size_in_bytes, rows + task.file.record_count
        if group and (size > packed_bytes or rows > _MOST_ROWS):
            yield tuple(group)
            group, size, rows = [], task.file.file_size_in_bytes, task.file.record_count
        group.append(task)
    if group:
        yield tuple(group)


def _at(file: DataFile, locations: Collection[str]) -> bool:
    return any(file.file_path.startswith(location.rstrip("/") + "/") for location in locations)


@repeated_when_overtaken
def _swap(table: Table, group: FileGroup, files: list[DataFile]) -> bool:
    table.refresh()
    if not _only_appended_since(table, group.snapshot_id) and not _all_there(table, group):
        return False
    with begun_on(table) as transaction, transaction.update_snapshot(read_so_far(table)).overwrite() as update:
        for file in group.files:
            update.delete_data_file(file)
        for file in files:
            update.append_data_file(file)
    return True


def _only_appended_since(table: Table, snapshot_id: int | None) -> bool:
    snapshot = table.current_snapshot()
    while snapshot is not None and snapshot.snapshot_id != snapshot_id:
        if snapshot.summary is None or snapshot.summary.operation.value != "append":
            return False
        parent = snapshot.parent_snapshot_id
        snapshot = None if parent is None else table.metadata.snapshot_by_id(parent)
    return snapshot is not None


def _all_there(table: Table, group: FileGroup) -> bool:
    """Whether every file of a group is in the table, with all its rows."""
    there = {task.file.file_path for task in table.scan().plan_files() if not task.delete_files}
    return all(file.file_path in there for file in group.files)
