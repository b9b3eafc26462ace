"""Answers, with the types that their values have. Pure; `query.answer_json` writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from iceberg.lake_view import LakeView
from query.changes import changes_between
from query.coverage import Covered
from query.cursors import Cursor, digest
from query.groups import Group
from query.record_questions import RecordQuestion
from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from query.tops import TopsRequest
from query.visible import Visible
from query.windows import EPOCH
from streams.refusal_envelope import unwrapped


def view_digest(view: LakeView) -> str:
    """A text that tells two lake views apart which may be answered from differently."""
    values = [getattr(view, each.name) for each in fields(view) if each.compare]
    definition = view.definition
    # What is read of the same panes, beyond what the digest of what is written tells.
    read = definition and [(name, each.total) for name, each in definition.measures.items()]
    return digest(*values, definition and definition.digest, read)


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer was read from: a lake view by its digest, the snapshot of a table, and Trino's query.

    `known_until`: of an answer as known at a moment, the moment that it is really of.
    """

    view: str
    query_id: str
    snapshot: int | None
    complete_until: datetime | None
    known_until: datetime | None = None


def source_of(
    view: LakeView,
    query_id: str,
    request: WindowRequest | RejectedRequest | RecordQuestion,
    covered: Covered | None = None,
) -> Source:
    """What the answer to a question tells of its view, and keeps of it: a view may be large."""
    if isinstance(request, RecordQuestion):
        return Source(view_digest(view), query_id, view.records_snapshot, view.complete_until)
    if isinstance(request, RejectedRequest):
        return Source(view_digest(view), query_id, view.rejected_snapshot, view.complete_until)
    if covered is not None and covered.by_records:
        return _source_of_records(view, query_id, request)
    known = None if request.as_known_at is None else view.known_until(request.as_known_at)
    return Source(view_digest(view), query_id, view.panes_snapshot, view.complete_until, known)


def _source_of_records(view: LakeView, query_id: str, request: WindowRequest) -> Source:
    """Records tell arrivals exactly; a state of before, which a publication replaced, they do not."""
    asked, until = request.as_known_at, view.records_until
    known = None if asked is None or until is None else min(asked, until)
    return Source(view_digest(view), query_id, view.records_snapshot, until, known)


@dataclass(frozen=True, slots=True)
class WindowAnswer:
    """One group per values of the dimensions asked for, sorted by them, and which panes it is of.

    `gone`: groups that were there only before.
    """

    request: WindowRequest
    source: Source
    covered: Covered
    groups: tuple[Group, ...]
    gone: tuple[Group, ...] = ()
    more: bool = False

    @property
    def next(self) -> str | None:
        """The cursor of the next page; None if there are no `more` groups."""
        return Cursor(self.source.view, self.groups[-1].key).text(self.request.question) if self.more else None

    def changed_from(self, before: WindowAnswer) -> WindowAnswer:
        """Each group marked with whether it is not as it was before; `gone` are those that were there only then."""
        changes = changes_between(self.groups, before.groups)
        marked = tuple(replace(group, changed_since=group.key in changes.changed) for group in self.groups)
        return replace(self, groups=marked, gone=changes.elsewhere)


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """The groups of one step that had messages."""

    at: datetime
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """The groups at each step that had messages, in order of time."""

    request: SeriesRequest
    source: Source
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True, slots=True)
class RejectedMessage:
    """A message that broke a rule. `payload`: its first bytes, of `payload_bytes`. `at_edge`: its sender was told.

    Where the asker may not see all fields there is no payload, and `field` is one that it may see.
    """

    arrived: datetime
    partition: int
    offset: int
    reason: str
    field: str | None
    payload: bytes | None
    payload_bytes: int | None
    at_edge: bool = False

    def seen(self, visible: Visible) -> RejectedMessage:
        """As much of it as an asker may see."""
        if not visible.scope.hidden:
            return self
        names = {*visible.shown.fields, *visible.shown.measures}
        field = self.field if self.field in names else None
        return replace(self, field=field, payload=None, payload_bytes=None)

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> RejectedMessage:
        """From a row of the table, where what was refused at the edge lies in an envelope."""
        arrived, partition, offset, reason, field, stored, size = row
        kept = bytes(stored or b"")
        refused = unwrapped(kept)
        payload = refused[1] if refused else kept
        payload_bytes = (size or 0) - len(kept) + len(payload)
        return cls(arrived, partition, offset, reason, field, payload, payload_bytes, refused is not None)


@dataclass(frozen=True, slots=True)
class RejectedAnswer:
    """Rejected messages, newest first."""

    request: RejectedRequest
    source: Source
    messages: tuple[RejectedMessage, ...]
    more: bool = False

    @property
    def next(self) -> str | None:
        """The cursor of the next page; None if there are no `more` messages."""
        if not self.more:
            return None
        last = self.messages[-1]
        after = ((last.arrived - EPOCH) // timedelta(microseconds=1), last.partition, last.offset)
        return Cursor(self.source.view, after).text(self.request.question)


@dataclass(frozen=True, slots=True)
class RowsAnswer:
    """The rows of a system's own statement, as it selects them."""

    request: RecordQuestion
    source: Source
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class TopsAnswer:
    """Panel → its largest groups, the largest first."""

    request: TopsRequest
    source: Source
    tables: Mapping[str, tuple[Group, ...]]
