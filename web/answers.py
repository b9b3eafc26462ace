"""`window`, `series`, `rejected` of `/v1/streams/{stream}`: read the question, ask in a thread, answer JSON."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import Any, Protocol

import anyio.to_thread
import structlog
from starlette.requests import Request
from starlette.responses import Response

from query.answers import Encoded
from query.requests import Question, RejectedRequest, SeriesRequest, WindowRequest
from streams.definition import Definition
from web.conditions import matches
from web.parameters import asked_parameters
from web.service import service_of

__all__ = ["answer_in_thread", "content_of", "rejected", "series", "window"]

_KINDS = {WindowRequest: "window", SeriesRequest: "series", RejectedRequest: "rejected"}


class _Parse(Protocol):
    def __call__(self, definition: Definition, params: Sequence[tuple[str, str]]) -> Question: ...


async def window(request: Request) -> Response:
    """The groups of one window."""
    return await _respond(request, WindowRequest.parse)


async def series(request: Request) -> Response:
    """The points of a chart over one window."""
    return await _respond(request, SeriesRequest.parse)


async def rejected(request: Request) -> Response:
    """The messages that were rejected in one window of arrival."""
    return await _respond(request, RejectedRequest.parse)


async def _respond(request: Request, parse: _Parse) -> Response:
    """The answer, or 304 to a client that has it already.

    It may be stored, but not given again without asking: there may be a newer one at any moment.
    """
    service = service_of(request)
    definition = service.definition(request.path_params["stream"])
    question = parse(definition, await asked_parameters(request))
    repeatable = request.method != "POST"
    if repeatable and matches(request.headers, tag := service.queries.tag(question)):
        return Response(status_code=304, headers=_validity(tag))
    answer, seconds = await _ask(request, question)
    cache = "hit" if answer.cached else "miss"
    validity = _validity(answer.tag) if repeatable else {"Cache-Control": "no-store"}
    timing = {"Server-Timing": f"query;dur={seconds * 1000:.1f}, cache;desc={cache}"}
    return Response(answer.body, headers={**validity, **timing}, media_type="application/json")


def _validity(tag: str) -> dict[str, str]:
    """Weak, for quantiles may differ in their last digits and the answer may be packed."""
    return {"ETag": f'W/"{tag}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}


async def answer_in_thread(request: Request, question: Question) -> tuple[Encoded, dict[str, Any], float]:
    """Ask without blocking the event loop: the answer, its content and the seconds it took."""
    answer, seconds = await _ask(request, question)
    return answer, await anyio.to_thread.run_sync(answer.as_json), seconds


async def content_of(request: Request, question: Question) -> dict[str, Any]:
    """The content of the answer to a question."""
    _, content, _ = await answer_in_thread(request, question)
    return content


async def _ask(request: Request, question: Question) -> tuple[Encoded, float]:
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
