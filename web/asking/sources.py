"""Sources as their asker may see them, asked of PostgreSQL; what is changed of one is told to the access log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import anyio
from starlette.requests import Request

from access.events import Did, Outcome
from access.grants import Action
from database.errors import LakeAwayError
from query.errors import EngineAwayError, TooSlowError
from query.limits import Limits
from sources.definition import Source
from sources.files import SourceFile
from sources.raw import Raw
from sources.runs.landing import Landing
from sources.store import SourceStore
from web.access.notes import note
from web.access.scopes import asker_of
from web.access.sources import SourceScope, known_source, require, source_scope
from web.asking.uploads import Upload
from web.health.source_standings import SourceStanding, SourceStandings
from web.service import service_of

T = TypeVar("T")

AWAY = (LakeAwayError, EngineAwayError, TooSlowError)
"""What a page shows in place of how sources stand."""

_SECONDS, _KEEPING_SECONDS = 10.0, 300.0


@dataclass(frozen=True)
class SeenSource:
    """A source, how it stands, and what of it its asker may see and do."""

    standing: SourceStanding
    scope: SourceScope
    applied: bool

    @property
    def source(self) -> Source:
        """As it is declared."""
        return self.standing.source

    @property
    def name(self) -> str:
        """Of the source."""
        return self.source.name

    @property
    def label(self) -> str:
        """How it stands, in a word or two."""
        return self.standing.label if self.applied else "not applied"

    @property
    def held(self) -> int | None:
        """Files that wait for somebody; None where counts are not for the asker."""
        return self.standing.held if self.scope.counts else None

    @property
    def rejected(self) -> int | None:
        """Rows that are no messages; None where counts are not for the asker."""
        return self.standing.rejected if self.scope.counts else None

    @property
    def lag_seconds(self) -> float | None:
        """How much longer ago its last success is than it should be."""
        return self.standing.lag_seconds(datetime.now(UTC))


async def standings_of_sources(request: Request) -> SourceStandings:
    """How all stand, for this asker or not. Raises TooSlowError, LakeAwayError.

    Not in a lane, which would take a body that is still to come for the end of the connection.
    """
    service = service_of(request)
    with anyio.move_on_after(_SECONDS):
        return await service.source_reads.get(service.source_look.now)
    raise TooSlowError(_SECONDS)


async def in_sources(request: Request, work: Callable[[SourceStore], T]) -> T:
    """What `work` returns, in a thread. Raises what it raises; LakeAwayError and TooSlowError are 503."""
    service = service_of(request)
    return await service.changes.run(request, object(), Limits(_SECONDS), lambda _: work(service.sources))


def seen_sources(request: Request, standings: SourceStandings) -> list[SeenSource]:
    """Those that the asker may know, by name."""
    scoped = ((each, source_scope(request, each.source.stream)) for each in standings.sources.values())
    return [_seen(request, standing, scope) for standing, scope in scoped if scope is not None]


async def seen_source(request: Request) -> SeenSource:
    """The one of the address. Raises ProblemError, 404 for one that is not there as for one that is not shown."""
    name: str = request.path_params["source"]
    standings = await standings_of_sources(request)
    standing = standings.sources.get(name)
    scope = known_source(request, name, None if standing is None else standing.source.stream)
    assert standing is not None  # else there was no scope
    return _seen(request, standing, scope)


async def own_source(request: Request, action: Action) -> SeenSource:
    """The same, if the asker may do that with it. Raises ProblemError, 403."""
    seen = await seen_source(request)
    require(request, seen.scope, action, seen.source.stream, seen.name)
    return seen


def source_changed(request: Request, seen: SeenSource, what: str) -> None:
    """Tell the access log, and look anew."""
    service_of(request).source_look.forget()
    note(request, Did.CHANGE_SOURCE, Outcome.DONE, stream=seen.source.stream, what=f"{what} source {seen.name}")


async def keep_upload(request: Request, seen: SeenSource, upload: Upload) -> SourceFile | None:
    """Keep a file by the hash of its bytes, and have the source take it soon. None: it was known already."""
    service, by, source = service_of(request), asker_of(request).name, seen.source

    def keep() -> SourceFile | None:
        service.sources.states.get(source.name)
        landing = Landing(Raw(service.objects), service.sources.files)
        landed = landing.upload(source, upload.path, upload.name, by=by)
        if landed is not None:
            service.sources.states.ask(source.name)
        return landed

    landed = await service.keeping.run(request, object(), Limits(_KEEPING_SECONDS), lambda _: keep())
    service.source_look.forget()
    note(request, Did.SEND, Outcome.DONE, stream=source.stream, what=f"file {upload.name} source {seen.name}")
    return landed


def _seen(request: Request, standing: SourceStanding, scope: SourceScope) -> SeenSource:
    return SeenSource(standing, scope, standing.source.stream in service_of(request).queries.definitions)
