"""All records of a question, in one state of the lake, a slice of time after the other: memory stays a slice's.

Counts by day tell which days are asked for together, and which are cut into hours, minutes and seconds. Each slice is
one statement, so that Trino sorts no more than is sent, and one that waits for its reader waits between statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

import pyarrow as pa

from iceberg.lake_view import LakeView
from query.errors import GivenUpError
from query.limits import Limits
from query.record_answers import read_page
from query.record_batches import batch_of
from query.record_requests import RecordsRequest
from query.record_statements import Page, Unit, moment, record_counts_statement, records_statement
from query.trino_client import TrinoClient
from query.windows import Span
from streams.definition import Definition

_MOST_ROWS = 20_000
_MOST_CHARACTERS = 8_000_000
"""Of a slice; one record that has more is a slice of its own."""

_FINER: dict[Unit, Unit] = {"day": "hour", "hour": "minute", "minute": "second"}
_SECONDS: dict[Unit, int] = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


@dataclass(frozen=True, slots=True)
class Count:
    """How many records begin in a length of time, and about how many characters they have."""

    begins: int
    records: int
    size: int

    @property
    def small(self) -> bool:
        """Whether they fit into one slice."""
        return self.records <= _MOST_ROWS and self.size <= _MOST_CHARACTERS


def grouped(counts: Sequence[Count]) -> Iterator[list[Count]]:
    """Neighbours, the newest first, that fit into one slice together; one that does not fit is alone."""
    group: list[Count] = []
    for count in counts:
        together = [*group, count]
        if group and not Count(0, sum(c.records for c in together), sum(c.size for c in together)).small:
            yield group
            together = [count]
        group = together
    if group:
        yield group


class Export:
    """All that Trino reads. Read by one thread; any other may `close` it."""

    def __init__(
        self,
        trino: TrinoClient,
        definition: Definition,
        view: LakeView,
        request: RecordsRequest,
        limits: Callable[[], Limits],
    ) -> None:
        self.request, self.view = request, view
        self._trino, self._definition, self._limits = trino, definition, limits
        self._now: Limits | None = None
        self._closed = False
        self._lock = Lock()

    def close(self) -> None:
        """Nobody reads on: what runs in Trino is ended."""
        with self._lock:
            self._closed = True
            if self._now is not None:
                self._now.give_up()

    def count(self) -> int:
        """How many records there will be. Raises QueryError."""
        return sum(count.records for count in self._counts(self._span, "day"))

    def slices(self) -> Iterator[pa.RecordBatch]:
        """The records, newest first, some thousands at a time. Raises QueryError."""
        for rows in self._slices(self._span, "day"):
            yield batch_of(self.request, rows)

    @property
    def _span(self) -> Span:
        return Span(self.request.start, self.request.end)

    def _slices(self, span: Span, unit: Unit) -> Iterator[tuple[tuple[Any, ...], ...]]:
        for group in grouped(self._counts(span, unit)):
            first, last = group[-1].begins, group[0].begins + _SECONDS[unit]
            part = Span(max(span.start, moment(first * 1000)), min(span.end, moment(last * 1000)))
            if group[0].small or unit not in _FINER:
                yield from self._pages(part)
            else:
                yield from self._slices(part, _FINER[unit])

    def _pages(self, span: Span) -> Iterator[tuple[tuple[Any, ...], ...]]:
        """A slice: one page, or of a second that has too many records as many as it takes."""
        after: tuple[int, int, int] | None = None
        while True:
            page = Page(span, _MOST_ROWS, _MOST_CHARACTERS, after)
            statement = records_statement(self._definition, self.view, self.request, page)
            rows = [] if statement is None else self._rows(statement.sql, statement.values)
            kept, more = read_page(rows, _MOST_ROWS)
            if kept:
                yield kept
            if not more:
                return
            at, partition, offset = kept[-1][:3]
            after = (at, partition, offset)
            span = Span(span.start, min(span.end, moment(at) + timedelta(milliseconds=1)))

    def _counts(self, span: Span, unit: Unit) -> list[Count]:
        statement = record_counts_statement(self._definition, self.view, self.request, span, unit)
        rows = [] if statement is None else self._rows(statement.sql, statement.values)
        return [Count(*map(int, row)) for row in rows]

    def _rows(self, sql: str, values: Sequence[Any]) -> list[list[Any]]:
        with self._lock:
            if self._closed:
                raise GivenUpError
            self._now = limits = self._limits()
        return self._trino.rows(sql, values, limits)[0]
