"""Publish a replay, roll it back, drop it: finished or not begun, never half, whatever is killed in between.

A publication is recorded before the first table changes. Its tables are then replaced one after the other, each in one
commit, of panes of all breakdowns and grains, that raises the table's generation; readers keep the state of before
until all have the same generation. One that was interrupted is gone on with by whoever looks next (the keeper does).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyiceberg.table import Table
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from database.errors import LakeError, LakeLockedError, ReplayError
from database.locks import stream_lock
from database.publications import check_droppable, check_undoable, newest_publication
from database.replay_store import ReplayStore
from database.replays import Action, Publication, Replay, ReplayState
from iceberg.apply import generation_of
from iceberg.begun import Begun, begun_after, begun_in
from iceberg.bounds import earliest
from iceberg.catalog import Catalog
from iceberg.errors import translated
from iceberg.kept import taken
from iceberg.kinds import LEDGER, PANES, RECORDS, kind_of
from iceberg.ledger import is_settled
from iceberg.namespaces import staging_namespace
from iceberg.noted import noted_definition
from iceberg.past_states import keep_state, state_before
from iceberg.pending import as_noted, pending_after, reached_over
from iceberg.records import with_replay, without_replay
from iceberg.replacement import Ranges, Source, replace
from iceberg.slices import layers_of, rollups_of
from iceberg.staging import drop_staging, staging_namespaces
from iceberg.stream_tables import optional_table, stream_tables
from iceberg.widening import widened_until
from streams.arrivals import Arrivals
from streams.breakdowns import ROLLUP_LAYERS, Layer, breakdowns
from streams.panes import Grain

PURPOSE = "publishing"
LOCK_SECONDS = 60.0
"""How long to wait for who publishes or maintains the stream now."""

SETTLE_SECONDS = 60.0
"""How long to wait for the live job to commit what arrived in the range."""

_PUBLISHABLE = (ReplayState.STAGED, ReplayState.ROLLED_BACK)
_UNDER_WAY = {ReplayState.PUBLISHING: ReplayState.PUBLISHED, ReplayState.ROLLING_BACK: ReplayState.ROLLED_BACK}
"""State of a publication that was begun → the state once it is complete."""


def publish(catalog: Catalog, number: int, by: str, reason: str) -> Replay:
    """Let the stream's tables hold what the replay made of its range. Raises ReplayError unless it is staged."""
    known = ReplayStore(catalog.engine).get(number)
    if known.state in _PUBLISHABLE:
        _await_settled(catalog, known)
    with _held(catalog, number) as (store, replay):
        if replay.state not in _PUBLISHABLE:
            raise ReplayError(
                f"replay {replay.id} is {replay.state}; only a staged or rolled back one can be published"
            )
        return _begin(catalog, store, replay, ReplayState.PUBLISHING, Action.PUBLISH, by, reason)


def roll_back(catalog: Catalog, number: int, by: str, reason: str) -> Replay:
    """Let the stream's tables hold of the range what they held before the replay was published; later rows stay."""
    with _held(catalog, number) as (store, replay):
        if replay.state is not ReplayState.PUBLISHED:
            raise ReplayError(f"replay {replay.id} is {replay.state}; only a published one can be rolled back")
        check_undoable(replay, _by_number(store, replay), store.history(replay.stream))
        return _begin(catalog, store, replay, ReplayState.ROLLING_BACK, Action.ROLL_BACK, by, reason)


def drop(catalog: Catalog, number: int) -> Replay:
    """Discard the staging tables. What is published stays, and can no longer be rolled back.

    Raises ReplayError if another one could then not be rolled back either.
    """
    with _held(catalog, number) as (store, replay):
        if replay.state is not ReplayState.DROPPED:
            check_droppable(replay, _by_number(store, replay), store.history(replay.stream))
            replay = store.set_state(replay, ReplayState.DROPPED)
        _discard(catalog, replay)
        return replay


def interrupted(catalog: Catalog) -> set[str]:
    """The streams of which a publication was begun and is not complete. Raises LakeError."""
    return ReplayStore(catalog.engine).streams_with(_UNDER_WAY)


def finish_interrupted(catalog: Catalog, stream: str) -> list[Replay]:
    """Go on with every publication of a stream that was begun and that nobody works on; those that are complete now.

    What is left of a replay whose dropping was interrupted is taken away. Raises the first LakeError met, once all
    others were tried.
    """
    store, staged = ReplayStore(catalog.engine), staging_namespaces(catalog)
    done: list[Replay] = []
    problems: list[LakeError] = []
    for replay in store.all(stream):
        try:
            if replay.state is ReplayState.DROPPED and staging_namespace(replay) in staged:
                _discard(catalog, replay)
            elif replay.state in _UNDER_WAY:
                with suppress(LakeLockedError), stream_lock(catalog.engine, replay.stream, PURPOSE):
                    current = store.get(replay.id)
                    if current.state in _UNDER_WAY:
                        done.append(_complete(catalog, store, current))
        except LakeError as error:
            problems.append(error)
    if problems:
        raise problems[0]
    return done


def _await_settled(catalog: Catalog, replay: Replay) -> None:
    """Until the live job has committed all that arrived in the range to every table; normally it has long since.

    What it committed after the rows of the range are replaced would be there twice.
    """
    waiting = Retrying(
        retry=retry_if_result(lambda settled: not settled), stop=stop_after_delay(SETTLE_SECONDS), wait=wait_fixed(0.5)
    )
    with translated():
        ledger = catalog.load_table((replay.stream, LEDGER.name))
        try:
            waiting(lambda: is_settled(ledger.refresh(), replay.arrivals.end))
        except RetryError:
            raise ReplayError(
                f"the job of {replay.stream} has not committed all that arrived in {replay.arrivals} yet; "
                "look at: windowpane status; then publish again"
            ) from None


@contextmanager
def _held(catalog: Catalog, number: int) -> Iterator[tuple[ReplayStore, Replay]]:
    """The replay, while nobody else publishes or maintains its stream."""
    store = ReplayStore(catalog.engine)
    with stream_lock(catalog.engine, store.get(number).stream, PURPOSE, LOCK_SECONDS):
        for other in store.all(store.get(number).stream):
            if other.state in _UNDER_WAY:
                _complete(catalog, store, other)
        yield store, store.get(number)


def _by_number(store: ReplayStore, replay: Replay) -> dict[int, Replay]:
    return {other.id: other for other in store.all(replay.stream)}


def _discard(catalog: Catalog, replay: Replay) -> None:
    drop_staging(catalog, replay, with_files=replay.generation is None)


def _begin(
    catalog: Catalog, store: ReplayStore, replay: Replay, state: ReplayState, action: Action, by: str, reason: str
) -> Replay:
    tables = stream_tables(catalog, replay.stream)
    _check_whole(tables[PANES.name], replay)
    sources = _sources(catalog, store, tables, replay, state)
    _check_kept(tables[PANES.name], sources[PANES.name], replay)
    generation = max(map(generation_of, tables.values())) + 1
    now = datetime.now(UTC)
    keep_state(tables, generation - 1, until=now)
    publication = Publication(
        generation=generation,
        replay=replay.id,
        stream=replay.stream,
        action=action,
        arrivals=replay.arrivals,
        definition_digest=replay.digest,
        at=now,
        by=by,
        reason=reason,
        rows={},
        completed=False,
    )
    return _complete(catalog, store, store.begin(replay, state, publication))


def _check_whole(panes: Table, replay: Replay) -> None:
    """Raise ReplayError if panes were merged by day since the replay was begun, and one reaches over an end of it."""
    with translated():
        for layer in layers_of(panes):
            for at in (replay.arrivals.start, replay.arrivals.end):
                if at < (widened_until(panes, layer) or at) and reached_over(panes, layer, at):
                    raise ReplayError(
                        f"panes that arrived about {at:%Y-%m-%dT%H:%M:%SZ} were merged by day since; "
                        f"drop replay {replay.id} and replay whole days of arrival"
                    )


def _check_kept(panes: Table, known: _Known, replay: Replay) -> None:
    """Raise ReplayError if rollups would have to be made again of finest panes that retention has taken."""
    pending = _replaced(panes, known, replay).pending
    for grain in Grain:
        for gone in taken(panes, grain):
            if any(each.overlaps(gone) for each in pending):
                raise ReplayError(
                    f"{grain} panes of what arrived {gone} are kept no more, and others would have to be made of them; "
                    f"replay {replay.arrivals} again, with the definition that is wanted"
                )


def _complete(catalog: Catalog, store: ReplayStore, replay: Replay) -> Replay:
    rows: dict[str, tuple[int, int]] = {}
    tables = stream_tables(catalog, replay.stream)
    sources = _sources(catalog, store, tables, replay, replay.state)
    for name, table in tables.items():
        replaced = _replaced(table, sources.get(name), replay)
        properties = dict(replaced.properties)
        if kind_of(table) is PANES:
            first = earliest(tables[LEDGER.name], "arrived_from")
            given = sources[name].begun
            properties |= begun_after(table, replay.arrivals, given, first, replay.generation or 0)
        source = sources[name].source if name in sources else Source(table, None)
        needed_from = min((each.start for each in replaced.pending), default=None)
        done = replace(table, replaced.ranges, source, replay.generation or 0, properties, needed_from)
        rows[name] = (done.removed, done.added)
    return store.complete(replay, _UNDER_WAY[replay.state], rows)


@dataclass(frozen=True, slots=True)
class _Known:
    """Where the rows of a table are; layer of rollups → up to which arrival it holds them, None: it holds none.

    `begun`: breakdown → since when it holds that one, None: it holds all of it.
    """

    source: Source
    until: Mapping[Layer, datetime | None]
    begun: Mapping[str, Begun | None]


@dataclass(frozen=True, slots=True)
class _Replaced:
    """What of a table is replaced, what of it is pending then, and properties that note that."""

    ranges: Ranges
    pending: tuple[Arrivals, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


def _replaced(table: Table, known: _Known | None, replay: Replay) -> _Replaced:
    """Nothing is of a table that the replay does not know."""
    arrivals = replay.arrivals
    if known is None:
        return _Replaced({})
    if kind_of(table) is RECORDS:
        publishing = replay.state is ReplayState.PUBLISHING
        noted = with_replay(table, replay.id, arrivals) if publishing else without_replay(table, replay.id)
        return _Replaced({None: arrivals}, properties=noted)
    if kind_of(table) is not PANES:
        return _Replaced({None: arrivals})
    ranges: dict[Layer | None, Arrivals] = dict.fromkeys(layers_of(table), arrivals)
    properties: dict[str, str] = {}
    all_pending: list[Arrivals] = []
    for layer in rollups_of(table):
        pending = pending_after(table, layer, arrivals, known.until[layer] or arrivals.start)
        if pending:
            ranges[layer] = Arrivals(arrivals.start, max(arrivals.start, min(arrivals.end, pending.start)))
            properties |= as_noted(layer, pending)
            all_pending.append(pending)
    return _Replaced(ranges, tuple(all_pending), properties)


def _sources(
    catalog: Catalog, store: ReplayStore, tables: Mapping[str, Table], replay: Replay, state: ReplayState
) -> dict[str, _Known]:
    """Table → what to take its rows from. Raises ReplayError if any of it is not there any more.

    A table that was made while the replay is being published is left out: the replay has no rows for it.
    """
    if state is not ReplayState.PUBLISHING:
        published = newest_publication(store.history(replay.stream), replay)
        before = state_before(tables, published)
        until = {layer: before.rollups_until(layer) for layer in ROLLUP_LAYERS}
        begun = begun_in(tables[PANES.name], published - 1)
        held = {each.name: begun.get(each.name) for each in breakdowns(noted_definition(tables[PANES.name]))}
        return {name: _Known(Source(table, before.snapshots.get(name)), until, held) for name, table in tables.items()}
    sources = {}
    for name in tables:
        staged = optional_table(catalog, staging_namespace(replay), name)
        if staged is None and kind_of(tables[name]).optional and replay.state is ReplayState.PUBLISHING:
            continue
        if staged is None:
            raise ReplayError(f"replay {replay.id} lacks the table {name}; drop it and replay again")
        made = layers_of(staged) if kind_of(staged) is PANES else ()
        until = {layer: replay.arrivals.end if layer in made else None for layer in ROLLUP_LAYERS}
        by = breakdowns(noted_definition(staged)) if kind_of(staged) is PANES else ()
        held = {each.name: None for each in by}
        sources[name] = _Known(Source(staged, staged.metadata.current_snapshot_id), until, held)
    return sources
