"""`windowpane sources secrets`: credentials that sources name; each is typed or piped, and never shown."""

from __future__ import annotations

import sys

import click

from access.events import Did
from scripts.access.operating import at_terminal, changing, operator
from scripts.console import say
from scripts.results import Column, Format, Result, Sheet, formatted, show
from scripts.sources.opened import opened
from streams.errors import WindowpaneError
from streams.time_text import timestamp


@click.group(name="secrets")
def secret_commands() -> None:
    """Set, list and remove the secrets that sources name, as in Authorization = "Bearer secret:lab_token".

    \b
    Examples:
      ./windowpane sources secrets set lab_token < token.txt
      ./windowpane sources secrets list
    """


@secret_commands.command(name="set")
@click.argument("name")
def _set(name: str) -> None:
    """Keep the first line of standard input as the secret NAME, encrypted. At a terminal it is typed, unseen.

    It is never an argument, which everybody on the machine could read.

    \b
    Examples:
      ./windowpane sources secrets set lab_token < token.txt
    """
    if at_terminal():
        value = click.prompt(f"Secret {name}", hide_input=True, confirmation_prompt=True, err=True)
    else:
        value = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    store = opened()
    with changing(Did.CHANGE_SOURCE, f"set secret {name}"):
        store.secrets.put(name, value, by=operator())
    say(f"Secret {name} is kept, encrypted")


@secret_commands.command(name="list")
@formatted
def _list(output: Format) -> None:
    """Which secrets there are, never what they are.

    \b
    Examples:
      ./windowpane sources secrets list --json
    """
    notes = opened().secrets.notes()
    rows = [(note.name, timestamp(note.made_at), note.made_by) for note in notes]
    told = [{"name": name, "set_at": at, "set_by": by} for name, at, by in rows]
    parts: list[Sheet | str] = [
        Sheet([Column("SECRET"), Column("SET"), Column("BY")], rows) if rows else "There are no secrets."
    ]
    show(Result({"secrets": told}, parts), output)


@secret_commands.command(name="remove")
@click.argument("name")
def _remove(name: str) -> None:
    """Forget the secret NAME; sources that name it fail from now on.

    \b
    Examples:
      ./windowpane sources secrets remove lab_token
    """
    store = opened()
    with changing(Did.CHANGE_SOURCE, f"remove secret {name}"):
        if not store.secrets.remove(name):
            raise WindowpaneError(f"there is no secret {name}")
    say(f"Secret {name} is forgotten")
