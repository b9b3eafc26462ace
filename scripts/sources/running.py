"""`windowpane sources run`: one source, now, with a bar for each file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from scripts.access.operating import operator
from scripts.console import console, say
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from scripts.sources.opened import declared_source, opened
from services.source_runner import source_runner
from sources.files import SourceFile
from sources.origins import Files
from sources.runs.declared import Declared
from sources.runs.run import Runner
from sources.runs.telling import RunCounts, Watcher
from sources.settings import SourceSettings
from sources.states import SourceBusyError
from sources.store import SourceStore
from streams.errors import WindowpaneError

_PATIENCE_SECONDS = 120.0
"""How long the service may be at it before the command gives up."""


@click.command(name="run")
@click.argument("name")
@formatted
def run(name: str, output: Format) -> None:
    """Run the source NAME now: fetch what is new, map it, send what changed.

    \b
    Examples:
      ./windowpane sources run jhu_daily
      ./windowpane sources run lab_results --json
    """
    declared, store = declared_source(name), opened()
    if store.states.get(name).paused:
        raise WindowpaneError(f"{name} is paused; sources resume {name} lets it go on")
    counts = run_now(declared, store)
    columns = (Column("SOURCE"), right("NEW FILES"), right("DONE"), right("HELD"), right("MESSAGES"), right("REJECTED"))
    parts: list[Sheet | str] = [Sheet(columns, [(name, *counts.as_json().values())])]
    parts += [f"Held: {reason} ({files:,} files)" for reason, files in counts.reasons.items()]
    show(Result({"source": name, **counts.as_json(), "reasons": dict(counts.reasons)}, parts), output)


def run_now(declared: Declared, store: SourceStore) -> RunCounts:
    """Run a source in this process, with bars; the service, if it runs it, is waited for. Raises as `Runner.run`."""
    runner = source_runner(SourceSettings(), store)
    _let_settle(runner, declared)
    waiting = Retrying(
        retry=retry_if_exception_type(SourceBusyError), stop=stop_after_delay(_PATIENCE_SECONDS), wait=wait_fixed(0.5),
        reraise=True,
    )  # fmt: skip
    with _bars() as watcher:
        return waiting(lambda: runner.run(declared, by=operator(), watcher=watcher))


def _let_settle(runner: Runner, declared: Declared) -> None:
    """A file that was put there just now may not be whole."""
    origin = declared.source.origin
    if isinstance(origin, Files):
        known = runner.store.files.found(declared.source.name)
        if runner.looks_into(declared, origin).waits(known):
            say(f"A file is new: waiting {runner.settled_seconds:g} seconds, in case it is being written")
            time.sleep(runner.settled_seconds)


@contextmanager
def _bars() -> Iterator[Watcher]:
    """A bar for the file that is taken, with what is done to it; silent where there is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        tasks: dict[int, int] = {}

        def stage(file: SourceFile, name: str) -> None:
            if file.id not in tasks:
                for task in tasks.values():
                    bars.remove_task(task)  # type: ignore[arg-type]
                tasks.clear()
                tasks[file.id] = bars.add_task(file.name, total=None, stage=name)
            bars.update(tasks[file.id], stage=name)  # type: ignore[arg-type]

        def sent(file: SourceFile, done: int, total: int) -> None:
            stage(file, "sending")
            bars.update(tasks[file.id], completed=done, total=total)  # type: ignore[arg-type]

        yield Watcher(stage, sent)
