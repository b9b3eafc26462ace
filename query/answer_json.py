"""Answers as JSON, in the shapes of the HTTP contract: the one place where they are written. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson

from query.answers import RejectedAnswer, RejectedMessage, RowsAnswer, SeriesAnswer, Source, TopsAnswer, WindowAnswer
from query.groups import Group
from query.record_answers import RecordsAnswer, record_names, record_reader
from query.requests import WindowRequest
from streams.time_text import timestamp

Answer = WindowAnswer | SeriesAnswer | RejectedAnswer | RecordsAnswer | RowsAnswer | TopsAnswer
Json = dict[str, Any]
A = TypeVar("A", bound=Answer)
Kept = TypeVar("Kept", bound=Answer, covariant=True)

_ANSWER_SIZES, _QUESTION_SIZES = 9, 12
"""In memory an answer takes so many times the bytes of its JSON at most, its question of its text; tests measure it."""


@dataclass(frozen=True, slots=True)
class Encoded(Generic[Kept]):
    """An answer as it is kept: for pages as it is, for the API as the bytes that are sent.

    `tag` tells it from other answers: to other questions, or of other lake views.
    """

    tag: str
    answer: Kept
    body: bytes
    cached: bool = False

    @property
    def size(self) -> int:
        """About the bytes of memory that it takes, never fewer."""
        return 1024 + (1 + _ANSWER_SIZES) * len(self.body) + _QUESTION_SIZES * len(repr(self.answer.request))


def encoded(answer: A, tag: str) -> Encoded[A]:
    """As it is kept and sent."""
    return Encoded(tag, answer, orjson.dumps(answer_json(answer)))


def answer_json(answer: Answer) -> Json:
    """The body of `GET /v1/streams/{stream}/window`, `series`, `rejected` or `records`.

    Of what a system asks by statements of its own it is sent to nobody.
    """
    match answer:
        case WindowAnswer():
            return _window(answer)
        case SeriesAnswer():
            by = answer.request.window.by
            points = [{"at": timestamp(point.at), "groups": _groups(point.groups, by)} for point in answer.points]
            return {
                **_about(answer.request.window, answer.source),
                "step": answer.request.step.value,
                "points": points,
            }
        case RejectedAnswer():
            return _rejected(answer)
        case RecordsAnswer():
            return _records(answer)
        case RowsAnswer():
            return {"stream": answer.request.stream, "rows": answer.rows}
        case TopsAnswer():
            tops = answer.request.tops
            return {top.name: _groups(answer.tables[top.name], top.by) for top in tops}


def _window(answer: WindowAnswer) -> Json:
    request = answer.request
    since = request.changed_since
    changes = {"changed_since": timestamp(since), "gone_since": _groups(answer.gone, request.by)}
    return {
        **_about(request, answer.source),
        "groups": _groups(answer.groups, request.by),
        **({} if request.limit is None else {"next": answer.next}),
        **({} if since is None else changes),
        "answered_from": {
            "snapshot": None if answer.source.snapshot is None else str(answer.source.snapshot),
            "breakdown": answer.covered.name,
            **{str(grain): {"windows": windows} for grain, windows in answer.covered.plan.windows.items()},
        },
    }


def _about(request: WindowRequest, source: Source) -> Json:
    return {
        "stream": request.stream,
        "start": timestamp(request.start),
        "end": timestamp(request.end),
        "as_known_at": timestamp(request.as_known_at),
        "known_until": timestamp(source.known_until),
        "complete_until": timestamp(source.complete_until),
    }


def _groups(groups: Sequence[Group], by: Sequence[str]) -> list[Json]:
    return [group_json(group, by) for group in groups]


def group_json(group: Group, by: Sequence[str]) -> Json:
    """A group: its dimensions, `messages`, numbers of visits, and each measure and distinct count."""
    members: Json = dict(zip(by, group.key, strict=True))
    members["messages"] = group.messages
    members |= group.visits
    for name, part in group.parts.items():
        members[name] = _part(part)
    if group.changed_since is not None:
        members["changed_since"] = group.changed_since
    return members


def _part(part: Mapping[str, Any]) -> Json:
    return {name: _value(value) for name, value in part.items()}


def _value(value: Any) -> Any:
    """Moments, and numbers of which a client might lose digits, are text."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return timestamp(value, millis=True) if isinstance(value, datetime) else value


def _rejected(answer: RejectedAnswer) -> Json:
    request = answer.request
    return {
        "stream": request.stream,
        "start": timestamp(request.start),
        "end": timestamp(request.end),
        "complete_until": timestamp(answer.source.complete_until),
        "limit": request.limit,
        "messages": [_message(message) for message in answer.messages],
        "next": answer.next,
    }


def _records(answer: RecordsAnswer) -> Json:
    request, names, read = answer.request, record_names(answer.request), record_reader(answer.request)
    return {
        "stream": request.stream,
        "start": timestamp(request.start, millis=True),
        "end": timestamp(request.end, millis=True),
        "complete_until": timestamp(answer.source.complete_until),
        "kept_since": timestamp(answer.since),
        "limit": request.limit,
        "records": [dict(zip(names, read(row), strict=True)) for row in answer.rows],
        "next": answer.next,
        "answered_from": {"snapshot": None if answer.source.snapshot is None else str(answer.source.snapshot)},
    }


def _message(message: RejectedMessage) -> Json:
    """The payload as text, with replacement marks, and as base64; `payload_bytes` is its full length. Or all null."""
    payload = message.payload
    return {
        "partition": message.partition,
        "offset": message.offset,
        "arrived": timestamp(message.arrived, millis=True),
        "reason": message.reason,
        "field": message.field,
        **({"refused_at": "edge"} if message.at_edge else {}),
        "payload": None if payload is None else payload.decode("utf-8", "replace"),
        "payload_base64": None if payload is None else base64.b64encode(payload).decode(),
        "payload_bytes": message.payload_bytes,
    }
