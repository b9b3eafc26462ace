"""`windowpane streams`: which there are; one that takes no more messages, takes them again, or is gone."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

import click

from access.events import Did
from iceberg.apply import applied_streams
from iceberg.catalog import Catalog, open_catalog
from iceberg.retirement import begin_removal, is_drained, resume, retire
from iceberg.settings import LakeSettings
from iceberg.stored_stream import stored_stream
from scripts.access.operating import changing
from scripts.console import say
from scripts.results import Column, Format, Result, Sheet, formatted, show
from scripts.streams.removal import remove_stream
from services.settings import ServiceSettings
from streams import definition_files
from streams.errors import DefinitionError, UnknownNameError, WindowpaneError
from streams.problems import file_gone

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
      ./windowpane streams                   # all of them, and where they are declared
      ./windowpane streams retire health     # takes no more messages; answers stay
      ./windowpane streams resume health     # takes messages again
      ./windowpane streams remove health     # gone, with its topic and tables
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@formatted
def _list(output: Format = Format.TABLE) -> None:
    """Every stream that is applied or declared.

    \b
    Examples:
      ./windowpane streams list --json
    """
    declared, catalog = definition_files(ServiceSettings().streams), open_catalog(LakeSettings())
    files = {name: ", ".join(map(str, paths)) for name, paths in declared.items()}
    rows = [_listed(catalog, name, files.get(name)) for name in sorted({*files, *applied_streams(catalog)})]
    columns = [Column(head) for head in ("stream", "state", "topic", "file")]
    sheet = Sheet(columns, [(each.stream, each.state, each.topic or "", each.file or "") for each in rows])
    gone = [each.stream for each in rows if each.file is None and each.state == "live"]
    lines = [f"{name}: {file_gone(name)}" for name in gone]
    show(Result({"streams": [asdict(each) for each in rows]}, [sheet, *lines]), output)


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

    \b
    Examples:
      ./windowpane streams retire health
    """
    catalog = _catalog_with(stream)
    with changing(Did.CHANGE_STREAM, "retire", stream):
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
    """Let a retired STREAM take messages again; its job goes on where it ended.

    \b
    Examples:
      ./windowpane streams resume health
    """
    catalog = _catalog_with(stream)
    with changing(Did.CHANGE_STREAM, "resume", stream):
        resume(catalog, stream)
    say(f"{stream} takes messages again; the keeper starts its job")


@command.command(name="remove")
@click.argument("stream")
@click.option("--yes", "typed", metavar="NAME", help="The stream's name again, in place of typing it when asked.")
def _remove(stream: str, typed: str | None) -> None:
    """Remove a retired STREAM: its topic, tables, views and replays, with all they hold. It cannot be undone.

    \b
    Examples:
      ./windowpane streams remove health
      ./windowpane streams remove health --yes health     # asks nothing
    """
    catalog = _catalog_with(stream)
    question = f"Topic, tables and replays of {stream} will be gone for good. Type its name to go on"
    if (typed if typed is not None else click.prompt(question)) != stream:
        raise WindowpaneError(f"that is not {stream}; nothing was removed")
    with changing(Did.CHANGE_STREAM, "remove", stream):
        begin_removal(catalog, stream)
        removed = remove_stream(catalog, stream)
    gone = f", with {removed.grants} grants of it" if removed.grants else ""
    say(f"{stream} is removed{gone}")
    left = removed.left
    for file in definition_files(ServiceSettings().streams).get(stream, ()):
        left.append(f"{file}: apply and up make an empty stream of it; delete it, too")
    for each in left:
        say(f"What is left: {each}")


def _catalog_with(stream: str) -> Catalog:
    """The lake, if it holds the stream. Raises UnknownNameError."""
    catalog = open_catalog(LakeSettings())
    if stream not in (known := applied_streams(catalog)):
        raise UnknownNameError("stream", stream, known)
    return catalog
