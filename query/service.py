"""Questions in, answers out: the one door through which pages, programs and the command line ask."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from cachetools import LRUCache, TTLCache

from iceberg.catalog import open_catalog
from iceberg.lake_view import LakeView
from iceberg.settings import LakeSettings
from query.answer_json import Answer, Encoded, encoded
from query.answers import (
    RejectedAnswer,
    RejectedMessage,
    RowsAnswer,
    SeriesAnswer,
    SeriesPoint,
    TopsAnswer,
    WindowAnswer,
    source_of,
    view_digest,
)
from query.cursors import digest
from query.errors import QueryError, UnknownStreamError, told_within, translated
from query.grouping import instant
from query.groups import Group, groups_of
from query.lake_watcher import LakeWatcher
from query.limits import Limits
from query.record_answers import RecordsAnswer, read_page, records_source
from query.record_export import Export
from query.record_questions import RecordQuestion, record_statement
from query.record_reading import FilesExport, Reading
from query.record_requests import Question, RecordsRequest
from query.record_statements import records_statement
from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from query.settings import QuerySettings
from query.statement import Statement
from query.statements import rejected_statement, series_statement, window_coverage, window_statement
from query.top_statements import tops_statements
from query.tops import TopsRequest, tables_of
from query.trino_client import TrinoClient
from query.warm_up import WarmUp
from streams.definition import Definition

_EXCHANGE_SECONDS = 15.0
"""Longest time that Trino may say nothing to a question. It answers each exchange within a second, if it can at all."""

_PAGED_VIEWS = 500
Asking = Question | RecordQuestion | TopsRequest
"""All that this door answers."""

_NEWEST, _NEWEST_SECONDS = 1000, 600.0
"""How many questions of records are known by their newest answers, and how old those may be."""

_STARTED = str(time.time_ns())
"""Another process may write the same answer otherwise."""


class QueryService:
    """Answers questions about all streams; safe to share between threads. `start` before use, `close` after."""

    def __init__(
        self, settings: QuerySettings, definitions: Mapping[str, Definition], lake: LakeSettings | None = None
    ) -> None:
        self._declared = definitions
        lake = lake or LakeSettings()
        self._settings = settings
        self._trino = TrinoClient(settings.model_copy(update={"query_seconds": settings.question_seconds}))
        self._catalog = lambda: open_catalog(lake)
        self._watcher = LakeWatcher(self._catalog, settings.refresh_seconds, self._prepare)
        self._warm_up = WarmUp(self._trino, self._watcher.views, settings.warm_up_seconds)
        self._asked: dict[str, WindowRequest] = {}
        self._kept: LRUCache[str, Encoded[Answer]] = LRUCache(settings.cache_bytes, lambda kept: kept.size)
        self._paged: LRUCache[str, LakeView] = LRUCache(_PAGED_VIEWS)
        self._newest: TTLCache[str, str] = TTLCache(_NEWEST, _NEWEST_SECONDS)
        self._lock = threading.Lock()

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

    def limits(self) -> Limits:
        """What a question that is asked now may take."""
        settings = self._settings
        return Limits(settings.question_seconds, settings.answer_bytes, _EXCHANGE_SECONDS)

    def tag(self, question: Asking) -> str:
        """The tag of the answer that would be given now. Raises EngineAwayError."""
        with told_within(question.visible.scope):
            return _tag(question, self._view(question))

    def kept(self, tag: str) -> Encoded[Answer] | None:
        """The answer of that tag, if it was given before and is kept; never waits for an engine."""
        with self._lock:
            answer = self._kept.get(tag)
        return answer and replace(answer, cached=True)

    def lately(self, question: RecordQuestion) -> Encoded[RowsAnswer] | None:
        """The newest answer to it that is kept and some minutes old at most, perhaps of a state before: never of one
        before a publication, an apply, or that retention took something. Raises EngineAwayError."""
        with told_within(question.visible.scope):
            line = _line(question, self._view(question))
        with self._lock:
            answer = self._kept.get(self._newest.get(line, ""))
        return cast("Encoded[RowsAnswer] | None", answer and replace(answer, cached=True))

    def answer(self, question: Asking, limits: Limits) -> Encoded[Answer]:
        """Answer, and keep the answer. Raises QueryError."""
        with told_within(question.visible.scope):
            view = self._view(question)
            answer = self._answer(question, view, limits)
        made = encoded(answer, _tag(question, view))
        with self._lock:
            with suppress(ValueError):  # one that is larger than all that may be kept
                self._kept[made.tag] = made
                if isinstance(question, RecordQuestion):
                    self._newest[_line(question, view)] = made.tag
            if not isinstance(answer, SeriesAnswer | RowsAnswer | TopsAnswer) and answer.more:
                self._paged[answer.source.view] = view
        return made

    def window(self, request: WindowRequest) -> WindowAnswer:
        """Answer a window, newly. Raises QueryError."""
        return self._window(request, self._view(request), self.limits())

    def series(self, request: SeriesRequest) -> SeriesAnswer:
        """Answer each step of a window, newly. Raises QueryError."""
        return self._series(request, self._view(request), self.limits())

    def tops(self, request: TopsRequest) -> TopsAnswer:
        """Rank the largest groups of several panels, newly. Raises QueryError."""
        return self._tops(request, self._view(request), self.limits())

    def rejected(self, request: RejectedRequest) -> RejectedAnswer:
        """List rejected messages, newly. Raises QueryError."""
        return self._rejected(request, self._view(request), self.limits())

    def records(self, request: RecordsRequest) -> RecordsAnswer:
        """List records, newly. Raises QueryError."""
        return self._records(request, self._view(request), self.limits())

    def export(self, request: RecordsRequest) -> Reading:
        """All records of a question, in the state of now. Raises QueryError."""
        view = self._view(request)
        definition = self._definition_of(view)
        by_trino = Export(self._trino, definition, view, request, self.limits)
        return FilesExport(self._catalog, definition, view, request, by_trino)

    def views(self) -> dict[str, LakeView]:
        """The newest view of each stream whose tables have been read."""
        return self._watcher.views()

    def problems(self) -> dict[str, str]:
        """Stream → why its tables could not be read at the last look."""
        return dict(self._watcher.problems)

    def failing(self) -> dict[str, str]:
        """Work beside questions → what is wrong with it, where something is."""
        return {"warm-up": self._warm_up.problem} if self._warm_up.problem else {}

    @property
    def lake_problem(self) -> str:
        """What keeps the lake from being looked at; empty if nothing does."""
        return self._watcher.problem

    def check_trino(self, seconds: float) -> None:
        """Raise QueryError unless Trino answers within so many seconds."""
        self._trino.check(seconds)

    def _view(self, question: Asking) -> LakeView:
        """The newest lake view; for a later page that of the first, as long as it is remembered.

        Anybody may write a cursor: one that names the view of another stream is of the newest.
        """
        after = None if isinstance(question, SeriesRequest | RecordQuestion | TopsRequest) else question.after
        newest = self._watcher.view(question.stream)
        if after is None:
            return newest
        with self._lock:
            remembered = self._paged.get(after.view, newest)
        return remembered if remembered.stream == question.stream else newest

    def _answer(self, question: Asking, view: LakeView, limits: Limits) -> Answer:
        match question:
            case WindowRequest():
                return self._window(question, view, limits)
            case SeriesRequest():
                return self._series(question, view, limits)
            case RejectedRequest():
                return self._rejected(question, view, limits)
            case RecordsRequest():
                return self._records(question, view, limits)
            case RecordQuestion():
                return self._record_rows(question, view, limits)
            case TopsRequest():
                return self._tops(question, view, limits)

    def _prepare(self, view: LakeView) -> None:
        """Ask the last question again, of what was published: Trino reads its metadata before readers wait for it."""
        if view.stream in self._asked:
            with suppress(QueryError):
                self._merged(self._asked[view.stream], view, self.limits())

    def _definition_of(self, view: LakeView) -> Definition:
        """As it was applied to the tables of a view: the newest may be of a view that has come since."""
        return view.definition or self.definition(view.stream)

    def _window(self, request: WindowRequest, view: LakeView, limits: Limits) -> WindowAnswer:
        self._asked[request.stream] = request
        answer = self._merged(request, view, limits)
        if request.changed_since is None:
            return answer
        return answer.changed_from(self._merged(request.known_at(request.changed_since), view, limits))

    def _merged(self, request: WindowRequest, view: LakeView, limits: Limits) -> WindowAnswer:
        view = _as_known(view, request)
        covered = window_coverage(self._definition_of(view), view, request)
        statement = window_statement(self._definition_of(view), view, request, covered)
        if statement is None:
            return WindowAnswer(request, source_of(view, "", request, covered), covered, ())
        rows, query_id = self._rows(statement, limits)
        groups = self._groups(view, request, statement, rows)
        more = request.limit is not None and len(groups) > request.limit
        source = source_of(view, query_id, request, covered)
        return WindowAnswer(request, source, covered, groups[: request.limit], more=more)

    def _rows(self, statement: Statement, limits: Limits) -> tuple[list[list[Any]], str]:
        """The rows of an answer and Trino's id of the query."""
        rows, query_id = self._trino.rows(statement.sql, statement.values, limits)
        return [statement.with_known(row) for row in rows], query_id

    def _groups(
        self, view: LakeView, request: WindowRequest, statement: Statement, rows: Iterable[Sequence[Any]]
    ) -> tuple[Group, ...]:
        return groups_of(self._definition_of(view), request.by, statement.columns, request.quantiles, rows)

    def _series(self, request: SeriesRequest, view: LakeView, limits: Limits) -> SeriesAnswer:
        window = request.window
        view = _as_known(view, window)
        statement = series_statement(self._definition_of(view), view, request)
        if statement is None:
            return SeriesAnswer(request, source_of(view, "", window), ())
        rows, query_id = self._rows(statement, limits)
        at = len(window.by)
        points = tuple(
            SeriesPoint(
                instant(moment, request.local),
                self._groups(view, window, statement, ([*row[:at], *row[at + 1 :]] for row in of_moment)),
            )
            for moment, of_moment in groupby(sorted(rows, key=itemgetter(at)), key=itemgetter(at))
        )
        return SeriesAnswer(request, source_of(view, query_id, window), points)

    def _tops(self, request: TopsRequest, view: LakeView, limits: Limits) -> TopsAnswer:
        view = _as_known(view, request.window)
        definition, query_id = self._definition_of(view), ""
        tables: dict[str, tuple[Group, ...]] = {top.name: () for top in request.tops}
        for part, statement in tops_statements(definition, view, request):
            rows, query_id = self._trino.rows(statement.sql, statement.values, limits)
            tables |= tables_of(definition, part, statement.columns, rows)
        return TopsAnswer(request, source_of(view, query_id, request.window), tables)

    def _record_rows(self, request: RecordQuestion, view: LakeView, limits: Limits) -> RowsAnswer:
        statement = record_statement(self._definition_of(view), view, request)
        if statement is None:
            return RowsAnswer(request, source_of(view, "", request), ())
        rows, query_id = self._trino.rows(statement.sql, statement.values, limits)
        return RowsAnswer(request, source_of(view, query_id, request), tuple(map(tuple, rows)))

    def _rejected(self, request: RejectedRequest, view: LakeView, limits: Limits) -> RejectedAnswer:
        statement = rejected_statement(view, request)
        if statement is None:
            return RejectedAnswer(request, source_of(view, "", request), ())
        rows, query_id = self._trino.rows(statement.sql, statement.values, limits)
        messages = tuple(RejectedMessage.of_row(row).seen(request.visible) for row in rows[: request.limit])
        return RejectedAnswer(request, source_of(view, query_id, request), messages, more=len(rows) > request.limit)

    def _records(self, request: RecordsRequest, view: LakeView, limits: Limits) -> RecordsAnswer:
        statement = records_statement(self._definition_of(view), view, request)
        if statement is None:
            return RecordsAnswer(request, records_source(view, ""), (), view.records_since)
        rows, query_id = self._trino.rows(statement.sql, statement.values, limits)
        kept, more = read_page(rows, request.limit)
        return RecordsAnswer(request, records_source(view, query_id), kept, view.records_since, more)


def _tag(question: Asking, view: LakeView) -> str:
    return digest(question, view_digest(view), _STARTED)


def _line(question: RecordQuestion, view: LakeView) -> str:
    """Of all states of a stream that only came after each other."""
    definition = view.definition and view.definition.digest
    return digest(question, view.generation, view.kept_from, view.taken, definition, _STARTED)


def _as_known(view: LakeView, request: WindowRequest) -> LakeView:
    with translated():
        return view if request.as_known_at is None else view.as_known_at(request.as_known_at)
