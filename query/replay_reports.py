"""Replays, what they would change, and the history of what was published: read only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from cachetools import LRUCache, cachedmethod

from access.scope import EVERYTHING, Scope
from database.errors import LakeAwayError, LakeError, ReplayError
from database.replay_store import ReplayStore
from database.replays import Publication, Replay, ReplayState
from iceberg.catalog import Catalog, open_catalog
from iceberg.compared import compared
from iceberg.settings import LakeSettings
from iceberg.staging import committed
from query.comparison import Comparison
from query.difference import Difference, Points
from query.errors import EngineAwayError, UnknownReplayError, told_within
from query.replay_records import ReplayRecord
from query.requests import Filters
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from query.visible import Visible

_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A replay, and its difference once it has run and until it is dropped, as much of both as a scope shows.

    `committed`: messages read by now.
    """

    replay: Replay
    committed: int | None
    difference: Difference | None
    points: Points | None
    scope: Scope = EVERYTHING

    @property
    def record(self) -> ReplayRecord:
        """What is recorded of the replay."""
        return ReplayRecord.of(self.replay, self.scope)

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            **self.record.as_json(),
            "committed": self.committed,
            "difference": self.difference and self.difference.as_json(),
            "series": self.points and self.points.as_json(),
        }


class ReplayService:
    """Reads what the lake holds of replays; safe to share between threads. Methods raise QueryError."""

    def __init__(self, settings: QuerySettings, lake: LakeSettings | None = None) -> None:
        lake = lake or LakeSettings()
        self._trino = TrinoClient(settings)
        self._open_catalog: Callable[[], Catalog] = lambda: open_catalog(lake)
        self._opened: ReplayStore | None = None
        self._comparisons: LRUCache[Any, Any] = LRUCache(maxsize=64)
        self._published: LRUCache[Any, tuple[Publication, ...]] = LRUCache(maxsize=64)
        self._lock, self._work, self._comparing = threading.Lock(), threading.Lock(), threading.Condition()

    def all(self, stream: str | None = None) -> list[Replay]:
        """All replays, or those of a stream; the newest first."""
        with _translated():
            return self._store().all(stream)

    def history(self, stream: str | None = None) -> list[Publication]:
        """Every publication and roll back, of all streams or of one; the newest first."""
        with _translated():
            return self._store().history(stream)

    def get(self, number: int) -> Replay:
        """Raises UnknownReplayError when there is no replay of this id."""
        if not 0 < number <= _LARGEST_ID:
            raise UnknownReplayError(number)
        with _translated():
            try:
                return self._store().get(number)
            except ReplayError:
                raise UnknownReplayError(number) from None

    def published(self, stream: str, generation: int, began: datetime | None) -> tuple[Publication, ...]:
        """The complete publications of a stream that has reached this generation, the newest first; cheap to repeat.

        `began`: when its first message arrived, which tells it from one of that name that was removed.
        """
        if generation == 0:
            return ()
        key = (stream, began, generation)
        with self._lock:
            known = self._published.get(key)
        if known is None:
            known = tuple(publication for publication in self.history(stream) if publication.completed)
            if known and known[0].generation >= generation:
                with self._lock:
                    self._published[key] = known
        return known

    def report(
        self,
        replay: Replay,
        where: Filters = (),
        visible: Visible | None = None,
        by: tuple[str, ...] | None = None,
    ) -> ReplayReport:
        """The replay with its difference, and the points of a chart for some values of the dimensions.

        `by`: dimensions that the compared panes are to be by. `visible`: what is to be seen of the replay's own
        definition; None is all of it.
        """
        visible = visible or Visible(replay.definition)
        with told_within(visible.scope):
            return self._report(replay, where, visible, by)

    def _report(self, replay: Replay, where: Filters, visible: Visible, by: tuple[str, ...] | None) -> ReplayReport:
        scope = visible.scope
        if replay.state is ReplayState.RUNNING:
            committed = self._committed(replay) if scope.all_rows else None
            return ReplayReport(replay, committed, None, None, scope)
        if replay.state is ReplayState.DROPPED:
            return ReplayReport(replay, None, None, None, scope)
        with _translated():
            sides = compared(self._open_catalog(), replay)
        # The state of the range is the same as long as these are; live commits only add later arrivals.
        key = (replay.id, replay.state, sides.generation, sides.rollups, sides.breakdowns, by, visible.sight)
        comparison = Comparison(self._trino, visible, sides, replay.arrivals, by)
        difference: Difference = self._once(key, comparison.difference)
        points: Points = self._once((*key, where), lambda: comparison.points(where))
        return ReplayReport(replay, replay.messages if scope.all_rows else None, difference, points, scope)

    @cachedmethod(attrgetter("_comparisons"), key=lambda _, key, _make: key, condition=attrgetter("_comparing"))
    def _once(self, _key: Hashable, make: Callable[[], Any]) -> Any:
        """What was compared before, or is now; one comparison at a time, for each may take Trino's whole attention."""
        with self._work:
            return make()

    def _committed(self, replay: Replay) -> int:
        with _translated():
            try:
                return committed(self._open_catalog(), replay)
            except LakeAwayError:
                raise
            except LakeError:
                return 0  # its tables are not there yet

    def _store(self) -> ReplayStore:
        if self._opened is None:
            self._opened = ReplayStore(self._open_catalog().engine)
        return self._opened


@contextmanager
def _translated() -> Iterator[None]:
    """Raise errors of the lake as EngineAwayError: they pass, also that of a replay which is dropped just now."""
    try:
        yield
    except LakeError as error:
        raise EngineAwayError("lake", str(error)) from error
