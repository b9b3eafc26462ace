"""`window`, `series`, `rejected` of `/v1/streams/{stream}`: parse, ask the query service in a thread, answer JSON."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, Protocol

import anyio.to_thread
import structlog
from starlette.requests import Request
from starlette.responses import Response

from query.requests import RejectedRequest, SeriesRequest, WindowRequest
from web.responses import json_response
from web.service import service_of

__all__ = ["answer_in_thread", "rejected", "series", "window"]


class Answer(Protocol):
    """What every answer of the query service can do."""

    @property
    def cached(self) -> bool:
        """Whether the engine was not asked."""

    def as_json(self) -> dict[str, Any]:
        """The contract's shape."""


async def window(request: Request) -> Response:
    """The groups of one window."""
    service = service_of(request)
    definition = service.definition(request.path_params["stream"])
    asked = WindowRequest.parse(definition, request.query_params.multi_items())
    return await _respond(request, "window", functools.partial(service.queries.window, asked))


async def series(request: Request) -> Response:
    """The points of a chart over one window."""
    service = service_of(request)
    definition = service.definition(request.path_params["stream"])
    asked = SeriesRequest.parse(definition, request.query_params.multi_items())
    return await _respond(request, "series", functools.partial(service.queries.series, asked))


async def rejected(request: Request) -> Response:
    """The messages that were rejected in one window of arrival."""
    service = service_of(request)
    definition = service.definition(request.path_params["stream"])
    asked = RejectedRequest.parse(definition, request.query_params.multi_items())
    return await _respond(request, "rejected", functools.partial(service.queries.rejected, asked))


async def _respond(request: Request, kind: str, ask: Callable[[], Answer]) -> Response:
    answer, content, seconds = await answer_in_thread(request, kind, ask)
    cache = "hit" if answer.cached else "miss"
    return json_response(content, headers={"Server-Timing": f"query;dur={seconds * 1000:.1f}, cache;desc={cache}"})


async def answer_in_thread(
    request: Request, kind: str, ask: Callable[[], Answer]
) -> tuple[Answer, dict[str, Any], float]:
    """Ask without blocking the event loop: the answer, its JSON and the seconds it took.

    What the answer was made from goes to the access log under the same request id.
    """
    begun = time.perf_counter()

    def work() -> tuple[Answer, dict[str, Any]]:
        answer = ask()
        return answer, answer.as_json()

    answer, content = await anyio.to_thread.run_sync(work)
    seconds = time.perf_counter() - begun
    service_of(request).metrics.answers.labels(kind, "cache" if answer.cached else "engine").inc()
    structlog.contextvars.bind_contextvars(
        cached=answer.cached,
        query_id=getattr(answer, "query_id", None),
        snapshots={grain: part.get("snapshot") for grain, part in content.get("answered_from", {}).items()} or None,
    )
    return answer, content, seconds
