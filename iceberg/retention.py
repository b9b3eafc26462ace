"""Retention: what is older than a definition keeps it goes, as whole data files, by commits of metadata alone.

Panes go by part, once the period of their part is over for as long as their grain is kept; other tables by day. Of
the finest panes only those go that every rollup has counted: readers, and rollups that are made again, need the others.
Then past states that publications tagged, and the staging tables of replays, lose the same: each tag is moved to a
state without it. What is gone is noted in the same commit (see iceberg.kept); the bytes go when the snapshots of before
expire.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from database.replay_store import ReplayStore
from database.replays import ReplayState
from iceberg.bounds import COMPLETE_PROPERTY, cut, noted_as, noted_cut, part_in, time_of_bound
from iceberg.catalog import Catalog
from iceberg.commits import repeated_when_overtaken, set_properties, swap, swap_on_tag
from iceberg.errors import translated
from iceberg.expiry import expired_at, retained_before, time_of
from iceberg.kept import RETAINED, dated_end, grain_in, is_gone, noting
from iceberg.kinds import KINDS, PANES, kind_of
from iceberg.ledger import read_so_far
from iceberg.maintenance import Tables, closed_until
from iceberg.namespaces import staging_namespace
from iceberg.noted import finest_in
from iceberg.past_states import kept_tags
from iceberg.pending import trusted_cut
from iceberg.slices import layers_of, rollups_of
from iceberg.stream_tables import optional_table
from streams.arrivals import Arrivals
from streams.breakdowns import Layer, grains, layer_of
from streams.definition import Definition
from streams.panes import Grain, day_start, month_start, span_of

_SETTLED = {RETAINED: "settled"}
_EXPIRABLE = {"history.expire.min-snapshots-to-keep": "1"}
"""Tables that were made with more would keep what retention took in their last snapshots; see `iceberg.expiry`."""
_WINDOW = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Of a table, of panes those of a grain: what is before a moment goes."""

    table: str
    grain: Grain | None
    before: datetime

    @property
    def name(self) -> str:
        """What it is called, such as `minute panes` or `rejected`."""
        return self.table if self.grain is None else f"{self.grain} panes"


@dataclass(frozen=True, slots=True)
class Outdated:
    """What goes: how many parts (of panes) or days, files, rows and bytes; the first moment of it, and the last."""

    table: str
    name: str
    parts: int
    files: int
    rows: int
    size: int
    start: datetime
    end: datetime


def horizons(definition: Definition, now: datetime) -> tuple[Horizon, ...]:
    """Before which moments a definition keeps nothing: the starts of days, of day panes of months."""
    retention = definition.retention
    if retention is None:
        return ()
    kinds = [(kind.name, None, kind.kept) for kind in KINDS if kind.kept]
    kept = [(PANES.name, grain, f"{grain}s") for grain in grains(definition)] + kinds
    return tuple(
        Horizon(table, grain, month_start(now - period) if grain is Grain.DAY else day_start(now - period))
        for table, grain, what in kept
        if (period := retention.of(what)) is not None
    )


def outdated(tables: Tables, wanted: Sequence[Horizon]) -> list[Outdated]:
    """What would go of a stream's tables now, in order; nothing is changed. Raises LakeError."""
    closed = closed_until(tables)
    with translated():
        found = [
            _summed(each, tables[each.table], _files(tables[each.table], [each], closed).get(each, []))
            for each in wanted
            if each.table in tables
        ]
    return [each for each in found if each is not None]


def take_outdated(tables: Tables, wanted: Sequence[Horizon]) -> list[Outdated]:
    """Let it go, with one commit for each table; what went. Raises LakeError."""
    done: list[Outdated] = []
    closed = closed_until(tables)
    with translated():
        for name, table in tables.items():
            of_table = [each for each in wanted if each.table == name]
            if of_table:
                done += _take(table, of_table, closed)
    return done


def take_from_tags(table: Table) -> int:
    """Let every past state of a table that is tagged lose what the table has lost; how many files. Raises LakeError."""
    with translated():
        return sum(_take_from_tag(table, tag) for tag in kept_tags(table))


def take_from_staged(live: Table, staged: Table) -> int:
    """Let a table of a replay's staging lose what its stream's table has lost; how many files. Raises LakeError."""
    with translated():
        files = [task.file for task in staged.scan().plan_files() if is_gone(live, task.file)]
        if files:
            _note_taken(live, files)
            swap(staged, files, [], {**read_so_far(staged), RETAINED: str(len(files))})
        return len(files)


def staged_tables(catalog: Catalog, stream: str, name: str) -> list[Table]:
    """The tables of that name of a stream's replays that have run and are not dropped. Raises LakeError."""
    replays = ReplayStore(catalog.engine).all(stream)
    done = [replay for replay in replays if replay.state not in (ReplayState.RUNNING, ReplayState.DROPPED)]
    known = (optional_table(catalog, staging_namespace(replay), name) for replay in done)
    return [table for table in known if table is not None]


def expirable_staged(catalog: Catalog, stream: str, before: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Namespace and name of each of those tables that retention took of before a moment, and when. Raises LakeError."""
    for kind in KINDS:
        for table in staged_tables(catalog, stream, kind.name):
            at = retained_before(table, before)
            if at is not None and expired_at(table, at):
                namespace, name = table.name()
                yield namespace, name, at


def settle(table: Table, before: datetime) -> None:
    """Follow the commit that took something before a moment with an empty one, where nobody else has: it names what is
    gone yet.

    Once it expires, nothing does; so it must lie so long before that expiry tells the two apart. Raises LakeError.
    """
    with translated():
        snapshot = table.refresh().current_snapshot()
        if snapshot is None or not snapshot.summary or time_of(snapshot) >= before:
            return
        if (snapshot.summary.get(RETAINED) or "settled") != _SETTLED[RETAINED]:
            swap(table, [], [], {**read_so_far(table), **_SETTLED}, _EXPIRABLE, even_if_empty=True)


@repeated_when_overtaken
def _take(table: Table, wanted: Sequence[Horizon], closed: Mapping[str, datetime]) -> list[Outdated]:
    table.refresh()
    files = _files(table, wanted, closed)
    if not files:
        return []
    everything = [file for of_horizon in files.values() for file in of_horizon]
    gone = {each.grain: (each.before, _arrivals(table, of_horizon)) for each, of_horizon in files.items()}
    properties = {**_complete(table, everything), **noting(table, gone)}
    swap(table, everything, [], {**read_so_far(table), RETAINED: str(len(everything))}, properties)
    return [each for each in (_summed(horizon, table, found) for horizon, found in files.items()) if each]


def _files(table: Table, wanted: Sequence[Horizon], closed: Mapping[str, datetime]) -> dict[Horizon, list[DataFile]]:
    """Horizon → the files that go."""
    kind = kind_of(table)
    until = closed.get(kind.name)
    found: dict[Horizon, list[DataFile]] = defaultdict(list)
    if until is None:
        return found
    of_grain = {each.grain: each for each in wanted}
    field_id = table.schema().find_field(kind.last_arrival).field_id
    uncounted = kind is PANES and any(trusted_cut(table, layer) is None for layer in rollups_of(table))
    finest = finest_in(table) if kind is PANES else frozenset[str]()
    for task in table.scan().plan_files():
        each = of_grain.get(grain_in(task.file))
        if each is None or dated_end(table, task.file) > each.before:
            continue
        if uncounted and layer_of(part_in(task.file), finest) is Layer.FINEST:
            continue
        last = time_of_bound(task.file.upper_bounds[field_id])
        if last < until or (last == until and kind.windowed):
            found[each].append(task.file)
    return found


def _complete(table: Table, files: Iterable[DataFile]) -> dict[str, str]:
    """The table stays complete up to where it was, though no row may tell that any more."""
    kind = kind_of(table)
    known: list[tuple[Layer | None, datetime | None]]
    if kind is PANES:
        known = [(layer, cut(table, layer)) for layer in layers_of(table)]
    else:
        field_id = table.schema().find_field(kind.last_arrival).field_id
        last = max(time_of_bound(file.upper_bounds[field_id]) for file in files) + _WINDOW
        known = [(None, max(last, noted_cut(table) or last))]
    return {noted_as(COMPLETE_PROPERTY, layer): at.isoformat() for layer, at in known if at is not None}


def _arrivals(table: Table, files: Iterable[DataFile]) -> Iterator[Arrivals]:
    """When the rows of files arrived."""
    kind = kind_of(table)
    first, last = (table.schema().find_field(name).field_id for name in (kind.arrival, kind.last_arrival))
    for file in files:
        yield Arrivals(time_of_bound(file.lower_bounds[first]), time_of_bound(file.upper_bounds[last]))


@repeated_when_overtaken
def _take_from_tag(table: Table, tag: str) -> int:
    snapshot = table.refresh().metadata.refs[tag].snapshot_id
    files = [task.file for task in table.scan(snapshot_id=snapshot).plan_files() if is_gone(table, task.file)]
    if files:
        _note_taken(table, files)
        swap_on_tag(table, tag, files, {RETAINED: str(len(files))})
    return len(files)


def _note_taken(table: Table, files: Sequence[DataFile]) -> None:
    """Note, before they go, which arrivals files are of that go from elsewhere: what is made of a state needs them."""
    of_grain: dict[Grain | None, list[DataFile]] = defaultdict(list)
    for file in files:
        of_grain[grain_in(file)].append(file)
    gone = {
        grain: (max(dated_end(table, file) for file in found), _arrivals(table, found))
        for grain, found in of_grain.items()
    }
    set_properties(table, noting(table, gone))


def _summed(horizon: Horizon, table: Table, files: Sequence[DataFile]) -> Outdated | None:
    if not files:
        return None
    parts = {part_in(file) or str(file.partition) for file in files}
    ends = [dated_end(table, file) for file in files]
    starts = [span_of(part_in(file))[0] if part_in(file) else _first(table, file) for file in files]
    return Outdated(
        horizon.table,
        horizon.name,
        len(parts),
        len(files),
        sum(file.record_count for file in files),
        sum(file.file_size_in_bytes for file in files),
        min(starts),
        max(ends),
    )


def _first(table: Table, file: DataFile) -> datetime:
    return time_of_bound(file.lower_bounds[table.schema().find_field(kind_of(table).dated).field_id])
