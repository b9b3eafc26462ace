"""`windowpane sources`: where files and pages come from that become messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from access.events import Did
from scripts.access.operating import changing, operator
from scripts.console import say
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from scripts.sources.opened import declared_source, declared_sources, opened
from scripts.sources.redriving import redrive
from scripts.sources.running import run
from scripts.sources.secret_commands import secret_commands
from scripts.sources.trying import try_file
from sources.files import FileState, SourceFile
from sources.states import State
from streams.errors import WindowpaneError
from streams.time_text import timestamp


@click.group(name="sources", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List and run sources; try a file; pause, resume, redrive; set secrets.

    \b
    Examples:
      ./windowpane sources try reports.csv --stream case_reports | tee sources.d/reports.toml
      ./windowpane sources list
      ./windowpane sources run reports
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


command.add_command(try_file)
command.add_command(run)
command.add_command(redrive)
command.add_command(secret_commands)

_LISTED = (
    Column("SOURCE"), Column("STREAM"), Column("STATE"), Column("LAST SUCCESS"), Column("NEXT"), right("DONE"),
    right("WAITING"), right("HELD"), right("SENT"), right("REJECTED"), Column("PROBLEM", wraps=True),
)  # fmt: skip


@command.command(name="list")
@formatted
def _list(output: Format = Format.TABLE) -> None:
    """All sources, how they stand, and what came of them.

    \b
    Examples:
      ./windowpane sources list
      ./windowpane sources list --json
    """
    known, store = declared_sources(), opened()
    states, tallies = store.states.all(), store.files.tallies()
    told = []
    for name in sorted({*known.declared, *known.problems}):
        source, problem = known.sources.get(name), known.problems.get(name)
        tally = tallies.get(name, {})
        stands = _stands(states.get(name), str(problem or ""))
        told.append({"source": name, "stream": source.stream if source else None, **stands, **_counted(tally)})
    rows = [tuple(each.values()) for each in told]
    parts: list[Sheet | str] = [Sheet(_LISTED, rows) if rows else "There are no sources."]
    show(Result({"sources": told}, parts), output)


@command.command(name="show")
@click.argument("name")
@click.option("--held", is_flag=True, help="Only files that are held.")
@click.option("--file", "file_id", type=int, metavar="ID", help="The rejected rows of one file.")
@formatted
def _show(name: str, held: bool, file_id: int | None, output: Format) -> None:
    """How the source NAME stands: its newest files, why some are held, what was rejected, what drifted.

    \b
    Examples:
      ./windowpane sources show jhu_daily --held
      ./windowpane sources show jhu_daily --file 17 --json
    """
    source, store = declared_source(name).source, opened()
    if file_id is not None:
        file = store.files.get(name, file_id)
        rejected = store.files.rejected(file_id)
        columns = (right("LINE"), Column("FIELD"), Column("REASON", wraps=True), Column("TEXT", wraps=True))
        sheet = Sheet(columns, [(row.line, row.field, row.reason, row.text) for row in rejected], file.name)
        told = [{"line": row.line, "field": row.field, "reason": row.reason, "text": row.text} for row in rejected]
        show(Result({"file": file_json(file), "rejected": told}, [sheet]), output)
        return
    state, runs = store.states.get(name), store.states.runs(name, 10)
    files = store.files.page(name, state=FileState.HELD if held else None)
    about = {
        "source": name, "title": source.title, "stream": source.stream, "licence": source.licence,
        "attribution": source.attribution, **_stands(state, ""),
    }  # fmt: skip
    parts: list[Sheet | str] = [
        Sheet([Column("what"), Column("is", wraps=True)], [*about.items()]),
        Sheet(_FILES, [_file_row(file) for file in files], "Files, the newest first") if files else "No files.",
    ]
    ran = [
        {
            "id": each["id"],
            "begun_at": timestamp(each["begun_at"]),
            "ended_at": timestamp(each["ended_at"]),
            "by": each["begun_by"],
            **each["counts"],
            "problem": each["problem"],
        }
        for each in runs
    ]
    show(Result({**about, "files": [file_json(file) for file in files], "runs": ran}, parts), output)


@command.command(name="pause")
@click.argument("name")
def _pause(name: str) -> None:
    """Fetch and send nothing of the source NAME until it is resumed. What is uploaded waits.

    \b
    Examples:
      ./windowpane sources pause jhu_daily
    """
    source, store = declared_source(name).source, opened()
    with changing(Did.CHANGE_SOURCE, f"pause source {name}", source.stream):
        store.states.pause(name, by=operator())
    say(f"{name} is paused; sources resume {name} lets it go on")


@command.command(name="resume")
@click.argument("name")
def _resume(name: str) -> None:
    """Go on with the source NAME, at once.

    \b
    Examples:
      ./windowpane sources resume jhu_daily
    """
    source, store = declared_source(name).source, opened()
    if not store.states.get(name).paused:
        raise WindowpaneError(f"{name} is not paused")
    with changing(Did.CHANGE_SOURCE, f"resume source {name}", source.stream):
        store.states.resume(name)
    say(f"{name} goes on")


_FILES = (
    right("ID"), Column("FILE"), Column("STATE"), Column("KEPT"), right("ROWS"), right("SENT"), right("REJECTED"),
    Column("REASON", wraps=True),
)  # fmt: skip


def _file_row(file: SourceFile) -> tuple[object, ...]:
    counts = file.counts
    numbers = (counts.get("rows"), file.sent, counts.get("rejected"))
    return (file.id, file.name, str(file.state), timestamp(file.kept_at), *numbers, file.reason)


def file_json(file: SourceFile) -> dict[str, Any]:
    """A file as programs get it."""
    return {
        "id": file.id, "name": file.name, "state": str(file.state), "reason": file.reason, "digest": file.digest,
        "size": file.size, "place": file.place, "licence": file.licence, "kept_at": timestamp(file.kept_at),
        "kept_by": file.kept_by, "attempt": file.attempt, "counts": dict(file.counts), "drift": file.drift,
        "sent": file.sent, "waiting": file.waiting, "done_at": timestamp(file.done_at),
    }  # fmt: skip


def _stands(state: State | None, broken: str) -> dict[str, Any]:
    problem = broken or (state.problem if state else "")
    word = "broken" if broken else "paused" if state and state.paused else "failing" if problem else "well"
    if state is None and not broken:
        word = "new"
    at: list[datetime | None] = [state.succeeded_at, state.next_at] if state else [None, None]
    return {"state": word, "succeeded_at": timestamp(at[0]), "next_at": timestamp(at[1]), "problem": problem}


def _counted(tally: dict[str, int]) -> dict[str, int]:
    counts = {name: tally.get(name, 0) for name in ("done", "waiting", "held", "sent", "rejected")}
    counts["waiting"] += tally.get("sending", 0)
    return counts
