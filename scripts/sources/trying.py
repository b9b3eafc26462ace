"""`windowpane sources try`: what a file would give, before there is a source, or by one there is; nothing is sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from scripts.console import console, say
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from scripts.sources.opened import declared_source, opened
from services.settings import ServiceSettings
from sources.definition import Source
from sources.definition_files import load_source, parse_source
from sources.objects import Objects, object_store
from sources.settings import SourceSettings
from sources.trying import Tried, guess_source, try_source
from streams.definition import Definition
from streams.errors import WindowpaneError

_MOST_CELL = 300


@click.command(name="try")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--stream", metavar="STREAM", help="Guess a source of this stream, and try that.")
@click.option("--source", "name", metavar="NAME", help="Try this source, and say what the file would change.")
@click.option("--toml", type=click.Path(path_type=Path), help="Try the source that this file says.")
@formatted
def try_file(file: Path, stream: str | None, name: str | None, toml: Path | None, output: Format) -> None:
    """Try FILE: rows that become messages, rows that do not and why, and what would change. Nothing is sent.

    With --stream the guessed source is written to standard output, to be mended and saved; the rest goes to stderr.

    \b
    Examples:
      ./windowpane sources try reports.csv --stream case_reports | tee sources.d/reports.toml
      ./windowpane sources try reports.csv --toml sources.d/reports.toml
      ./windowpane sources try 01-02-2022.csv --source jhu_daily --json
    """
    if sum(each is not None for each in (stream, name, toml)) != 1:
        raise click.UsageError("one of --stream, --source and --toml says how the file is to be read")
    if missing := next((path for path in (file, toml) if path is not None and not path.is_file()), None):
        raise WindowpaneError(f"there is no file {missing}")
    settings, text = ServiceSettings(), ""
    with console.status(f"Trying {file.name}"), TemporaryDirectory(prefix="windowpane-try-") as folder:
        if stream is not None:
            definition = settings.definition(stream)
            guess = guess_source(definition, file, file.name)
            text, source = guess.toml, parse_source(guess.toml, guess.name, file.resolve().parent)
        else:
            source = load_source(toml) if toml else declared_source(str(name)).source
            definition = settings.definition(source.stream)
        landed = _landed(str(name), Path(folder)) if name else None
        tried = try_source(definition, source, file, file.name, landed)
    if output is not Format.TABLE or stream is None:
        told = {**asdict(tried), **({"toml": text} if text else {})}
        show(Result(told, _sheets(tried)), output)
        return
    click.echo(text, nl=False)
    _summary(definition, source, tried)


def _landed(name: str, folder: Path) -> Path | None:
    """What the source has sent, if it compares."""
    state = opened().states.get(name)
    if state.landed is None:
        return None
    settings = SourceSettings()
    Objects(object_store(settings), settings.kept).fetch(state.landed, folder / "landed.parquet")
    return folder / "landed.parquet"


def _sheets(tried: Tried) -> list[Sheet | str]:
    if tried.held:
        return [f"The file would be held: {tried.held}"]
    parts: list[Sheet | str] = [
        f"{tried.rows:,} rows; {tried.unreadable:,} cannot be read; {tried.messages:,} messages, of which "
        f"{tried.accepted:,} would be sent and {tried.rejected:,} are rejected"
    ]
    if tried.changes is not None:
        counted = ", ".join(f"{value:,} {kind}" for kind, value in asdict(tried.changes).items())
        parts.append(f"Against what was sent before: {counted}")
    if tried.taken:
        rows = [(each.line, each.message[:_MOST_CELL]) for each in tried.taken[:10]]
        parts.append(Sheet((right("LINE"), Column("MESSAGE", wraps=True)), rows, "Accepted, the first"))
    if tried.refused:
        refused = [(each.line, each.field, each.reason, each.text[:_MOST_CELL]) for each in tried.refused[:20]]
        columns = (right("LINE"), Column("FIELD"), Column("REASON", wraps=True), Column("TEXT", wraps=True))
        parts.append(Sheet(columns, refused, "Rejected, the first"))
    if tried.undeclared:
        parts.append(f"Columns that the source does not name: {', '.join(tried.undeclared)[:1000]}")
    return parts


def _summary(definition: Definition, source: Source, tried: Tried) -> None:
    say(f"A source of {definition.name}, guessed: look at it before you save it ({source.format.type})")
    for part in _sheets(tried):
        if isinstance(part, str):
            say(part)
        else:
            for row in part.rows[:3]:
                say(f"  {part.title}: {' · '.join(json.dumps(value) for value in row)}")
    if tried.held:
        raise WindowpaneError("mend the guessed source, then try it with --toml")
