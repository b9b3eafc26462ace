"""Processes and their runs as their asker may see them, asked of PostgreSQL: LakeAwayError, TooSlowError are 503."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from anyio.to_thread import run_sync
from starlette.requests import Request

from processing.definition import Process
from processing.definition_files import Declared
from processing.report import state_of
from processing.sight import Sight
from processing.store import ProcessStore, Run
from query.limits import Limits
from web.access.processes import ProcessScope, known_process, process_scope, sight_of
from web.access.scopes import streams_there
from web.edge.problems import ProblemError
from web.service import service_of

T = TypeVar("T")

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class SeenProcess:
    """A process that its asker may know. `newest`: its newest run; None where there is none to be seen."""

    process: Process
    scope: ProcessScope
    applied: bool
    newest: Run | None = None

    @property
    def label(self) -> str:
        """How it stands, in a word or two."""
        return state_of(self.newest, applied=self.applied)


async def declared_here(request: Request) -> Declared:
    """All that are declared, for this asker or not."""
    return await run_sync(service_of(request).declared_processes)


async def seen_processes(request: Request, declared: Declared) -> list[SeenProcess]:
    """Those that the asker may know, by name."""
    known = {name: process_scope(request, each.stream) for name, each in sorted(declared.processes.items())}
    shown = {name: scope for name, scope in known.items() if scope is not None}
    newest = await in_processes(request, lambda store: store.newest_of_all()) if shown else {}
    return [
        _seen(request, declared.processes[name], scope, newest.get(name) if scope.sight else None)
        for name, scope in shown.items()
    ]


async def seen_process(request: Request, name: str) -> tuple[SeenProcess, Sight]:
    """The one of this name, and what is shown of its results.

    Raises ProblemError: 404 for one that is not there as for one that is not to be known, 403 where no results are.
    """
    process = (await declared_here(request)).processes.get(name)
    scope = known_process(request, name, process)
    assert process is not None  # else there was no scope
    sight = sight_of(request, process, scope)
    newest = await in_processes(request, lambda store: store.newest(name))
    return _seen(request, process, scope, newest), sight


def run_number(text: str) -> int:
    """The number of a run, or of one that there cannot be. Raises ProblemError, 404."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ProblemError("unknown-process", "There is no such run of it.")
    return int(text)


async def one_run(request: Request, seen: SeenProcess, text: str) -> Run:
    """One run, by its number in an address. Raises ProblemError, 404."""
    return await numbered_run(request, seen, run_number(text))


async def numbered_run(request: Request, seen: SeenProcess, number: int) -> Run:
    """One run. Raises ProblemError, 404."""
    run = await in_processes(request, lambda store: store.get(seen.process.name, number))
    if run is None:
        raise ProblemError("unknown-process", "There is no such run of it.")
    return run


async def in_processes(request: Request, work: Callable[[ProcessStore], T]) -> T:
    """What `work` returns, in a thread. Raises what it raises."""
    service = service_of(request)
    return await service.changes.run(request, object(), Limits(_SECONDS), lambda _: work(service.processes))


def _seen(request: Request, process: Process, scope: ProcessScope, newest: Run | None) -> SeenProcess:
    return SeenProcess(process, scope, process.stream in streams_there(request), newest)
