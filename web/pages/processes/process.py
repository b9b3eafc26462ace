"""`/processes/{process}`: what came of one, what that means, and how it came to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from processing.sight import Sight, seen
from processing.store import Run, RunState
from web.asking.known_streams import known_streams
from web.asking.processes import SeenProcess, in_processes, one_run, seen_process
from web.page.templating import page_response
from web.page.units import NOTHING, quantity
from web.pages.processes.sections import sections

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a process: the run that is shown, if there is one, and the newest runs."""

    run: Run | None = None
    runs: list[Run] = field(default_factory=list)


async def process_page(request: Request) -> Response:
    """The newest run that was done, or the one of `run`; and the history of runs."""
    process, sight = await seen_process(request, request.path_params["process"])
    came = await _came(request, process)
    return page_response(
        "pages/processes/process.html",
        headers={"Cache-Control": "no-store"},
        title=process.process.title,
        **_context(request, process, sight, came),
    )


async def _came(request: Request, process: SeenProcess) -> Came:
    name, asked = process.process.name, request.query_params.get("run", "")
    run = await one_run(request, process, asked) if asked else None
    if run is None:
        run = await in_processes(request, lambda store: store.newest(name, RunState.DONE))
    return Came(run, await in_processes(request, lambda store: store.runs(name, _SHOWN)))


def _context(request: Request, process: SeenProcess, sight: Sight, came: Came) -> dict[str, Any]:
    known, stream, run = known_streams(request), process.process.stream, came.run
    order = [*process.process.steps]
    steps = [] if run is None else sorted(run.steps.values(), key=lambda each: _place(order, each.name))
    return {
        "seen": process,
        "process": process.process,
        "sight": sight,
        "stream_title": known[stream].shown.title if stream in known else stream,
        "run": run,
        "older": run is not None and bool(came.runs) and run.id != came.runs[0].id,
        "runs": came.runs,
        "sections": sections([seen(each, sight) for each in steps]),
        "took": _took,
    }


def _place(order: list[str], name: str) -> int:
    """Steps that the declaration has no more come last."""
    return order.index(name) if name in order else len(order)


def _took(run: Run) -> str:
    if run.ended_at is None:
        return NOTHING
    return quantity((run.ended_at - run.begun_at).total_seconds() * 1000, "ms")
