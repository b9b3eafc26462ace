"""Replays, what they change, and what was published: read and compared in lanes of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import TypeVar

from starlette.requests import Request

from access.grants import Action
from access.scope import EVERYTHING, Scope
from database.replays import Publication, Replay
from query.errors import UnknownReplayError
from query.limits import Limits
from query.replay_records import ReplayRecord, publication_within
from query.replay_reports import ReplayReport, ReplayService
from query.requests import Filters
from query.visible import Visible
from streams.errors import DefinitionError
from web.access.scopes import asker_of, visible_of
from web.edge.problems import ProblemError
from web.service import service_of

T = TypeVar("T")

_SECONDS = 30.0
_COMPARING_SECONDS = 600.0
"""A comparison of a long range takes minutes; who waits for it has the others behind him."""


def stream_asked(request: Request) -> str | None:
    """The parameter `stream`; 404 when there is none of that name whose replays the asker may see."""
    stream = request.query_params.get("stream")
    return visible_of(request, stream, Action.REPLAY).definition.name if stream else None


async def list_replays(request: Request, stream: str | None) -> list[ReplayRecord]:
    """All replays that the asker may see, or those of a stream, the newest first. Raises QueryError."""
    scopes = _Scopes(request)
    replays = await read_replays(request, ("all", stream), lambda reports: reports.all(stream))
    return [ReplayRecord.of(each, scope) for each in replays if (scope := scopes[each.stream]) is not None]


async def list_history(request: Request, stream: str | None) -> list[Publication]:
    """All that was published and rolled back, or of a stream, as far as the asker may see it. Raises QueryError."""
    scopes = _Scopes(request)
    history = await read_replays(request, ("history", stream), lambda reports: reports.history(stream))
    return [publication_within(each, scope) for each in history if (scope := scopes[each.stream]) is not None]


async def find_replay(request: Request) -> tuple[Replay, Visible]:
    """The replay that the address names, and what the asker may see of its definition.

    404, whether there is none of that id or it is not to be seen; 500 if its definition cannot be read any more.
    """
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise ProblemError("unknown-replay", "There is no replay of that id; ids are numbers such as 7.")
    replay = await read_replays(request, int(text), lambda reports: reports.get(int(text)))
    scope, definition = _Scopes(request)[replay.stream], service_of(request).definitions.get(replay.stream)
    if scope is None:
        raise UnknownReplayError(replay.id)
    try:
        return replay, Visible(definition or replay.definition, scope).over(replay.definition)
    except DefinitionError as error:
        raise ProblemError("internal", str(error) if scope.whole else "The replay cannot be read any more.") from error


async def read_replays(request: Request, key: Hashable, read: Callable[[ReplayService], T]) -> T:
    """What is read of the replay service, in a thread; `key` tells what is the same. Raises QueryError."""
    service = service_of(request)
    return await service.replay_reads.run(request, key, Limits(_SECONDS), lambda _: read(service.replays))


async def report_in_thread(
    request: Request, replay: Replay, where: Filters, visible: Visible, by: tuple[str, ...] | None = None
) -> ReplayReport:
    """Compare what is visible of a replay, without blocking the event loop."""
    service, limits = service_of(request), Limits(_COMPARING_SECONDS)
    key = (replay.id, replay.state, where, by, visible.sight)
    report = functools.partial(service.replays.report, replay, where, visible, by)
    async with service.allowances.question(asker_of(request), limits):
        return await service.comparisons.run(request, key, limits, lambda _: report())


class _Scopes(dict[str, Scope | None]):
    """Stream → what the asker may see of its replays; those of streams that are gone, only who sees every stream."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._asker, self._definitions = asker_of(request), service_of(request).definitions

    def __missing__(self, stream: str) -> Scope | None:
        definition = self._definitions.get(stream)
        scope = None if definition is None else self._asker.scope(definition, Action.REPLAY)
        self[stream] = EVERYTHING if self._asker.sees_all else scope
        return self[stream]
