"""Questions of windows, series and rejected messages: kept answers at once, others in the lane of questions."""

from __future__ import annotations

import functools
import time
from typing import Any

import anyio.to_thread
import structlog
from starlette.requests import Request

from query.answers import Encoded
from query.requests import Question, RejectedRequest, SeriesRequest, WindowRequest
from web.service import service_of

__all__ = ["answer_in_thread", "ask", "content_of"]

_KINDS = {WindowRequest: "window", SeriesRequest: "series", RejectedRequest: "rejected"}


async def answer_in_thread(request: Request, question: Question) -> tuple[Encoded, dict[str, Any], float]:
    """Ask without blocking the event loop: the answer, its content and the seconds it took."""
    answer, seconds = await ask(request, question)
    return answer, await anyio.to_thread.run_sync(answer.as_json), seconds


async def content_of(request: Request, question: Question) -> dict[str, Any]:
    """The content of the answer to a question."""
    _, content, _ = await answer_in_thread(request, question)
    return content


async def ask(request: Request, question: Question) -> tuple[Encoded, float]:
    """A kept answer at once, else one of those that can be made at the same time; shared by all who ask the same.

    What the answer was made from goes to the access log under the same request id.
    """
    begun = time.perf_counter()
    service = service_of(request)
    limits, tag = service.queries.limits(), service.queries.tag(question)
    answer = service.queries.kept(tag)
    if answer is None:
        ask = functools.partial(service.queries.answer, question)
        answer = await service.questions.run(request, tag, limits, ask)
    seconds = time.perf_counter() - begun
    service.metrics.answers.labels(_KINDS[type(question)], "cache" if answer.cached else "engine").inc()
    structlog.contextvars.bind_contextvars(
        cached=answer.cached, query_id=answer.query_id or None, snapshot=answer.snapshot
    )
    return answer, seconds
