"""Replays, what they change, and what was published: read and compared in lanes of their own."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from starlette.requests import Request

from database.replays import Replay
from query.limits import Limits
from query.replay_reports import ReplayReport, ReplayService
from query.requests import Filters
from streams.errors import DefinitionError
from web.edge.problems import ProblemError
from web.service import service_of

T = TypeVar("T")

_SECONDS = 30.0
_COMPARING_SECONDS = 600.0
"""A comparison of a long range takes minutes; who waits for it has the others behind him."""


def stream_asked(request: Request) -> str | None:
    """The parameter `stream`; 404 when there is none of that name."""
    stream = request.query_params.get("stream")
    return service_of(request).definition(stream).name if stream else None


async def find_replay(request: Request) -> Replay:
    """The replay that the address names, or 404; 500 if its definition cannot be read any more, which says so."""
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ProblemError("unknown-replay", "There is no replay of that id; ids are numbers such as 7.")
    replay = await read_replays(request, int(text), lambda reports: reports.get(int(text)))
    try:
        _ = replay.definition
    except DefinitionError as error:
        raise ProblemError("internal", str(error)) from error
    return replay


async def read_replays(request: Request, key: Hashable, read: Callable[[ReplayService], T]) -> T:
    """What is read of the replay service, in a thread; `key` tells what is the same. Raises QueryError."""
    service = service_of(request)
    return await service.replay_reads.run(request, key, Limits(_SECONDS), lambda _: read(service.replays))


async def report_in_thread(request: Request, replay: Replay, where: Filters) -> ReplayReport:
    """Compare without blocking the event loop."""
    service, limits = service_of(request), Limits(_COMPARING_SECONDS)
    key = (replay.id, replay.state, where)
    return await service.comparisons.run(request, key, limits, lambda _: service.replays.report(replay, where))
