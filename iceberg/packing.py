"""Pack small data files: the many that a live job commits become few, sorted, while it goes on committing.

Only files whose rows all arrived before a moment that no job adds to any more are packed, so every bound that a resume
point or a cut is read from stays what it is. Groups of files, each of one part, are swapped for their packed ones in
one commit, but for those of which some are no longer there; what others append meanwhile is none of its concern.

Minute panes of breakdowns that have hour panes lie in parts of whole days; they are packed to parts of hours. Files of
records are of what arrived together until they are packed by event time and bucket (see iceberg.divided).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow.compute as pc
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table
from pyiceberg.table.sorting import SortOrder

from database.errors import LakeError
from iceberg.bounds import part_in, time_of_bound
from iceberg.commits import repeated_when_overtaken, swap
from iceberg.data_files import in_order, write_files
from iceberg.divided import packed_spec
from iceberg.errors import translated
from iceberg.kinds import kind_of
from iceberg.ledger import read_so_far
from iceberg.rows import read_files
from streams.arrivals import NEVER
from streams.breakdowns import breakdown_in
from streams.panes import Grain, Period, grain_of, spans_day

_MOST_ROWS = 4_000_000
"""Rows that are sorted in memory at a time."""

_MOST_GROUPS = 64
"""Groups that are swapped in one commit: not more than a killed maintenance may lose."""


@dataclass(frozen=True, slots=True, eq=False)
class FileGroup:
    """Small data files of one partition, as of a snapshot, that are to become one, or few.

    `cut`: they become one for each hour; `divided`: one for each partition that packed files have.
    """

    snapshot_id: int | None
    tasks: tuple[FileScanTask, ...]
    cut: bool = False
    divided: bool = False

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

    def divided_by_size(self, packed_bytes: int) -> bool:
        """Whether they are enough to be divided, however few they are."""
        return self.divided and self.size * 2 >= packed_bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """How many files were packed, of so many rows, and how many were made of them."""

    files: int
    rows: int
    made: int


def plan_packing(
    table: Table,
    arrived_before: datetime,
    packed_bytes: int,
    least: int,
    spared: Collection[str] = (),
    *,
    hourly: Collection[str] = (),
) -> list[FileGroup]:
    """Groups of at least so many files smaller than half of what packed ones should have, near parts after each other.

    `arrived_before`: files that hold a later arrival are left alone, and so are those at the `spared` locations.
    `hourly`: the breakdowns whose minute panes are to be in parts of hours: those of days are cut. Raises LakeError.
    """
    kind = kind_of(table)
    field_id = table.schema().find_field(kind.last_arrival).field_id
    default, packed = table.spec().spec_id, packed_spec(table).spec_id
    parts: dict[tuple[str, bool, bool], list[tuple[datetime, FileScanTask]]] = defaultdict(list)
    with translated():
        for task in table.scan().plan_files():
            file = task.file
            last = time_of_bound(file.upper_bounds[field_id])
            settled = last < arrived_before or (last == arrived_before and kind.windowed)
            small = file.file_size_in_bytes * 2 < packed_bytes and file.record_count * 2 < _MOST_ROWS
            # A file of which a SQL client deleted rows holds them still.
            intact = file.spec_id in (default, packed) and not task.delete_files
            divided = file.spec_id != packed
            cut = _is_to_cut(part_in(file), hourly)
            if settled and (small or cut or divided) and intact and not _at(file, spared):
                parts[str(file.partition), cut, divided].append((last, task))
    groups = [
        FileGroup(table.metadata.current_snapshot_id, group, cut, divided)
        for (_, cut, divided), tasks in sorted(parts.items())
        for group in _grouped([task for _, task in sorted(tasks, key=lambda pair: pair[0])], packed_bytes)
    ]
    return [each for each in groups if len(each.tasks) >= least or each.cut or each.divided_by_size(packed_bytes)]


def pack(table: Table, groups: Sequence[FileGroup], order: SortOrder | None = None) -> Iterator[Packed]:
    """Swap the files of groups for packed ones, sorted as the table is or as is said; what each commit did.

    Raises LakeError.
    """
    with translated():
        for first in range(0, len(groups), _MOST_GROUPS):
            chosen = groups[first : first + _MOST_GROUPS]
            made = {group: _packed(table, group, order) for group in chosen}
            swapped = _swap(table, made)
            yield Packed(
                sum(len(group.files) for group in swapped),
                sum(group.rows for group in swapped),
                sum(len(made[group]) for group in swapped),
            )


def pack_all(table: Table, packed_bytes: int, least: int = 2, order: SortOrder | None = None) -> None:
    """Pack every small file of a table that nobody adds to any more. Raises LakeError."""
    for _ in pack(table, plan_packing(table, NEVER, packed_bytes, least), order):
        pass


def _packed(table: Table, group: FileGroup, order: SortOrder | None) -> list[DataFile]:
    rows = in_order(table, read_files(table, group.tasks), order)
    if len(rows) != group.rows:
        raise LakeError(f"{'.'.join(table.name())}: read {len(rows)} rows of files that hold {group.rows}")
    if group.cut:
        part = rows.schema.field("part")
        shelf = part_in(group.files[0]).rpartition("/")[0]
        hours = pc.strftime(rows["window_start"], format=f"{shelf}/{Period.HOUR.strftime}").cast(part.type)
        rows = rows.set_column(rows.column_names.index("part"), part, hours)
    return write_files(table, rows, packed=True)


def _is_to_cut(part: str, hourly: Collection[str]) -> bool:
    return breakdown_in(part) in hourly and grain_of(part) is Grain.MINUTE and spans_day(part)


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
def _swap(table: Table, made: Mapping[FileGroup, list[DataFile]]) -> list[FileGroup]:
    """The groups that were swapped: all of whose files are in the table, with all their rows."""
    table.refresh()
    groups = list(made)
    if not all(_only_appended_since(table, group.snapshot_id) for group in groups):
        there = {task.file.file_path for task in table.scan().plan_files() if not task.delete_files}
        groups = [group for group in groups if all(file.file_path in there for file in group.files)]
    if groups:
        removed = [file for group in groups for file in group.files]
        swap(table, removed, [file for group in groups for file in made[group]], read_so_far(table))
    return groups


def _only_appended_since(table: Table, snapshot_id: int | None) -> bool:
    snapshot = table.current_snapshot()
    while snapshot is not None and snapshot.snapshot_id != snapshot_id:
        if snapshot.summary is None or snapshot.summary.operation.value != "append":
            return False
        parent = snapshot.parent_snapshot_id
        snapshot = None if parent is None else table.metadata.snapshot_by_id(parent)
    return snapshot is not None
