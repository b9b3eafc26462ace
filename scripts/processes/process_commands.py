"""`windowpane process`: what is asked of records over and over, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from access.events import Did
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from processing.definition import Process
from processing.definition_files import Declared, declared_processes
from processing.report import headline, run_json
from processing.run import Watcher, run_process
from processing.sight import EVERYTHING
from processing.store import ProcessStore, Run, RunState
from scripts.access.operating import changing, operator
from scripts.console import console
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from services.settings import ServiceSettings
from streams.errors import WindowpaneError
from streams.time_text import timestamp

_RUNS_SHOWN = 10
_LISTED = (
    Column("PROCESS"), Column("STREAM"), Column("EVERY"), Column("AFTER"), Column("STATE"), Column("LAST RUN"),
    right("ROWS"), Column("PROBLEM", wraps=True),
)  # fmt: skip


@click.group(name="process", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, run and show processes: statistics and predictions of a stream's records.

    \b
    Examples:
      ./windowpane process list
      ./windowpane process run marks
      ./windowpane process show marks --json
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@formatted
def _list(output: Format = Format.TABLE) -> None:
    """All processes, and how their newest runs ended.

    \b
    Examples:
      ./windowpane process list
      ./windowpane process list --json
    """
    known, store = _declared(), _opened()
    told = [_stands(known, store, name) for name in sorted({*known.processes, *known.problems})]
    rows = [tuple(each.values()) for each in told]
    nothing = "There are no processes. Declare one in processes.toml, beside the folder of streams."
    show(Result({"processes": told}, [Sheet(_LISTED, rows) if rows else nothing]), output)


@command.command(name="run")
@click.argument("name")
@formatted
def _run(name: str, output: Format) -> None:
    """Run the process NAME now, on the newest records; one that was killed is gone on with.

    \b
    Examples:
      ./windowpane process run marks
    """
    process, store = _declared().get(name), _opened()
    with changing(Did.CHANGE_STREAM, f"run process {name}", process.stream), _bars(process) as watcher:
        run = run_process(open_catalog(LakeSettings()), store, process, operator(), watcher)
    _show_run(process, run, [], output)


@command.command(name="show")
@click.argument("name")
@formatted
def _show(name: str, output: Format) -> None:
    """What came of the newest run of the process NAME that was done, and how the last ones ended.

    \b
    Examples:
      ./windowpane process show marks
      ./windowpane process show marks --json
    """
    process, store = _declared().get(name), _opened()
    run = store.newest(name, RunState.DONE)
    if run is None:
        newest = store.newest(name)
        why = f"its newest run failed: {newest.problem}" if newest and newest.problem else "it did not run yet"
        raise WindowpaneError(f"{name} has no results, for {why}; run ./windowpane process run {name}")
    _show_run(process, run, store.runs(name, _RUNS_SHOWN), output)


def _declared() -> Declared:
    return declared_processes(ServiceSettings().streams)


def _opened() -> ProcessStore:
    """What is kept of processes, until the command ends."""
    store = ProcessStore.open(LakeSettings().catalog_uri.get_secret_value())
    click.get_current_context().call_on_close(store.close)
    return store


def _stands(known: Declared, store: ProcessStore, name: str) -> dict[str, Any]:
    process, problem = known.processes.get(name), known.problems.get(name)
    run = store.newest(name) if process else None
    return {
        "process": name,
        "stream": process.stream if process else None,
        "every": process.every if process else None,
        "after": process.after if process else None,
        "state": "broken" if problem else str(run.state) if run else "not run yet",
        "last_run": timestamp(run.begun_at) if run else None,
        "rows": run.rows if run else None,
        "problem": str(problem) if problem else run.problem if run else "",
    }


def _show_run(process: Process, run: Run, runs: list[Run], output: Format) -> None:
    steps = [(each.name, each.seconds, each.problem or headline(each)) for each in _ordered(process, run)]
    about = f"{process.title}: run {run.id} of {run.rows or 0:,} records of {run.stream}, snapshot {run.snapshot}"
    parts: list[Sheet | str] = [
        about,
        Sheet((Column("STEP"), right("SECONDS"), Column("FOUND", wraps=True)), steps),
    ]
    if runs:
        columns = (right("RUN"), Column("BEGUN"), Column("BY"), Column("STATE"), right("ROWS"), Column("PROBLEM"))
        rows = [
            (each.id, timestamp(each.begun_at), each.begun_by, str(each.state), each.rows, each.problem)
            for each in runs
        ]
        parts.append(Sheet(columns, rows, "Runs, the newest first"))
    told = {"process": process.name, "run": run_json(run, EVERYTHING), "runs": [each.id for each in runs]}
    show(Result(told, parts), output)


def _ordered(process: Process, run: Run) -> Iterator[Any]:
    yield from (run.steps[name] for name in process.steps if name in run.steps)


@contextmanager
def _bars(process: Process) -> Iterator[Watcher]:
    """A bar for each thing that is done; silent where there is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {name: bars.add_task(name, total=1.0, start=False) for name in ("reading", *process.steps)}

        def watch(name: str, share: float) -> None:
            bars.start_task(tasks[name])
            bars.update(tasks[name], completed=share)

        yield watch
