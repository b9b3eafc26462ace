"""Trials of samples: of whoever administers the stream, a few at a time, each in a process of its own."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request

from query.limits import Limits
from sources.definition import Source
from sources.definition_files import parse_source
from sources.errors import SourceDefinitionError
from sources.trying import Guess, Tried, guess_source, try_source
from web.access.scopes import asker_of
from web.asking.samples import Sample
from web.service import service_of

T = TypeVar("T")

_SECONDS = 120.0
_SYSTEMS = "systems/"


async def in_trial(request: Request, work: Callable[[], T]) -> T:
    """What `work` returns, in a thread of the few that there are for trials. Raises ProblemError, TooSlowError."""
    return await service_of(request).trials.run(request, object(), Limits(_SECONDS), lambda _: work())


def read_source(request: Request, toml: str, name: str) -> Source:
    """The source of a TOML. Raises SourceDefinitionError, which has all that is wrong with it.

    Blocks: its SELECT is judged, which may take seconds of one that is made for that.
    Who does not see all has the lookups of the product alone: those of others' folders may be of other streams.
    """
    if not asker_of(request).sees_all:
        for relation, path in _lookups(toml):
            if not str(path).startswith(_SYSTEMS):
                allowed = "one of the product's, such as systems/epidemic/regions/regions.csv"
                raise SourceDefinitionError(f"{name}.toml", f"lookups.{relation}", path, allowed)
    return parse_source(toml, name, service_of(request).declared_sources.folders[0])


def _lookups(toml: str) -> Iterator[tuple[str, object]]:
    """What a TOML says of lookups, if it can be read; whether the files are there is not looked at."""
    with suppress(tomllib.TOMLDecodeError, RecursionError):
        lookups = tomllib.loads(toml).get("lookups")
        if isinstance(lookups, dict):
            yield from lookups.items()


async def tried(request: Request, source: Source, sample: Sample) -> tuple[Tried, bool]:
    """What comes of a sample by a source, against what the source of that name sent before, if it sent anything.

    Raises SourceError if that cannot be told, and LakeAwayError.
    """
    definition = service_of(request).definition(source.stream)

    def work() -> tuple[Tried, bool]:
        with tempfile.TemporaryDirectory(prefix="landed-") as folder:
            landed = _landed(request, source, Path(folder) / "landed.parquet")
            return try_source(definition, source, sample.path, sample.name, landed), landed is not None

    return await in_trial(request, work)


async def guessed(request: Request, sample: Sample, stream: str) -> Guess:
    """A source as the sample looks like, for a stream. Raises SourceError where nothing can be told."""
    definition = service_of(request).definition(stream)
    return await in_trial(request, lambda: guess_source(definition, sample.path, sample.name))


def _landed(request: Request, source: Source, into: Path) -> Path | None:
    """What the source of that name sent before, if it is of the same stream. Raises LakeAwayError."""
    service = service_of(request)
    known = service.declared_sources.now().sources.get(source.name)
    if source.corrections is None or known is None or known.stream != source.stream:
        return None
    state = service.sources.states.all().get(source.name)
    if state is None or state.landed is None:
        return None
    service.objects.fetch(state.landed, into)
    return into
