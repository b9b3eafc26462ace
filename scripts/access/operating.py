"""What all commands about access share: the records of this home, in whose name they change, and that it is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

from access.asker import Door
from access.errors import InvalidAccessError
from access.events import Did, Event, Outcome
from access.store import AccessStore
from scripts.access.settings import RecordSettings
from scripts.access.telling import tell
from services.operator import os_user
from streams.errors import WindowpaneError

PAGE = 500
Row = TypeVar("Row")


def operator() -> str:
    """The name of whoever types, as records and the access log have it."""
    return f"operator:{os_user()}"


def opened() -> AccessStore:
    """The records of the home that the environment names, until the command ends."""
    store = AccessStore.open(RecordSettings().catalog_uri.get_secret_value())
    click.get_current_context().call_on_close(store.close)
    return store


@contextmanager
def changing(did: Did, what: str, stream: str = "") -> Iterator[None]:
    """Tell the access log of the change that the block makes, or that it was refused or failed."""
    outcome = Outcome.FAILED
    try:
        yield
        outcome = Outcome.DONE
    except InvalidAccessError:
        outcome = Outcome.REFUSED
        raise
    finally:
        tell(Event(operator(), Door.OPERATOR, did, outcome, stream, what))


def every(page: Callable[[Row | None, int], Sequence[Row]]) -> Iterator[Row]:
    """All rows of what is read by pages: `page` gives those after a row, at most so many."""
    last: Row | None = None
    while rows := page(last, PAGE):
        yield from rows
        last = rows[-1]
        if len(rows) < PAGE:
            return


def at_terminal() -> bool:
    """Whether somebody types."""
    return sys.stdin.isatty()


def typed_password(*, from_stdin: bool) -> str:
    """A password typed twice, or the first line of standard input, as where nobody types.

    Never an argument, which everybody on the machine can read.
    """
    if from_stdin or not at_terminal():
        password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not password:
        raise WindowpaneError("the password is empty; nothing was changed")
    return password
