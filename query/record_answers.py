"""Records as they are answered: typed values under the names of their fields. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from iceberg.lake_view import LakeView
from query.answers import Source, view_digest
from query.cursors import Cursor
from query.record_requests import RecordsRequest
from streams.records import RecordType

OWN_NAMES = ("event_time", "arrived", "partition", "offset")
"""What each record has beside its fields, as it is answered."""


@dataclass(frozen=True, slots=True)
class RecordsAnswer:
    """Records, newest first, as rows of Trino have them: event time, partition, offset, arrival, then the fields.

    `since`: when the stream began to keep them, by arrival; None if it always did.
    """

    request: RecordsRequest
    source: Source
    rows: tuple[tuple[Any, ...], ...]
    since: datetime | None = None
    more: bool = False

    @property
    def next(self) -> str | None:
        """The cursor of the next page; None if there are no `more` records."""
        if not self.more:
            return None
        return Cursor(self.source.view, self.rows[-1][:3]).text(self.request.question)


def records_source(view: LakeView, query_id: str) -> Source:
    """What the answer tells of its view."""
    return Source(view_digest(view), query_id, view.records_snapshot, view.records_until)


def read_page(rows: Sequence[Sequence[Any]], limit: int) -> tuple[tuple[tuple[Any, ...], ...], bool]:
    """The records of a page's rows, and whether there are more of the question's."""
    kept = tuple(tuple(row[1:]) for row in rows[:limit])
    return kept, bool(rows) and int(rows[0][0]) > len(kept)


def record_names(request: RecordsRequest) -> tuple[str, ...]:
    """The names of what `record_values` gives."""
    return (*OWN_NAMES, *request.fields)


def record_reader(request: RecordsRequest) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What makes of a row the values as JSON has them: times as RFC 3339."""
    times = [at for at, each in enumerate(request.asked, start=4) if each.type is RecordType.TIME]

    def read(row: Sequence[Any]) -> tuple[Any, ...]:
        at, partition, offset, arrived, *values = row
        for place in times:
            values[place - 4] = time_text(values[place - 4])
        return (time_text(at), time_text(arrived), partition, offset, *values)

    return read


def time_text(millis: int | None) -> str | None:
    """RFC 3339, in UTC, to the millisecond."""
    if millis is None:
        return None
    return datetime.fromtimestamp(millis // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03d}Z"
