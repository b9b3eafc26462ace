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
from scripts.difference_table import replay_table, show
from scripts.pacing import unhurried

__all__ = ["command"]


@click.group(name="replays", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, show, publish, roll back or drop replays; what was published when.

    \b
    Examples:
      windowpane replays                             all of them
      windowpane replays show 7                      what it would change
      windowpane replays publish 7 --reason "RAM was computed from Total"
      windowpane replays rollback 7
      windowpane replays history health
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@click.argument("stream", required=False)
def _list(stream: str | None = None) -> None:
    """All replays, or those of STREAM; the newest first."""
    _console().print(replay_table(_store().all(stream)))


@command.command(name="show")
@click.argument("number", type=int, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As JSON, as the API gives it.")
def _show(number: int, as_json: bool) -> None:
    """What publishing the replay would change, or did change."""
    show(number, as_json=as_json)


@command.command(name="history")
@click.argument("stream", required=False)
def _history(stream: str | None = None) -> None:
    """What was published and rolled back, of all streams or of STREAM; the newest first."""
    table = Table("at (UTC)", "stream", "what", "arrived", "by", "reason", "definition", "rows: removed → added")
    for done in _store().history(stream):
        rows = "\n".join(f"{name} {removed:,} → {added:,}" for name, (removed, added) in done.rows.items())
        table.add_row(
            f"{done.at:%Y-%m-%d %H:%M:%S}",
            done.stream,
            f"{done.action} replay {done.replay}",
            str(done.arrivals),
            done.by,
            done.reason,
            done.definition_digest,
            rows if done.completed else "under way",
        )
    _console().print(table)


@command.command(name="publish")
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", help="Why; kept in the history.")
def _publish(number: int, reason: str) -> None:
    """Let the tables hold what the replay made of its range. Undo with rollback."""
    with unhurried():
        _say_done(publish(open_catalog(LakeSettings()), number, getpass.getuser(), reason))


@command.command(name="rollback")
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", help="Why; kept in the history.")
def _rollback(number: int, reason: str) -> None:
    """Let the tables hold of its range what they held before it was published."""
    with unhurried():
        _say_done(roll_back(open_catalog(LakeSettings()), number, getpass.getuser(), reason))


@command.command(name="drop")
@click.argument("number", type=int, metavar="ID")
def _drop(number: int) -> None:
    """Discard the staging tables, and the way back if it was published."""
    from scripts.replaying import Replaying

    replay = _store().get(number)
    if replay.state is ReplayState.RUNNING:
        with Replaying() as replaying:
            replaying.stop(replay)
    _say_done(drop(open_catalog(LakeSettings()), number))


@command.command(name="resume")
@click.argument("number", type=int, metavar="ID")
def _resume(number: int) -> None:
    """Go on with a replay whose command was interrupted."""
    from scripts.replay import see_through
    from scripts.replaying import Replaying

    with Replaying() as replaying:
        see_through(replaying, _store().get(number))


def _say_done(replay: Replay) -> None:
    _console().print(f"Replay {replay.id} of {replay.stream} is {replay.state}")


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _store() -> ReplayStore:
    return ReplayStore(open_catalog(LakeSettings()))
