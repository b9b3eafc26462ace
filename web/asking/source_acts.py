"""What can be done with a source: have it run, pause it, let it go on, take again what was held or rejected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sources.definition import Source
from sources.store import SourceStore
from web.asking.sources import SeenSource, in_sources, source_changed
from web.edge.problems import FieldError, ProblemError

Flags = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Act:
    """One. `do`: gives what is answered; `members`: flags that its body may have."""

    do: Callable[[SourceStore, Source, Flags, str], dict[str, Any]]
    members: tuple[str, ...] = ()


def _run(store: SourceStore, source: Source, _: Flags, __: str) -> dict[str, Any]:
    store.states.ask(source.name)
    return {"asked": True}


def _pause(store: SourceStore, source: Source, _: Flags, by: str) -> dict[str, Any]:
    store.states.pause(source.name, by=by)
    return {"paused": True}


def _resume(store: SourceStore, source: Source, _: Flags, __: str) -> dict[str, Any]:
    store.states.resume(source.name)
    return {"paused": False}


def _redrive(store: SourceStore, source: Source, flags: Flags, _: str) -> dict[str, Any]:
    files = store.files.redrive(
        source.name, every_later=source.corrections is not None, accepts_losses=flags.get("accept_losses", False)
    )
    return {"files": files}


ACTS: Mapping[str, Act] = {
    "run": Act(_run),
    "pause": Act(_pause),
    "resume": Act(_resume),
    "redrive": Act(_redrive, ("accept_losses",)),
}


async def act_on(request: Request, seen: SeenSource, name: str, flags: Flags, *, by: str) -> dict[str, Any]:
    """Do it, which bites within seconds; what is answered. Raises ProblemError, 422 for a run of
    what is paused, and LakeAwayError."""
    act, state = ACTS[name], seen.standing.state
    if name == "run" and state is not None and state.paused:
        wrong = f"is paused{f' by {state.paused_by}' if state.paused_by else ''}; resume it, and it runs"
        raise ProblemError("invalid-values", f"{seen.name} {wrong}", (FieldError("source", wrong),))
    done = await in_sources(request, lambda store: act.do(store, seen.source, flags, by))
    source_changed(request, seen, name)
    return {"source": seen.name, **done}
