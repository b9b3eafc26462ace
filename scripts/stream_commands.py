"""`windowpane streams`: which there are; one that takes no more messages, takes them again, or is gone."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

import click
from rich.console import Console
from rich.table import Table

from iceberg.apply import applied_streams
from iceberg.catalog import Catalog, open_catalog
from iceberg.retirement import begin_removal, is_drained, resume, retire
from iceberg.settings import LakeSettings
from iceberg.stored_stream import stored_stream
from scripts.console import say
from scripts.removal import remove_stream
from scripts.settings import ScriptSettings
from streams.errors import DefinitionError, UnknownNameError, WindowpaneError
from streams.problems import file_gone

__all__ = ["command"]

DRAIN_SECONDS = 180.0
"""Longest time to wait for the job to have counted what was acknowledged; the keeper goes on by itself after it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A stream as the list shows it. `state`: live, retiring, retired, not applied, or why it is not known."""

    stream: str
    state: str
    topic: str | None
    file: str | None


@click.group(name="streams", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List streams; retire, resume or remove one.

    \b
    Examples:
      windowpane streams                   all of them, and where they are declared
      windowpane streams retire health     takes no more messages; answers stay
      windowpane streams resume health     takes messages again
      windowpane streams remove health     gone, with its topic and tables
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def _list(as_json: bool = False) -> None:
    """Every stream that is applied or declared."""
    folder, catalog = ScriptSettings().streams, open_catalog(LakeSettings())
    files = {path.stem: str(path) for path in folder.glob("*.toml")}
    found = [_listed(catalog, name, files.get(name)) for name in sorted({*files, *applied_streams(catalog)})]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    table = Table("stream", "state", "topic", "file")
    for each in found:
        table.add_row(each.stream, each.state, each.topic or "", each.file or "")
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(table)
    for each in found:
        if each.file is None and each.state == "live":
            console.print(f"{each.stream}: {file_gone(each.stream)}", soft_wrap=True)


def _listed(catalog: Catalog, name: str, file: str | None) -> Listed:
    try:
        stored = stored_stream(catalog, name)
    except DefinitionError as error:
        return Listed(name, str(error), None, file)
    if stored is None:
        return Listed(name, "not applied", None, file)
    state = "live" if stored.retired is None else "retired" if stored.drained else "retiring"
    return Listed(name, state, stored.definition.topic, file)


@command.command(name="retire")
@click.argument("stream")
def _retire(stream: str) -> None:
    """Let STREAM take no more messages: senders get 410, its job ends once all that was acknowledged is counted.

    Answers stay, and so do topic and tables. `resume` takes it up again where its job ended.
    """
    catalog = _catalog_with(stream)
    since = retire(catalog, stream)
    say(f"{stream} takes no more messages since {since:%Y-%m-%dT%H:%M:%SZ}; its job counts what was acknowledged")
    deadline = time.monotonic() + DRAIN_SECONDS
    while not is_drained(catalog, stream):
        if time.monotonic() > deadline:
            raise WindowpaneError(
                f"{stream} is retired, but not all that was acknowledged is counted yet; the keeper ends its job when "
                "it is; see: windowpane status"
            )
        time.sleep(0.5)
    say("All that was acknowledged is counted; the keeper ends its job. Answers stay")


@command.command(name="resume")
@click.argument("stream")
def _resume(stream: str) -> None:
    """Let a retired STREAM take messages again; its job goes on where it ended."""
    resume(_catalog_with(stream), stream)
    say(f"{stream} takes messages again; the keeper starts its job")


@command.command(name="remove")
@click.argument("stream")
@click.option("--yes", "typed", metavar="NAME", help="The stream's name again, in place of typing it when asked.")
def _remove(stream: str, typed: str | None) -> None:
    """Remove a retired STREAM: its topic, tables, views and replays, with all they hold. It cannot be undone."""
    catalog = _catalog_with(stream)
    question = f"Topic, tables and replays of {stream} will be gone for good. Type its name to go on"
    if (typed if typed is not None else click.prompt(question)) != stream:
        raise WindowpaneError(f"that is not {stream}; nothing was removed")
    begin_removal(catalog, stream)
    left = remove_stream(catalog, stream)
    say(f"{stream} is removed")
    if (file := ScriptSettings().streams / f"{stream}.toml").exists():
        left.append(f"{file}: apply and up make an empty stream of it; delete it, too")
    for each in left:
        say(f"What is left: {each}")


def _catalog_with(stream: str) -> Catalog:
    """The lake, if it holds the stream. Raises UnknownNameError."""
    catalog = open_catalog(LakeSettings())
    if stream not in (known := applied_streams(catalog)):
        raise UnknownNameError("stream", stream, known)
    return catalog
