"""Processes, their runs and results, as far as they are shown to who calls: what `web/api/processes.py` answers."""

from __future__ import annotations

from google.protobuf.struct_pb2 import Struct

from processing.sight import Sight, seen
from processing.store import Run, RunState, Step
from rpc.answers import moment
from web.access.calls import Request
from web.asking.processes import SeenProcess, declared_here, in_processes, numbered_run, seen_process, seen_processes
from web.edge.problems import FieldError, ProblemError
from windowpane_client.v1 import windowpane_pb2 as pb

_MOST_RUNS = 1_000
_RUNS = 100


async def processes(request: Request, _: pb.ProcessesRequest) -> pb.ProcessesResponse:
    """Those that who calls may know, by name."""
    known = await seen_processes(request, await declared_here(request))
    return pb.ProcessesResponse(processes=map(process_message, known))


async def results(request: Request, asked: pb.ResultsRequest) -> pb.ResultsResponse:
    """One, with a run of it, or the newest that was done."""
    known, sight = await seen_process(request, asked.process)
    name = known.process.name
    run: Run | None
    if asked.HasField("run"):
        run = await numbered_run(request, known, asked.run)
    else:
        run = await in_processes(request, lambda store: store.newest(name, RunState.DONE))
    told = pb.ResultsResponse(process=process_message(known))
    if run is not None:
        told.run.CopyFrom(run_message(run, sight))
        told.steps.extend(_result(seen(run.steps[step], sight)) for step in known.process.steps if step in run.steps)
    return told


async def runs(request: Request, asked: pb.RunsRequest) -> pb.RunsResponse:
    """The newest of one."""
    known, sight = await seen_process(request, asked.process)
    limit = asked.limit if asked.HasField("limit") else _RUNS
    if not 1 <= limit <= _MOST_RUNS:
        wrong = FieldError("limit", f"is a number from 1 to {_MOST_RUNS:,}")
        raise ProblemError("invalid-values", f"limit: {wrong.reason}", (wrong,))
    name, before = known.process.name, asked.before if asked.HasField("before") else None
    found = await in_processes(request, lambda store: store.runs(name, limit + 1, before))
    following = found[limit - 1].id if len(found) > limit else None
    return pb.RunsResponse(runs=[run_message(each, sight) for each in found[:limit]], next=following)


def process_message(known: SeenProcess) -> pb.Process:
    """A process as it is declared, and how it stands."""
    process, newest = known.process, known.newest
    return pb.Process(
        name=process.name,
        title=process.title,
        stream=process.stream,
        about=process.about,
        every=process.every,
        after=process.after,
        seed=process.seed,
        sample=process.sample,
        steps=process.steps,
        state=known.label if known.scope.sight else None,
        last_run=moment(newest.begun_at if newest else None),
        may=known.scope.may,
    )


def run_message(run: Run, sight: Sight) -> pb.Run:
    """A run without its results; who began it, and why it failed, is for those who administer."""
    told = {name: getattr(run, name) for name in ("id", "snapshot", "definition", "declaration", "code", "seed")}
    times = {"begun": moment(run.begun_at), "ended": moment(run.ended_at)}
    message = pb.Run(**told, **times, state=str(run.state), rows=run.rows, sampled=run.sampled)
    if sight.administers:
        message.by, message.problem = run.begun_by, run.problem
    return message


def _result(step: Step) -> pb.StepResult:
    told = pb.StepResult(step=step.name, seconds=step.seconds, problem=step.problem)
    if step.result is not None:
        result = Struct()
        result.update(dict(step.result))
        told.result.CopyFrom(result)
    return told
