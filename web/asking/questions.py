"""Questions of windows, series and single messages: kept answers at once, others in the lane of questions."""

from __future__ import annotations

import functools
import time
from datetime import datetime
from typing import Any, overload

import structlog
from starlette.requests import Request

from access.asker import Door
from access.events import Did, Outcome
from query.answer_json import Encoded
from query.answers import RejectedAnswer, RowsAnswer, SeriesAnswer, TopsAnswer, WindowAnswer
from query.record_answers import RecordsAnswer
from query.record_questions import RecordQuestion
from query.record_requests import RecordsRequest
from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from query.service import Asking
from query.tops import TopsRequest
from web.access.notes import note
from web.access.scopes import asker_of
from web.service import service_of

_KINDS = {
    WindowRequest: "window",
    SeriesRequest: "series",
    RejectedRequest: "rejected",
    RecordsRequest: "records",
    RecordQuestion: "records",
    TopsRequest: "tops",
}


@overload
async def ask(request: Request, question: WindowRequest) -> tuple[Encoded[WindowAnswer], float]: ...
@overload
async def ask(request: Request, question: SeriesRequest) -> tuple[Encoded[SeriesAnswer], float]: ...
@overload
async def ask(request: Request, question: RejectedRequest) -> tuple[Encoded[RejectedAnswer], float]: ...
@overload
async def ask(request: Request, question: RecordsRequest) -> tuple[Encoded[RecordsAnswer], float]: ...
@overload
async def ask(request: Request, question: RecordQuestion) -> tuple[Encoded[RowsAnswer], float]: ...
@overload
async def ask(request: Request, question: TopsRequest) -> tuple[Encoded[TopsAnswer], float]: ...
async def ask(request: Request, question: Asking) -> tuple[Encoded[Any], float]:
    """A kept answer at once, else one of those that can be made at the same time; and the seconds it took.

    It is shared by all who ask the same. What it was made from goes to the access log under the same request id.
    """
    begun = time.perf_counter()
    service, asker = service_of(request), asker_of(request)
    check_length(request, question)
    limits, tag = service.queries.limits(), service.queries.tag(question)
    answer = service.queries.kept(tag)
    if answer is None:
        make = functools.partial(service.queries.answer, question)
        async with service.allowances.question(asker, limits):
            answer = await service.questions.run(request, tag, limits, make)
    told(request, question, answer)
    return answer, time.perf_counter() - begun


def told(request: Request, question: Asking, answer: Encoded[Any]) -> None:
    """Count an answer that is given, and tell logs of it. Raises ProblemError for one that is larger than the asker may
    be given."""
    service = service_of(request)
    service.allowances.check_answer(asker_of(request), len(answer.body))
    note_question(request, question)
    service.metrics.answers.labels(_KINDS[type(question)], "cache" if answer.cached else "engine").inc()
    source = answer.answer.source
    structlog.contextvars.bind_contextvars(
        cached=answer.cached,
        query_id=source.query_id or None,
        snapshot=None if source.snapshot is None else str(source.snapshot),
    )


def check_length(request: Request, question: Asking) -> None:
    """Raises ProblemError for a window that is longer than the asker may ask for."""
    span = _span(question)
    check_span(request, span.start, span.end)


def check_span(request: Request, start: datetime, end: datetime) -> None:
    """Raises ProblemError for a time that is longer than the asker may ask for."""
    service_of(request).allowances.check_window(asker_of(request), end - start)


def note_question(request: Request, question: Asking) -> None:
    """Tell the access log that it was answered."""
    if asker_of(request).door not in (Door.OPEN, Door.NOBODY):
        note(request, Did.ASK, Outcome.DONE, stream=_span(question).stream, what=_KINDS[type(question)])


def _span(question: Asking) -> WindowRequest | RejectedRequest | RecordsRequest | RecordQuestion:
    return question.window if isinstance(question, SeriesRequest | TopsRequest) else question
