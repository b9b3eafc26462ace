"""What can happen to a stream, as rules that a test runs in any order, and what must hold after each of them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from pyiceberg.table import Table

from database.errors import ReplayError
from database.replay_store import ReplayStore
from database.replays import Action, Replay, ReplayState
from iceberg.apply import GENERATION_PROPERTY, plan_tables
from iceberg.audit import check_counts
from iceberg.catalog import Catalog
from iceberg.errors import BetweenStatesError
from iceberg.expiry import expired_at, expiry
from iceberg.intervals import IntervalTotal
from iceberg.lake_view import LakeView, metadata_locations, pin
from iceberg.ledger_audit import KafkaPartition, LedgerRun, check_offsets
from iceberg.maintenance import closed_until, maintained_tables, staged_locations
from iceberg.manifests import merge_manifests
from iceberg.namespaces import staging_namespace
from iceberg.packing import pack, plan_packing
from iceberg.pending import trusted_cut
from iceberg.publishing import drop, finish_interrupted, publish, roll_back
from iceberg.replay_range import ReplayRanges
from iceberg.rollups import begin_rollup, finish_rollup
from iceberg.staging import make_staging
from iceberg.stream_tables import panes_table
from streams.arrivals import Arrivals
from streams.panes import Grain
from tests.iceberg.interleaved import (
    DEFINITION,
    ROLLUP_WINDOWS,
    SECONDS,
    Rows,
    Window,
    content,
    data_files,
    ledger_rows,
    merged,
    pane_rows,
    rejected_rows,
    rows_of,
)
from tests.iceberg.interleaving_lake import SINKS, Fate, LiveJob, MortalCatalog, What, in_panes
from tests.iceberg.lakes import commit, layer, noon

ROWS = {"ledger": ledger_rows, "rejected": rejected_rows}

Decision = Callable[[Catalog, int, str, str], Replay]

HAPPENINGS = [*4 * ["decide"], *3 * ["commit"], *2 * ["replay", "compact"], "sink", "restart", "drop", "tidy"]
"""What can happen, the likelier the more often it is there. One rule has it all: of several, some would be left out."""

orders = st.permutations(SINKS)
fates = st.none() | st.builds(Fate, st.integers(1, 9), st.sampled_from(What))
batches = st.lists(st.lists(st.integers(0, 2), max_size=3), min_size=1, max_size=4)
numbers = st.integers(0, 30)


@dataclass
class Reader:
    """What a reader holds, and must go on seeing while it holds it."""

    view: LakeView
    panes: Table
    known: Counter[Any]


class Interleaving(RuleBasedStateMachine):
    """One stream, in the lake that a subclass names.

    `made`: replay → its definition's number; `kept`: those that are not dropped. `versions`: generation → window →
    definition's number. `answers`: generation → the last answer that was given of it.
    """

    catalog: MortalCatalog
    streams = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.stream = f"made_{next(self.streams)}"
        self.definition = DEFINITION.model_copy(update={"name": self.stream, "topic": self.stream})
        for change in plan_tables(self.catalog, self.definition):
            change.run()
        self.store = ReplayStore(self.catalog.engine)
        self.job = LiveJob(self.catalog, self.stream)
        self.made: dict[int, int] = {}
        self.kept: list[int] = []
        self.versions: dict[int, dict[int, int]] = {0: {}}
        self.reader: Reader | None = None
        self.looked_at: dict[str, str] = {}
        self.answers: dict[int, Counter[Any]] = {}

    def teardown(self) -> None:
        self.store.forget(self.stream)

    # What can happen.

    @initialize(first=numbers, last=numbers)
    def begin(self, first: int, last: int) -> None:
        """Three checkpoints, the first of which is settled; a replay of some of that."""
        for windows in ([[0, 1, 2], [0], [0, 0], [2]], [[], [0, 1]], [[0, 0]]):
            self.live_commit(windows, list(SINKS), len(SINKS))
        self.replay(first % 4, last % 4)

    @rule(what=st.sampled_from(HAPPENINGS), data=st.data())
    def happen(self, what: str, data: st.DataObject) -> None:
        match what:
            case "commit":
                self.live_commit(data.draw(batches), data.draw(orders), data.draw(st.sampled_from([0, 1, 2, 3, 3])))
            case "sink" if self.job.due:
                self.job.sink()
            case "restart":
                self.job.restart(data.draw(orders))
            case "replay":
                self.replay(data.draw(numbers), data.draw(st.none() | numbers))
            case "decide" if self.kept:
                self.decide(data.draw(st.sampled_from(self.kept)), data.draw(fates), data.draw(batches))
            case "drop" if self.kept:
                self.drop(data.draw(st.sampled_from(self.kept)), data.draw(fates))
            case "tidy":
                self.tidy(data.draw(fates), data.draw(batches))
            case "compact":
                self.compact(
                    data.draw(st.sampled_from(SINKS)), data.draw(numbers), data.draw(fates), data.draw(batches)
                )

    def live_commit(self, windows: list[list[int]], order: list[str], sinks: int) -> None:
        """Messages arrive, a checkpoint completes, and so many sinks commit it."""
        self.job.arrive(windows, order)
        for _ in range(sinks):
            self.job.sink()

    def drop(self, replay: int, fate: Fate | None = None) -> None:
        """Drop a replay, or be refused, for another that was published before it could not be rolled back then."""
        with self._fate(fate, [[]]), suppress(ReplayError):
            drop(self.catalog, replay)
        if self.store.get(replay).state is ReplayState.DROPPED:
            self.kept.remove(replay)

    def decide(self, replay: int, fate: Fate | None, windows: list[list[int]]) -> None:
        """Publish a replay, or roll it back if it is published."""
        state = self.store.get(replay).state
        self.changed(roll_back if state is ReplayState.PUBLISHED else publish, replay, fate, windows)

    def changed(self, action: Decision, replay: int, fate: Fate | None, windows: list[list[int]]) -> None:
        """Publish or roll back, or be refused."""
        with self._fate(fate, windows), suppress(ReplayError):
            action(self.catalog, replay, "tester", "")

    def replay(self, first: int, last: int | None) -> None:
        """A replay of two windows and all between them has run, unless it is refused."""
        count = len(self.job.windows)
        low, high = sorted([first % count, count - 1 if last is None else last % count])
        start, end = noon(low * SECONDS), None if last is None else noon((high + 1) * SECONDS)
        try:
            arrivals = ReplayRanges(self.catalog, self.stream).between(start, end)
            replay = self.store.create(self.definition, arrivals, {}, "tester")
        except (ReplayError, BetweenStatesError):
            return
        make_staging(self.catalog, replay)
        version = self.made[replay.id] = len(self.made) + 1
        windows = self._within(arrivals)
        assert windows[-1].arrived + timedelta(seconds=SECONDS) == arrivals.end
        versions = {window.number: version for window in windows}
        made = {"panes": [row for grain in Grain for row in pane_rows(grain, windows, versions)]}
        for name, rows in (made | {name: make(windows, versions) for name, make in ROWS.items()}).items():
            commit(self.catalog.load_table((staging_namespace(replay), name)), rows, "replay", 1)
        self.store.set_state(replay, ReplayState.STAGED)
        self.kept.append(replay.id)

    def tidy(self, fate: Fate | None, windows: list[list[int]]) -> None:
        """As the keeper does, with its SQL replaced by the log's own sums."""
        with self._fate(fate, windows):
            finish_interrupted(self.catalog, self.stream)
            task = begin_rollup(self.catalog, self.stream)
            if task is not None:
                seen = self.job.written["panes"]
                rows = pane_rows(
                    task.layer.grain,
                    [window for window in self._within(task.arrivals) if window.number < seen],
                    self._versions(_generation(panes_table(self.catalog, self.stream))),
                )
                commit(panes_table(self.catalog, task.namespace), rows)
                finish_rollup(self.catalog, task)

    def compact(self, name: str, pick: int, fate: Fate | None, windows: list[list[int]]) -> None:
        """Pack what may be packed of a table, merge manifests; at times expire what may be, and remove its files."""
        tables = maintained_tables(self.catalog, self.stream)
        closed, table = closed_until(tables), tables[name]
        if name in closed:
            with self._fate(fate, windows):
                spared = staged_locations(self.catalog, self.stream)
                for done in pack(table, plan_packing(table, closed[name], 1 << 26, 2, spared)):
                    assert done.rows >= done.files >= done.made
        if name == "panes":
            with self._fate(fate, windows):
                merge_manifests(table, 2)
        if pick % 3 == 0:
            self._expire(self.catalog.load_table((self.stream, name)), newest=1 + pick % 2)

    def _expire(self, table: Table, newest: int) -> None:
        read = {self.reader.view.panes_snapshot} if self.reader else set()
        gone = set(expired_at(table, expiry(table, datetime.now(UTC) + timedelta(days=1), timedelta(), newest))) - read
        used = _files(table)
        if gone:
            table.maintenance.expire_snapshots().by_ids(list(gone)).commit()
        for path in used - _files(table.refresh()):
            Path(path.removeprefix("file://")).unlink()

    def _fate(self, fate: Fate | None, windows: list[list[int]]) -> AbstractContextManager[None]:
        return self.catalog.fate(fate, lambda: self.live_commit(windows, list(SINKS), len(SINKS)))

    # What must hold after each of them.

    @invariant()
    def the_lake_is_right(self) -> None:
        locations = metadata_locations(self.catalog)[self.stream]
        if locations != self.looked_at:
            self.looked_at = locations
            tables = {name: self.catalog.load_table((self.stream, name)) for name in SINKS}
            for name, table in tables.items():
                self._holds_its_generation(name, table)
            with suppress(BetweenStatesError):
                self._pin_anew(tables)
        if self.reader is not None:
            assert self._answer(self.reader) == self.reader.known

    def _holds_its_generation(self, name: str, table: Table) -> None:
        """Each message is there once, as the definition that was last published for it makes it."""
        rows, versions = rows_of(table, table.metadata.current_snapshot_id), self._versions(_generation(table))
        files = data_files(table, table.metadata.current_snapshot_id)
        assert all(Path(file.file_path.removeprefix("file://")).exists() for file in files), name
        windows = self.job.windows[: self.job.written[name]]
        if name != "panes":
            assert content(rows) == content(ROWS[name](windows, versions)), name
            return
        assert max(content(rows).values(), default=1) == 1
        assert content(_of(Grain.MINUTE, rows)) == content(pane_rows(Grain.MINUTE, windows, versions))
        for grain in (Grain.DAY, Grain.HOUR):
            # Rollups that do not count may be of any definition.
            counted = trusted_cut(table, layer(grain)) or noon(0)
            known = [window for window in windows[: in_panes(len(windows), grain)] if _rollup_end(window) <= counted]
            there = [row for row in _of(grain, rows) if row["arrived_until"] <= counted]
            assert content(there) == content(pane_rows(grain, known, versions)), grain

    def _pin_anew(self, tables: Mapping[str, Table]) -> None:
        """What a reader sees from now on is all of one generation, and the audit finds no fault with it."""
        view = pin(self.catalog, self.stream)
        minutes, ledger = (self.job.written[name] for name in ("panes", "ledger"))
        panes = tables["panes"]
        days = view.day_cut or noon(0)
        seen = [window for window in self.job.windows if window.number < minutes or _rollup_end(window) <= days]
        known = merged(pane_rows(Grain.MINUTE, seen, self._versions(view.generation)))
        for state in view.past:
            then = Reader(view.as_known_at(state.until - timedelta(milliseconds=1)), panes, Counter())
            assert self._answer(then) == self.answers.get(state.generation, self._answer(then))
        self.answers[view.generation] = known
        self.reader = Reader(view, panes, known)
        assert view.complete_until is None or view.complete_until <= noon(min(minutes, ledger) * SECONDS)
        rows = {name: rows_of(table, table.metadata.current_snapshot_id) for name, table in tables.items()}
        offsets, until = self.job.next_offset, view.settled_until
        due = next((each.heartbeat for each in self.job.windows if until and each.arrived >= until), offsets)
        assert check_offsets(map(_run, rows["ledger"]), KafkaPartition(0, 0, offsets, due), until) == []
        if until is not None:
            accepted, rejected = ([_total(row, kind) for row in rows["ledger"]] for kind in ("accepted", "rejected"))
            by_minute = [_total(row, "messages") for row in _of(Grain.MINUTE, rows["panes"])]
            assert check_counts("minute panes", accepted, by_minute, until) == []
            assert check_counts("rejected", rejected, [_one(row) for row in rows["rejected"]], until) == []

    def _answer(self, reader: Reader) -> Counter[Any]:
        """Day panes as far as they count, and the minute panes beyond; hour panes, where they count, say the same."""
        view, cut = reader.view, reader.view.day_cut or noon(0)
        rows = rows_of(reader.panes, view.panes_snapshot)
        days, hours = (_of(grain, rows) for grain in (Grain.DAY, Grain.HOUR))
        assert view.capped or all(row["arrived_until"] <= cut for row in [*days, *hours])
        days, hours = ([row for row in panes if row["arrived_until"] <= cut] for panes in (days, hours))
        minutes = [row for row in _of(Grain.MINUTE, rows) if row["arrived_from"] >= cut]
        assert view.late_parts is None or {row["part"] for row in minutes} <= {*view.late_parts}
        assert not view.hours or merged(hours) == merged(days)
        return merged(days) + merged(minutes)

    def _versions(self, generation: int) -> dict[int, int]:
        """Window → definition of a generation, by the history of what was published."""
        if generation not in self.versions:
            history = {entry.generation: entry for entry in self.store.history(self.stream)}
            entry, versions = history[generation], dict(self._versions(generation - 1))
            if entry.action is Action.PUBLISH:
                taken = dict.fromkeys(range(len(self.job.windows)), self.made[entry.replay])
            else:
                published = max(g for g, e in history.items() if e.replay == entry.replay and g < generation)
                since = {history[g].replay: history[g] for g in range(published + 1, generation)}
                assert not any(
                    e.action is Action.PUBLISH and e.arrivals.overlaps(entry.arrivals) for e in since.values()
                )
                taken = self._versions(published - 1)
            for window in self._within(entry.arrivals):
                versions[window.number] = taken.get(window.number, 0)
            self.versions[generation] = versions
        return self.versions[generation]

    def _within(self, arrivals: Arrivals) -> list[Window]:
        return [window for window in self.job.windows if arrivals.start <= window.arrived < arrivals.end]


def _files(table: Table) -> set[str]:
    """The data files of all snapshots."""
    snapshots = [snapshot.snapshot_id for snapshot in table.metadata.snapshots]
    return {file.file_path for snapshot in snapshots for file in data_files(table, snapshot)}


def _generation(table: Table) -> int:
    return int(table.properties[GENERATION_PROPERTY])


def _rollup_end(window: Window) -> datetime:
    """When the rollups' arrival window ends that a window is in."""
    return noon((window.number // ROLLUP_WINDOWS + 1) * ROLLUP_WINDOWS * SECONDS)


def _of(grain: Grain, rows: Rows) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["grain"] == grain]


def _run(row: Mapping[str, Any]) -> LedgerRun:
    return LedgerRun(**row, first_until=row["arrived_until"], last_from=row["arrived_from"])


def _total(row: Mapping[str, Any], count: str) -> IntervalTotal:
    return IntervalTotal(row["arrived_from"], row["arrived_until"], row[count])


def _one(row: Mapping[str, Any]) -> IntervalTotal:
    return IntervalTotal(row["arrived"], row["arrived"] + timedelta(seconds=SECONDS), 1)
