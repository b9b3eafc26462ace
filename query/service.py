"""Questions in, answers out: the one door through which pages, programs and the command line ask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from cachetools import LRUCache, cachedmethod

from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.answers import RejectedAnswer, SeriesAnswer, WindowAnswer, groups
from query.errors import EngineAwayError, QueryError, UnknownStreamError
from query.lake_view import LakeView, LakeWatcher
from query.requests import MOST_REJECTED, RejectedRequest, SeriesRequest, WindowRequest
from query.settings import QuerySettings
from query.statements import Statement, rejected_statement, series_statement, window_statement
from query.trino_client import TrinoClient
from query.warm_up import WarmUp
from query.windows import plan_window
from streams.definition import Definition

__all__ = ["QueryService", "StreamFreshness"]

Answer = TypeVar("Answer", WindowAnswer, SeriesAnswer, RejectedAnswer)


@dataclass(frozen=True, slots=True)
class StreamFreshness:
    """How far a stream's answers are complete, when its tables were last committed to, and what was published last.

    `began`: when its first message arrived. `retired`: since when it takes no more messages.
    """

    complete_until: datetime | None
    last_commit: datetime | None
    generation: int = 0
    began: datetime | None = None
    retired: datetime | None = None


class QueryService:
    """Answers questions about all streams; safe to share between threads. `start` before use, `close` after."""

    def __init__(
        self, settings: QuerySettings, definitions: Mapping[str, Definition], lake: LakeSettings | None = None
    ) -> None:
        self._declared = definitions
        lake = lake or LakeSettings()
        self._trino = TrinoClient(settings)
        self._watcher = LakeWatcher(lambda: open_catalog(lake), settings.refresh_seconds, self._prepare)
        self._warm_up = WarmUp(self._trino, self._watcher.views, settings.warm_up_seconds)
        self._asked: dict[str, WindowRequest] = {}
        self._answers: LRUCache[Any, Any] = LRUCache(maxsize=settings.cache_answers)
        self._answered = threading.Condition()

    def start(self) -> None:
        """Begin to watch the lake, and to warm Trino up."""
        self._watcher.start()
        self._warm_up.start()

    def refresh(self) -> None:
        """Look at the lake once, here and now: for programs that ask one question. Raises LakeError."""
        self._watcher.refresh()

    def close(self) -> None:
        """Stop watching the lake."""
        self._warm_up.close()
        self._watcher.close()

    @property
    def definitions(self) -> dict[str, Definition]:
        """Every stream's definition: as applied to its tables, or as declared while they are not there."""
        applied = {name: view.definition for name, view in self._watcher.views().items() if view.definition}
        return dict(sorted({**self._declared, **applied}.items()))

    def definition(self, stream: str) -> Definition:
        """The definition of a stream. Raises UnknownStreamError."""
        definitions = self.definitions
        if stream not in definitions:
            raise UnknownStreamError(stream, list(definitions))
        return definitions[stream]

    def window(self, request: WindowRequest) -> WindowAnswer:
        """Answer a window. Raises QueryError."""
        return self._kept(request.stream, request, lambda view: self._window(request, view))

    def series(self, request: SeriesRequest) -> SeriesAnswer:
        """Answer each step of a window. Raises QueryError."""
        return self._kept(request.window.stream, request, lambda view: self._series(request, view))

    def rejected(self, request: RejectedRequest) -> RejectedAnswer:
        """List rejected messages. Raises QueryError."""
        return self._kept(request.stream, request, lambda view: self._rejected(request, view))

    def views(self) -> dict[str, StreamFreshness]:
        """How fresh each stream is, as of the newest look at the lake."""
        known = self._watcher.views()
        return {
            name: _freshness(known[name]) if name in known else StreamFreshness(None, None) for name in self.definitions
        }

    def problems(self) -> dict[str, str]:
        """Stream → why its tables could not be read at the last look."""
        return dict(self._watcher.problems)

    def check(self) -> dict[str, str]:
        """Engine → what is wrong with it; empty text for one that answers."""
        found = {"lake": self._watcher.problem, "trino": ""}
        try:
            self._trino.check()
        except EngineAwayError as error:
            found["trino"] = str(error)
        return found

    def _kept(self, stream: str, request: Any, answer: Callable[[LakeView], Answer]) -> Answer:
        """The kept answer to the same question about the same lake view, or a new one."""
        view = self._watcher.view(stream)
        made: list[Answer] = []

        def make() -> Answer:
            made.append(answer(view))
            return made[0]

        kept: Answer = self._once(request, view, make)
        return kept if made else kept.as_cached()

    @cachedmethod(
        attrgetter("_answers"),
        key=lambda _, request, view, _make: (request, view),
        condition=attrgetter("_answered"),
    )
    def _once(self, _request: Any, _view: LakeView, make: Callable[[], Any]) -> Any:
        """What was kept or is made now: by one of those who ask the same at the same time, the others wait for it."""
        return make()

    def _prepare(self, view: LakeView) -> None:
        """Ask the last question again, of what was published: Trino reads its metadata before readers wait for it."""
        if view.stream in self._asked:
            with suppress(QueryError):
                self._merged(self._asked[view.stream], view)

    def _window(self, request: WindowRequest, view: LakeView) -> WindowAnswer:
        self._asked[request.stream] = request
        answer = self._merged(request, view)
        if request.changed_since is None:
            return answer
        return answer.changed_from(self._merged(request.known_at(request.changed_since), view))

    def _merged(self, request: WindowRequest, view: LakeView) -> WindowAnswer:
        definition = self.definition(request.stream)
        view = _as_known(view, request)
        statement = window_statement(definition, view, request)
        if statement is None:
            return WindowAnswer(view, "", False, request, plan_window(request.start, request.end), ())
        rows, query_id = self._rows(statement)
        found = groups(definition, request.by, statement.columns, request.quantiles, rows)
        return WindowAnswer(view, query_id, False, request, statement.plan, found)

    def _rows(self, statement: Statement) -> tuple[list[list[Any]], str]:
        """The rows of an answer and Trino's id of the query."""
        rows, query_id = self._trino.rows(statement.sql, statement.values)
        return [statement.whole(row) for row in rows], query_id

    def _series(self, request: SeriesRequest, view: LakeView) -> SeriesAnswer:
        window = request.window
        definition = self.definition(window.stream)
        view = _as_known(view, window)
        statement = series_statement(definition, view, request)
        if statement is None:
            return SeriesAnswer(view, "", False, request, ())
        rows, query_id = self._rows(statement)
        at = len(window.by)
        points = tuple(
            (
                moment,
                groups(
                    definition,
                    window.by,
                    statement.columns,
                    window.quantiles,
                    ([*row[:at], *row[at + 1 :]] for row in found),
                ),
            )
            for moment, found in groupby(sorted(rows, key=itemgetter(at)), key=itemgetter(at))
        )
        return SeriesAnswer(view, query_id, False, request, points)

    def _rejected(self, request: RejectedRequest, view: LakeView) -> RejectedAnswer:
        statement = rejected_statement(view, request, MOST_REJECTED)
        if statement is None:
            return RejectedAnswer(view, "", False, request, (), MOST_REJECTED)
        rows, query_id = self._trino.rows(statement.sql, statement.values)
        return RejectedAnswer(view, query_id, False, request, tuple(map(tuple, rows)), MOST_REJECTED)


def _freshness(view: LakeView) -> StreamFreshness:
    return StreamFreshness(view.complete_until, view.committed, view.generation, view.began, view.retired)


def _as_known(view: LakeView, request: WindowRequest) -> LakeView:
    return view if request.as_known_at is None else view.as_known_at(request.as_known_at)
