"""`windowpane replays`: the life of a replay after it ran."""

from __future__ import annotations

import getpass

import click
from rich.console import Console
from rich.table import Table

from iceberg.catalog import open_catalog
from iceberg.publishing import drop, publish, roll_back
from iceberg.replays import Replay, ReplayState, ReplayStore
from iceberg.settings import LakeSettings
from iceberg.staging import staged

__all__ = ["command", "show"]

_TIME = "%Y-%m-%d %H:%M:%S"


@click.group(name="replays", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, show, publish, roll back or drop replays.

    \b
    Examples:
      windowpane replays                             all of them
      windowpane replays show 7                      what it would change
      windowpane replays publish 7 --reason "RAM was computed from Total"
      windowpane replays rollback 7
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@click.argument("stream", required=False)
def _list(stream: str | None = None) -> None:
    """All replays, or those of STREAM; the newest first."""
    table = Table("id", "stream", "state", "arrived from", "until (UTC)", "messages", "definition", "made", "by")
    for replay in _store().all(stream):
        table.add_row(*_cells(replay))
    Console(highlight=False).print(table)


@command.command(name="show")
@click.argument("number", type=int, metavar="ID")
def _show(number: int) -> None:
    """What the replay made, against what is published."""
    show(_store().get(number))


@command.command(name="publish")
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", help="Why; kept in the history.")
def _publish(number: int, reason: str) -> None:
    """Let the tables hold what the replay made of its range. Undo with rollback."""
    _say_done(publish(open_catalog(LakeSettings()), number, getpass.getuser(), reason))


@command.command(name="rollback")
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", help="Why; kept in the history.")
def _rollback(number: int, reason: str) -> None:
    """Let the tables hold of its range what they held before it was published."""
    _say_done(roll_back(open_catalog(LakeSettings()), number, getpass.getuser(), reason))


@command.command(name="drop")
@click.argument("number", type=int, metavar="ID")
def _drop(number: int) -> None:
    """Discard the staging tables, and the way back if it was published."""
    from scripts.replaying import Replaying

    replay = _store().get(number)
    if replay.state is ReplayState.RUNNING:
        Replaying().stop(replay)
    _say_done(drop(open_catalog(LakeSettings()), number))


@command.command(name="resume")
@click.argument("number", type=int, metavar="ID")
def _resume(number: int) -> None:
    """Go on with a replay whose command was interrupted."""
    from scripts.replay import see_through
    from scripts.replaying import Replaying

    see_through(Replaying(), _store().get(number))


def show(replay: Replay) -> None:
    """Print a replay and what its staging tables hold."""
    console = Console(highlight=False)
    table = Table("id", "stream", "state", "arrived from", "until (UTC)", "messages", "definition", "made", "by")
    table.add_row(*_cells(replay))
    console.print(table)
    if replay.state is not ReplayState.DROPPED:
        found = staged(open_catalog(LakeSettings()), replay)
        console.print(f"accepted {found.accepted}, rejected {found.rejected}")


def _say_done(replay: Replay) -> None:
    Console(highlight=False).print(f"Replay {replay.id} of {replay.stream} is {replay.state}")


def _cells(replay: Replay) -> tuple[str, ...]:
    return (
        str(replay.id),
        replay.stream,
        replay.state,
        f"{replay.arrivals.start:{_TIME}}",
        f"{replay.arrivals.end:{_TIME}}",
        f"{replay.messages:,}",
        replay.definition.digest,
        f"{replay.made_at:{_TIME}}",
        replay.made_by,
    )


def _store() -> ReplayStore:
    return ReplayStore(open_catalog(LakeSettings()))
