"""`windowpane keys`: what programs, and SQL clients, show in place of a password."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import click

from access.errors import UnknownSubjectError
from access.events import Did
from access.keys import Key
from access.store import AccessStore
from scripts.access.operating import changing, opened
from scripts.console import say
from scripts.results import Column, Format, Result, Sheet, formatted, show
from scripts.times import LENGTH, length_of
from services.operator import os_user
from streams.errors import WindowpaneError
from streams.time_text import read_time, rfc3339, timestamp

OVERLAP = "1h"


class Expiry(click.ParamType[datetime]):
    """A moment to come: a length of time from now, a day, or a time with an offset."""

    name = "90d|DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        text, now = str(value), datetime.now(UTC)
        try:
            at = expiry(text, now)
        except (ValueError, OverflowError):
            self.fail(f"{text!r} is no time; give 90d, 2027-03-01 or 2027-03-01T10:00:00Z", param, ctx)
        if at <= now:
            self.fail(f"{text!r} is over", param, ctx)
        return at


def expiry(text: str, now: datetime) -> datetime:
    """The moment that somebody means, UTC; a day begins at midnight, UTC. Raises ValueError, OverflowError."""
    if text[-1:].isalpha() and text[-1:] not in "Zz":
        return now + length_of(text)
    if len(text) == len("2027-03-01"):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    at = read_time(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


@click.group(name="keys", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, create, revoke and rotate keys: a program sends one as `Authorization: Bearer`, an SQL client as password.

    \b
    Examples:
      ./windowpane keys create --user ann --name shop --expires 90d
      ./windowpane keys list --user ann
      ./windowpane keys rotate ID --overlap 24h
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="create")
@click.option("--user", metavar="NAME", help="Whose key it is; default: the user named as you are on this machine.")
@click.option("--name", default="key", show_default=True, metavar="N", help="What it is for.")
@click.option("--expires", type=Expiry(), help="When it ends to work: 90d from now, or a day; default: never.")
def _create(user: str | None, name: str, expires: datetime | None) -> None:
    """Print a new key, once and alone: it is not kept here, and cannot be shown again.

    It may do what its user may; grants of its own add to that.

    \b
    Examples:
      ./windowpane keys create --user ann --name shop
      ./windowpane keys create --user ann --name trino --expires 2027-03-01
    """
    store = opened()
    owner = user if user is not None else _namesake(store)
    with changing(Did.CHANGE_KEY, owner):
        key, text = store.keys.create(owner, name, expires_at=expires)
    until = f", until {rfc3339(expires)}" if expires else ""
    say(f"The key {key.name} of {key.user} is made{until}; its id is {key.id}. It is shown this once:")
    click.echo(text)


def _namesake(store: AccessStore) -> str:
    """The user of the same name as whoever types. Raises WindowpaneError when there is none."""
    try:
        return store.users.get(os_user()).name
    except UnknownSubjectError:
        raise WindowpaneError(f"--user is missing: whose key is it? There is no user {os_user()!r}") from None


@command.command(name="list")
@click.option("--user", metavar="NAME", help="Only the keys of this user.")
@formatted
def _list(user: str | None = None, output: Format = Format.TABLE) -> None:
    """All keys, or those of one user: never what is sent, which only its hash is kept of.

    \b
    Examples:
      ./windowpane keys list --user ann
    """
    store = opened()
    if user is not None:
        store.users.get(user)
    keys = store.keys.of(user)
    heads = ("id", "user", "name", "made", "expires", "used", "made by key")
    sheet = Sheet([Column(head) for head in heads], [_row(key) for key in keys])
    parts: list[Sheet | str] = [sheet if keys else "There are no keys; ./windowpane keys create makes one."]
    show(Result({"keys": [key.as_json() for key in keys]}, parts), output)


def _row(key: Key) -> tuple[object, ...]:
    times = (timestamp(key.made_at), timestamp(key.expires_at) or "never", timestamp(key.used_at) or "never")
    return (key.id, key.user, key.name, *times, key.parent or "")


@command.command(name="revoke")
@click.argument("number", metavar="ID")
def _revoke(number: str) -> None:
    """End the key ID, and the keys that were made with it: within seconds, everywhere.

    \b
    Examples:
      ./windowpane keys revoke ID
    """
    store = opened()
    with changing(Did.CHANGE_KEY, number):
        store.keys.revoke(number)
    say(f"The key {number} is revoked")


@command.command(name="rotate")
@click.argument("number", metavar="ID")
@click.option("--overlap", type=LENGTH, default=OVERLAP, show_default=True, help="How long the old one still works.")
def _rotate(number: str, overlap: timedelta) -> None:
    """Print a new key in place of the key ID, once and alone; it has the same name and grants.

    \b
    Examples:
      ./windowpane keys rotate ID --overlap 24h
    """
    store = opened()
    with changing(Did.CHANGE_KEY, number):
        key, text = store.keys.rotate(number, overlap=overlap)
    say(f"The key {number} ends to work in {overlap}; the new one has the id {key.id}. It is shown this once:")
    click.echo(text)
