"""Answers in the shapes of the HTTP contract, made from the merged rows of a statement. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from iceberg.lake_view import LakeView
from query.changes import Group, changes_between, key_of
from query.cursors import Cursor, digest
from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from query.windows import EPOCH, WindowPlan
from streams.aggregates import COUNT, Merged
from streams.definition import Definition
from streams.panes import PaneColumn
from streams.refusals import unwrapped

__all__ = ["Answer", "Encoded", "RejectedAnswer", "SeriesAnswer", "WindowAnswer", "groups", "timestamp", "view_digest"]


def timestamp(at: datetime | None, *, millis: bool = False) -> str | None:
    """RFC 3339 in UTC with `Z`, to the second or to the millisecond."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if millis else "seconds")
    return text.replace("+00:00", "Z")


def view_digest(view: LakeView) -> str:
    """A text that tells two lake views apart which may be answered from differently."""
    told = [getattr(view, each.name) for each in fields(view) if each.compare]
    return digest(*told, view.definition and view.definition.digest)


@dataclass(frozen=True, slots=True)
class Encoded:
    """An answer as it is kept and sent: its JSON, and what the log tells of it.

    `tag` tells it from other answers: to other questions, or of other lake views.
    """

    tag: str
    body: bytes
    query_id: str
    snapshot: str | None
    cached: bool = False

    def as_json(self) -> dict[str, Any]:
        """The body, read again."""
        found: dict[str, Any] = orjson.loads(self.body)
        return found


@dataclass(frozen=True, slots=True)
class _Answer:
    """What every answer tells of itself: the view it was made from, and Trino's query."""

    view: LakeView
    query_id: str

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""
        raise NotImplementedError

    def encoded(self, tag: str) -> Encoded:
        """As it is kept and sent."""
        return Encoded(tag, orjson.dumps(self.as_json()), self.query_id, _snapshot(self.snapshot))

    @property
    def snapshot(self) -> int | None:
        """That of the table which the answer was read from."""
        return self.view.panes_snapshot


@dataclass(frozen=True, slots=True)
class WindowAnswer(_Answer):
    """One group per values of the dimensions asked for, sorted by them."""

    request: WindowRequest
    plan: WindowPlan
    breakdown: str
    groups: tuple[Group, ...]
    gone: tuple[Group, ...] = ()
    more: bool = False

    @property
    def next(self) -> str | None:
        """The cursor of the next page; None if there are no `more` groups."""
        if not self.more:
            return None
        last = key_of(self.groups[-1], self.request.by)
        return Cursor(view_digest(self.view), last).text(self.request.question)

    def changed_from(self, before: WindowAnswer) -> WindowAnswer:
        """Each group marked with whether it is not as it was before; `gone` are those that were there only then."""
        by = self.request.by
        changes = changes_between(self.groups, before.groups, by)
        marked = tuple({**group, "changed_since": key_of(group, by) in changes.changed} for group in self.groups)
        return replace(self, groups=marked, gone=changes.elsewhere)

    def as_json(self) -> dict[str, Any]:
        """The body of `GET /v1/streams/{stream}/window`."""
        since = self.request.changed_since
        return {
            **_about(self.request, self.view),
            "groups": list(self.groups),
            **({} if self.request.limit is None else {"next": self.next}),
            **({} if since is None else {"changed_since": timestamp(since), "gone_since": list(self.gone)}),
            "answered_from": {
                "snapshot": _snapshot(self.snapshot),
                "breakdown": self.breakdown,
                "day": {"windows": self.plan.day_windows},
                **({"hour": {"windows": self.plan.hour_windows}} if self.plan.hours else {}),
                "minute": {"windows": self.plan.minute_windows},
            },
        }


@dataclass(frozen=True, slots=True)
class SeriesAnswer(_Answer):
    """The groups at each step that had messages, in order of time."""

    request: SeriesRequest
    points: tuple[tuple[datetime, tuple[Group, ...]], ...]

    def as_json(self) -> dict[str, Any]:
        """The body of `GET /v1/streams/{stream}/series`."""
        return {
            **_about(self.request.window, self.view),
            "step": self.request.step.value,
            "points": [{"at": timestamp(at), "groups": list(found)} for at, found in self.points],
        }


@dataclass(frozen=True, slots=True)
class RejectedAnswer(_Answer):
    """Rejected messages, newest first."""

    request: RejectedRequest
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False

    @property
    def snapshot(self) -> int | None:
        """That of `rejected`."""
        return self.view.rejected_snapshot

    @property
    def next(self) -> str | None:
        """The cursor of the next page; None if there are no `more` messages."""
        if not self.more:
            return None
        arrived, partition, offset, *_ = self.rows[-1]
        microseconds = (arrived - EPOCH) // timedelta(microseconds=1)
        return Cursor(view_digest(self.view), (microseconds, partition, offset)).text(self.request.question)

    def as_json(self) -> dict[str, Any]:
        """The body of `GET /v1/streams/{stream}/rejected`; payloads as text (with replacement marks) and base64.

        Only their first bytes are given; `payload_bytes` is their full length.
        """
        return {
            "stream": self.request.stream,
            "start": timestamp(self.request.start),
            "end": timestamp(self.request.end),
            "complete_until": timestamp(self.view.complete_until),
            "limit": self.request.limit,
            "messages": [_rejected(*row) for row in self.rows],
            "next": self.next,
        }


Answer = WindowAnswer | SeriesAnswer | RejectedAnswer


def _rejected(
    arrived: datetime,
    partition: int,
    offset: int,
    reason: str,
    field: str | None,
    stored: bytes | None,
    size: int | None,
) -> dict[str, Any]:
    """One rejected message; with `refused_at`, which is `edge`, if its sender was told so."""
    refused = unwrapped(bytes(stored or b""))
    payload = refused[1] if refused else bytes(stored or b"")
    return {
        "partition": partition,
        "offset": offset,
        "arrived": timestamp(arrived, millis=True),
        "reason": reason,
        "field": field,
        **({"refused_at": "edge"} if refused else {}),
        "payload": payload.decode("utf-8", "replace"),
        "payload_base64": base64.b64encode(payload).decode(),
        "payload_bytes": (size or 0) - len(stored or b"") + len(payload),
    }


def _about(request: WindowRequest, view: LakeView) -> dict[str, Any]:
    return {
        "stream": request.stream,
        "start": timestamp(request.start),
        "end": timestamp(request.end),
        "as_known_at": timestamp(request.as_known_at),
        "known_until": timestamp(request.as_known_at and view.known_until(request.as_known_at)),
        "complete_until": timestamp(view.complete_until),
    }


def _snapshot(snapshot: int | None) -> str | None:
    return None if snapshot is None else str(snapshot)


def groups(
    definition: Definition,
    by: Sequence[str],
    columns: Sequence[PaneColumn],
    quantiles: Sequence[float],
    rows: Iterable[Sequence[Any]],
) -> tuple[Group, ...]:
    """Turn merged rows (dimension values, then `columns`) into sorted groups; those without messages are left out."""
    scales = {name: measure.scale for name, measure in definition.measures.items()}
    found = []
    for row in sorted(rows, key=lambda row: tuple(row[: len(by)])):
        group: Group = dict(zip(by, row, strict=False))
        for column, value in zip(columns, row[len(by) :], strict=True):
            entry = group.setdefault(column.source, {}) if column.source else group
            merged = Merged(value, scales.get(column.source, 1), entry.get(COUNT.name, 0), quantiles)
            for member in column.aggregate.members:
                read = member.read(merged)
                entry[member.name] = timestamp(read, millis=True) if member.kind == "moment" else read
        if group["messages"]:
            found.append(group)
    return tuple(found)
