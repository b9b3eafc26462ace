"""`GET /v1/replays`, `/v1/replays/{id}` and `/v1/history`: replays, what they change, what was published."""

from __future__ import annotations

import functools

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from iceberg.replays import Replay
from query.replays import ReplayReport, publication_json, replay_json
from query.requests import Filters, parse_filters
from web.problems import ProblemError
from web.responses import json_response
from web.service import Service, service_of

__all__ = ["find_replay", "history", "replay", "replays", "report_in_thread", "stream_asked"]

_COMPARING = anyio.CapacityLimiter(4)
"""Threads that may compare, or wait to: a long comparison must not take those of the other pages."""


async def replays(request: Request) -> Response:
    """All replays, or those of `stream`, the newest first."""
    service, stream = service_of(request), stream_asked(request)
    found = await anyio.to_thread.run_sync(service.replays.all, stream)
    return json_response({"replays": [replay_json(each) for each in found]})


async def history(request: Request) -> Response:
    """What was published and rolled back, of all streams or of `stream`, the newest first."""
    service, stream = service_of(request), stream_asked(request)
    found = await anyio.to_thread.run_sync(service.replays.history, stream)
    return json_response({"history": [publication_json(each) for each in found]})


async def replay(request: Request) -> Response:
    """One replay with its difference, and a series for the values of dimensions that are asked."""
    service = service_of(request)
    found = await find_replay(request)
    where = parse_filters(found.definition, request.query_params.multi_items())
    report = await report_in_thread(service, found, where)
    return json_response(await anyio.to_thread.run_sync(report.as_json))


def stream_asked(request: Request) -> str | None:
    """The parameter `stream`; 404 when there is none of that name."""
    stream = request.query_params.get("stream")
    return service_of(request).definition(stream).name if stream else None


async def find_replay(request: Request) -> Replay:
    """The replay that the address names, or 404."""
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ProblemError("unknown-replay", "There is no replay of that id; ids are numbers such as 7.")
    return await anyio.to_thread.run_sync(service_of(request).replays.get, int(text))


async def report_in_thread(service: Service, found: Replay, where: Filters) -> ReplayReport:
    """Compare without blocking the event loop, and without taking every thread."""
    return await anyio.to_thread.run_sync(functools.partial(service.replays.report, found, where), limiter=_COMPARING)
