"""`/v1/processes`: what is asked of records over and over, and what came of it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from processing.report import line_json, process_json, run_json
from processing.store import RunState
from web.access.scopes import asker_of
from web.api.objects import invalid, page_of
from web.asking.processes import SeenProcess, declared_here, in_processes, one_run, seen_process, seen_processes
from web.edge.responses import json_response


async def processes(request: Request) -> Response:
    """Those that the asker may know, by name; and to those who see all, what is wrong with declarations of others."""
    declared = await declared_here(request)
    listed = [_process_json(each) for each in await seen_processes(request, declared)]
    problems = declared.problems if asker_of(request).sees_all else {}
    wrong = [{"name": name, "problem": str(error)} for name, error in sorted(problems.items())]
    return json_response({"processes": listed, "problems": wrong})


async def process(request: Request) -> Response:
    """One, with the results of its newest run that was done; `run` is null before there is one."""
    seen, sight = await seen_process(request, request.path_params["process"])
    name = seen.process.name
    run = await in_processes(request, lambda store: store.newest(name, RunState.DONE))
    return json_response({**_process_json(seen), "run": None if run is None else run_json(run, sight)})


async def runs(request: Request) -> Response:
    """Its runs, the newest first, without their results."""
    page, (seen, sight) = page_of(request), await seen_process(request, request.path_params["process"])
    name, before = seen.process.name, _before(page.after)
    found = await in_processes(request, lambda store: store.runs(name, page.one_more, before))
    shown = found[: page.limit]
    more = str(shown[-1].id) if len(found) > page.limit else None
    return json_response({"runs": [line_json(each, sight) for each in shown], "next": more})


async def run(request: Request) -> Response:
    """One run with its results."""
    seen, sight = await seen_process(request, request.path_params["process"])
    return json_response(run_json(await one_run(request, seen, request.path_params["run"]), sight))


def _process_json(seen: SeenProcess) -> dict[str, Any]:
    told = process_json(seen.process, seen.newest, applied=seen.applied)
    hidden = {} if seen.scope.sight else {"state": None}
    return {**told, **hidden, "may": seen.scope.may}


def _before(after: str) -> int | None:
    if after and not (after.isascii() and after.isdigit() and len(after) < 19):
        invalid("after", "is the `next` of the page before")
    return int(after) if after else None
