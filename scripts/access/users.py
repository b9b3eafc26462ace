"""`windowpane users`: who may log in."""

from __future__ import annotations

import click

from access.events import Did
from access.links import INVITATION
from access.store import AccessStore
from access.users import User
from scripts.access.links import invitation
from scripts.access.operating import changing, every, opened, operator, typed_password
from scripts.console import say
from scripts.results import Column, Format, Result, Sheet, formatted, show
from services.settings import ServiceSettings
from streams.time_text import rfc3339

_PASSWORD = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
_GROUP = click.option("--group", "groups", multiple=True, metavar="G", help="A group that it is in; may be repeated.")


@click.group(name="users", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, add and change users.

    While there is no user, the service is open to whoever reaches it on this machine's loopback address; with the first
    one it is closed to all others.

    \b
    Examples:
      ./windowpane users add ann --administrator      # prints a link where Ann sets her password
      ./windowpane users list --search ann
      ./windowpane users change ann --group shops
      ./windowpane users disable ann
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="add")
@click.argument("name")
@click.option("--title", default="", help="The name as people read it.")
@click.option("--administrator", is_flag=True, help="May see and do everything.")
@_GROUP
@_PASSWORD
def _add(name: str, title: str, administrator: bool, groups: tuple[str, ...], password_stdin: bool) -> None:
    """Add the user NAME; without a password, print a link by which it is set, once, within three days.

    \b
    Examples:
      ./windowpane users add ann --administrator --title "Ann Lee"
      cat password | ./windowpane users add bob --group shops --password-stdin
    """
    password = typed_password(from_stdin=True) if password_stdin else None
    store = opened()
    first = not store.users.any()
    with changing(Did.CHANGE_USER, name):
        store.users.add(name, by=operator(), title=title, administrator=administrator, groups=groups, password=password)
    say(f"{name} is a user now")
    if first and ServiceSettings().operator_key.get_secret_value():
        say("The service is closed from now on: whoever asks must log in, or send a key")
    elif first:
        say("What runs here knows no users yet: ./windowpane down, then ./windowpane up closes the service")
    if first and not administrator:
        say(f"There is no administrator yet: ./windowpane users change {name} --administrator makes one")
    if password is None:
        _invite_to(store, name)


@command.command(name="invite")
@click.argument("name")
def _invite(name: str) -> None:
    """Print a link by which the user NAME sets a password, once, within three days; earlier links of NAME end.

    \b
    Examples:
      ./windowpane users invite ann
    """
    _invite_to(opened(), name)


def _invite_to(store: AccessStore, name: str) -> None:
    with changing(Did.CHANGE_USER, name):
        token = store.links.make(name, by=operator(), lifetime=INVITATION)
    say(f"By this link {name} sets a password, once, within {INVITATION.days} days:")
    click.echo(invitation(ServiceSettings(), token))


@command.command(name="list")
@click.option("--search", default="", metavar="TEXT", help="Only those with this in their name or title.")
@formatted
def _list(search: str = "", output: Format = Format.TABLE) -> None:
    """All users, or those with a text in their name or title.

    \b
    Examples:
      ./windowpane users list --json
    """
    store = opened()
    users = [*every(lambda last, most: store.users.page(search, last.name if last else "", most))]
    heads = ("user", "title", "administrator", "disabled", "groups", "password", "made", "by")
    sheet = Sheet([Column(head) for head in heads], [_row(user) for user in users])
    nobody = "No user has that in its name or title." if search else "There are no users yet."
    show(Result({"users": [_json(user) for user in users]}, [sheet if users else nobody]), output)


def _row(user: User) -> tuple[object, ...]:
    flags = (_yes(user.administrator), _yes(user.disabled), ", ".join(user.groups), _yes(user.has_password))
    return (user.name, user.title, *flags, rfc3339(user.made_at), user.made_by)


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


def _json(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "title": user.title,
        "administrator": user.administrator,
        "disabled": user.disabled,
        "groups": [*user.groups],
        "has_password": user.has_password,
        "made_at": rfc3339(user.made_at),
        "made_by": user.made_by,
    }


@command.command(name="disable")
@click.argument("name")
def _disable(name: str) -> None:
    """Let the user NAME in no more: sessions and keys of NAME end to work within seconds; grants stay.

    \b
    Examples:
      ./windowpane users disable ann
    """
    store = opened()
    with changing(Did.CHANGE_USER, name):
        store.users.change(name, disabled=True)
    say(f"{name} is let in no more")


@command.command(name="enable")
@click.argument("name")
def _enable(name: str) -> None:
    """Let a disabled user NAME in again.

    \b
    Examples:
      ./windowpane users enable ann
    """
    store = opened()
    with changing(Did.CHANGE_USER, name):
        store.users.change(name, disabled=False)
    say(f"{name} is let in again")


@command.command(name="password")
@click.argument("name")
@_PASSWORD
def _password(name: str, password_stdin: bool) -> None:
    """Set the password of the user NAME, typed twice, or read from stdin where that is no terminal; its sessions end.

    \b
    Examples:
      ./windowpane users password ann
      cat password | ./windowpane users password ann --password-stdin
    """
    store = opened()
    store.users.get(name)
    password = typed_password(from_stdin=password_stdin)
    with changing(Did.CHANGE_USER, name):
        store.users.set_password(name, password)
    say(f"The password of {name} is changed; {name} has to log in again")


@command.command(name="change")
@click.argument("name")
@click.option("--title", help="The name as people read it.")
@click.option("--administrator/--no-administrator", default=None, help="Whether it may see and do everything.")
@_GROUP
def _change(name: str, title: str | None, administrator: bool | None, groups: tuple[str, ...]) -> None:
    """Change the user NAME. The groups that are given replace those of before; `--group ''` is none.

    \b
    Examples:
      ./windowpane users change ann --no-administrator
      ./windowpane users change ann --group shops --group south
    """
    if title is None and administrator is None and not groups:
        raise click.UsageError("say what to change: --title, --administrator, --no-administrator or --group")
    wanted = [group for group in groups if group] if groups else None
    store = opened()
    with changing(Did.CHANGE_USER, name):
        store.users.change(name, title=title, administrator=administrator, groups=wanted)
    say(f"{name} is changed")


@command.command(name="remove")
@click.argument("name")
@click.option("--even-last", is_flag=True, help="Also the last administrator.")
def _remove(name: str, even_last: bool) -> None:
    """Remove the user NAME with its keys, sessions and grants.

    \b
    Examples:
      ./windowpane users remove ann
      ./windowpane users remove ann --even-last      # also the last administrator
    """
    store = opened()
    with changing(Did.CHANGE_USER, name):
        store.users.remove(name, even_last=even_last)
    say(f"{name} is removed")
    if store.users.any():
        if even_last and not any(user.administrator and not user.disabled for user in store.users.page(limit=10_000)):
            say("There is no administrator any more: ./windowpane users change NAME --administrator makes one")
    elif ServiceSettings().may_be_open:
        say("There is no user any more: the service is open again to whoever reaches it on this machine")
    else:
        say("There is no user any more: the service stays closed; ./windowpane up prints a link for a first one")
