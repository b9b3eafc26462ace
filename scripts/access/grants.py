"""`windowpane grants`: who may see and do what with which stream."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from access.events import Did
from access.grants import Action, Grant, checked_grant
from scripts.access.grant_table import grant_sheet, in_order, rows_text
from scripts.access.operating import changing, every, opened, operator
from scripts.access.reasons import show_why
from scripts.access.stream_names import refuse_unknown
from scripts.console import say
from scripts.questions.question_options import conditions
from scripts.results import Format, Result, Sheet, formatted, show


@click.group(name="grants", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, add and remove grants.

    Whoever has no grant of a stream, and is no administrator, cannot tell that it is there.

    \b
    Examples:
      ./windowpane grants add user:ann health --can ask
      ./windowpane grants add group:shops page_views --can ask,send --where site=example.org --hide visitor_id
      ./windowpane grants list --stream page_views
      ./windowpane grants list --why ann page_views
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="add")
@click.argument("subject")
@click.argument("stream")
@click.option(
    "--can", multiple=True, required=True, metavar="A,B", help=f"What is allowed: some of {', '.join(Action)}."
)
@click.option(
    "--where", multiple=True, metavar="DIM=VALUE", help="Only rows with this value; several are alternatives."
)
@click.option(
    "--hide", multiple=True, metavar="FIELD", help="A field, dimension or measure that is not seen; may be repeated."
)
def _add(subject: str, stream: str, can: Sequence[str], where: Sequence[str], hide: Sequence[str]) -> None:
    """Let SUBJECT, which is user:NAME, group:NAME or key:ID, see or do something with STREAM; * is every stream.

    Grants add up. Values of one dimension are alternatives; of several dimensions, each must fit. With a hidden field
    goes all that is made of it. `ask`: windows, series, SQL views; `send`: messages; `detail`: single messages;
    `replay`: replays and history; `administer`: all of these, and how the stream stands.

    \b
    Examples:
      ./windowpane grants add user:ann health --can ask
      ./windowpane grants add group:shops page_views --can ask --where site=example.org --where site=shop.example.com
      ./windowpane grants add group:guests health --can ask --hide disk
      ./windowpane grants add user:boss '*' --can administer
    """
    rows = _rows(where)
    grant = checked_grant(subject, stream, [each for text in can for each in text.split(",")], rows, hide)
    refuse_unknown(grant)
    store = opened()
    with changing(Did.CHANGE_GRANT, str(grant.subject), stream):
        made = store.grants.add(grant, by=operator())
    say(f"Grant {made.id}: {grant.subject} {_said(made)}")


def _rows(where: Sequence[str]) -> dict[str, list[str]]:
    """Dimension → values. Raises click.BadParameter."""
    rows: dict[str, list[str]] = {}
    for name, value in conditions(where, "DIM=VALUE"):
        rows.setdefault(name, []).append(value)
    return rows


@command.command(name="list")
@click.option("--subject", metavar="SUBJECT", help="Only grants of user:NAME, group:NAME or key:ID.")
@click.option("--stream", metavar="STREAM", help="Only grants of this stream; * is those of every stream.")
@click.option("--search", default="", metavar="TEXT", help="Only grants whose subject or stream has this in it.")
@click.option("--why", nargs=2, metavar="USER STREAM", help="Why this user sees the stream, or that it does not.")
@formatted
def _list(
    subject: str | None = None,
    stream: str | None = None,
    search: str = "",
    why: tuple[str, str] | None = None,
    output: Format = Format.TABLE,
) -> None:
    """All grants, or some of them; or why a user sees a stream. Exit code 1 if no grant lets it.

    \b
    Examples:
      ./windowpane grants list --subject group:shops
      ./windowpane grants list --why ann page_views
    """
    if why is not None:
        sys.exit(show_why(opened(), *why, output))
    store = opened()
    read = store.grants.page
    grants = [*every(lambda last, most: read(subject, stream, search, last.id if last else 0, most))]
    parts: list[Sheet | str] = [grant_sheet(grants) if grants else "There are no such grants."]
    show(Result({"grants": [grant.as_json() for grant in grants]}, parts), output)


def _said(grant: Grant) -> str:
    where, hidden = rows_text(grant.where), ", ".join(sorted(grant.hide))
    stream = "every stream" if grant.stream == "*" else grant.stream
    rows = f", where {where}" if where else ""
    return f"may {in_order(grant.can)} of {stream}{rows}{f', without {hidden}' if hidden else ''}"


@command.command(name="remove")
@click.argument("number", type=int, metavar="ID")
def _remove(number: int) -> None:
    """Remove the grant ID; what it alone allowed is refused within seconds, everywhere.

    \b
    Examples:
      ./windowpane grants remove 7
    """
    store = opened()
    with changing(Did.CHANGE_GRANT, str(number)):
        gone = store.grants.remove(number)
    say(f"Grant {number} is removed: {gone.subject} {_said(gone).replace('may', 'may no more by it', 1)}")
