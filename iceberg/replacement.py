"""Replace the rows of a table that arrived in a range, in one atomic commit, while others append to it.

Data files whose rows all arrived in the range are taken out, or over from the source, as they are; only the few that
reach over an end of the range are read and written anew. So the cost grows with the number of files, not of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.manifest import DataFile
from pyiceberg.table import FileScanTask, Table

from iceberg.apply import GENERATION_PROPERTY
from iceberg.bounds import COMPLETE_PROPERTY, cut, noted_as, noted_cut, part_in, time_of_bound
from iceberg.commits import repeated_when_overtaken, swap
from iceberg.data_files import write_files
from iceberg.errors import translated
from iceberg.kept import is_gone
from iceberg.kinds import kind_of
from iceberg.ledger import read_so_far
from iceberg.noted import finest_in
from iceberg.rows import arrived_within, read_files
from streams.arrivals import Arrivals
from streams.breakdowns import Layer, layer_of

_REMOVED, _ADDED = "windowpane.removed-rows", "windowpane.added-rows"


@dataclass(frozen=True, slots=True)
class Source:
    """The state of a table that rows are taken from. None stands for the empty table."""

    table: Table
    snapshot_id: int | None


@dataclass(frozen=True, slots=True)
class Replaced:
    """Rows that a replacement took out of a table and put into it."""

    removed: int
    added: int


@dataclass(slots=True)
class _RangeRows:
    """Rows of a range: in `whole` files, and `inside` of the files in `split`, which hold the rows `outside` too."""

    whole: list[DataFile] = field(default_factory=list)
    split: list[DataFile] = field(default_factory=list)
    inside: list[pa.Table] = field(default_factory=list)
    outside: list[pa.Table] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(file.record_count for file in self.whole) + sum(map(len, self.inside))


Ranges = Mapping[Layer | None, Arrivals]
"""Layer → the arrivals whose panes are replaced; those of a layer that is not there stay. None stands for all rows.

Without any, nothing is replaced; only the table's generation is raised."""


def replace(
    table: Table,
    ranges: Ranges,
    source: Source,
    generation: int | None = None,
    properties: Mapping[str, str] | None = None,
    needed_from: datetime | None = None,
) -> Replaced:
    """Let the table hold, of the arrivals in the ranges, exactly the rows that the source holds of them.

    What retention has taken of the table does not come back, but for finest panes that arrived after `needed_from`:
    rollups are made of those before retention takes them again.
    The commit sets the properties and, for a publication, raises the table's generation; it is not repeated on a
    table that has the generation already. Commits of others in between are kept. Raises LakeError.
    """
    with translated():
        return _replace(table, ranges, source, generation, properties or {}, needed_from)


@repeated_when_overtaken
def _replace(
    table: Table,
    ranges: Ranges,
    source: Source,
    generation: int | None,
    properties: Mapping[str, str],
    needed_from: datetime | None,
) -> Replaced:
    table.refresh()
    if generation is not None and int(table.properties.get(GENERATION_PROPERTY, "0")) >= generation:
        return _replaced_before(table, generation)
    raised = {} if generation is None else {GENERATION_PROPERTY: str(generation)}
    finest = finest_in(table)
    old = _range_rows(Source(table, table.metadata.current_snapshot_id), ranges, finest)
    new = _range_rows(source, ranges, finest, lambda file: _is_barred(table, file, finest, needed_from))
    done = Replaced(old.rows, new.rows)
    summary = {**raised, **read_so_far(table), _REMOVED: str(done.removed), _ADDED: str(done.added)}
    added = [*new.whole, *_written(table, [*old.outside, *new.inside])]
    noted = {**raised, **_complete(table, ranges), **properties}
    swap(table, [*old.whole, *old.split], added, summary, noted)
    return done


def _complete(table: Table, ranges: Ranges) -> dict[str, str]:
    """The table stays complete up to where it was, also if its last rows are replaced by none.

    Of rejected messages only the highest offset tells that; a replay may accept the message that had it.
    """
    noted = {}
    for layer, arrivals in ranges.items():
        windowed = kind_of(table).windowed
        before = cut(table, layer) if windowed else max(noted_cut(table) or arrivals.end, arrivals.end)
        if before:
            noted[noted_as(COMPLETE_PROPERTY, layer)] = before.isoformat()
    return noted


def _replaced_before(table: Table, generation: int) -> Replaced:
    """What the commit that raised the generation did; nothing is known of one whose snapshot has expired."""
    for snapshot in table.metadata.snapshots:
        summary = snapshot.summary
        if summary and summary.get(GENERATION_PROPERTY) == str(generation):
            return Replaced(int(summary[_REMOVED] or 0), int(summary[_ADDED] or 0))
    return Replaced(0, 0)


def _is_barred(table: Table, file: DataFile, finest: Collection[str], needed_from: datetime | None) -> bool:
    """Whether a file of a source may not come into the table."""
    if not is_gone(table, file):
        return False
    if needed_from is None or layer_of(part_in(file), finest) is not Layer.FINEST:
        return True
    field_id = table.schema().find_field(kind_of(table).last_arrival).field_id
    return time_of_bound(file.upper_bounds[field_id]) <= needed_from


def _range_rows(
    source: Source,
    ranges: Ranges,
    finest: Collection[str],
    is_barred: Callable[[DataFile], bool] = lambda _: False,
) -> _RangeRows:
    range_rows = _RangeRows()
    if source.snapshot_id is None or not ranges:
        return range_rows
    table = source.table
    column = kind_of(table).arrival
    field_id = table.schema().find_field(column).field_id
    widest = Arrivals(min(each.start for each in ranges.values()), max(each.end for each in ranges.values()))
    for task in table.scan(row_filter=arrived_within(widest, column), snapshot_id=source.snapshot_id).plan_files():
        part = part_in(task.file)
        arrivals = ranges.get(layer_of(part, finest) if part else None)
        first, last = (time_of_bound(bounds[field_id]) for bounds in (task.file.lower_bounds, task.file.upper_bounds))
        if arrivals is None or last < arrivals.start or first >= arrivals.end or is_barred(task.file):
            continue
        # A file of which rows were deleted holds them still; only reading leaves them out.
        if arrivals.start <= first and last < arrivals.end and not task.delete_files:
            range_rows.whole.append(task.file)
        else:
            _split(range_rows, task, table, column, arrivals)
    return range_rows


def _split(range_rows: _RangeRows, task: FileScanTask, table: Table, column: str, arrivals: Arrivals) -> None:
    """Read a file that reaches over an end of the range; one that only seemed to hold rows of it is left alone."""
    rows = read_files(table, [task])
    inside = pc.and_(
        pc.greater_equal(rows[column], pa.scalar(arrivals.start, rows[column].type)),
        pc.less(rows[column], pa.scalar(arrivals.end, rows[column].type)),
    )
    taken = rows.filter(inside)
    if len(taken):
        range_rows.split.append(task.file)
        range_rows.inside.append(taken)
        range_rows.outside.append(rows.filter(pc.invert(inside)))


def _written(table: Table, parts: list[pa.Table]) -> list[DataFile]:
    """New data files of the table with these rows."""
    rows = [part for part in parts if len(part)]
    return write_files(table, pa.concat_tables(rows)) if rows else []
