"""`windowpane replays`: the life of a replay after it ran."""

from __future__ import annotations

import getpass
from contextlib import AbstractContextManager

import click

from access.events import Did
from database.replay_store import ReplayStore
from database.replays import Publication, Replay, ReplayState
from iceberg.catalog import open_catalog
from iceberg.publishing import drop, publish, roll_back
from iceberg.settings import LakeSettings
from query.replay_records import ReplayRecord, publication_json
from scripts import results
from scripts.access.operating import changing
from scripts.replays.difference_table import replay_sheet, show
from scripts.replays.pacing import unhurried
from scripts.results import Column, Format, Result, Sheet, formatted
from services.settings import ServiceSettings


@click.group(name="replays", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, show, publish, roll back or drop replays; what was published when.

    \b
    Examples:
      ./windowpane replays                   # all of them
      ./windowpane replays show 7            # what it would change
      ./windowpane replays publish 7 --reason "RAM was computed from Total"
      ./windowpane replays rollback 7
      ./windowpane replays history health
    """
    if context.invoked_subcommand is None:
        context.invoke(_list)


@command.command(name="list")
@click.argument("stream", required=False)
@formatted
def _list(stream: str | None = None, output: Format = Format.TABLE) -> None:
    """All replays, or those of STREAM; the newest first.

    \b
    Examples:
      ./windowpane replays list health --format csv
    """
    replays = _store().all(stream)
    if not replays:
        _refuse_unknown(stream)
    sheet = replay_sheet(replays) if replays else "There are no replays; ./windowpane replay makes one."
    results.show(Result({"replays": [ReplayRecord.of(replay).as_json() for replay in replays]}, [sheet]), output)


@command.command(name="show")
@click.argument("number", type=int, metavar="ID")
@formatted
def _show(number: int, output: Format) -> None:
    """What publishing the replay would change, or did change.

    \b
    Examples:
      ./windowpane replays show 7
      ./windowpane replays show 7 --json | jq .difference.groups
    """
    show(number, output)


@command.command(name="history")
@click.argument("stream", required=False)
@formatted
def _history(stream: str | None, output: Format) -> None:
    """What was published and rolled back, of all streams or of STREAM; the newest first.

    \b
    Examples:
      ./windowpane replays history health
    """
    history = _store().history(stream)
    if not history:
        _refuse_unknown(stream)
    heads = ("at (UTC)", "stream", "what", "arrived", "by", "reason", "definition", "rows: removed → added")
    sheet = Sheet([Column(head) for head in heads], [_history_row(done) for done in history])
    parts = [sheet if history else "Nothing was published yet."]
    results.show(Result({"history": [publication_json(done) for done in history]}, parts), output)


def _history_row(done: Publication) -> tuple[str, ...]:
    rows = ", ".join(f"{name} {removed:,} → {added:,}" for name, (removed, added) in done.rows.items())
    return (
        f"{done.at:%Y-%m-%d %H:%M:%S}",
        done.stream,
        f"{done.action} replay {done.replay}",
        str(done.arrivals),
        done.by,
        done.reason,
        done.definition_digest,
        rows if done.completed else "under way",
    )


@command.command(name="publish")
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", help="Why; kept in the history.")
def _publish(number: int, reason: str) -> None:
    """Let the tables hold what the replay made of its range. Undo with rollback.

    \b
    Examples:
      ./windowpane replays publish 7 --reason "RAM was computed from Total"
    """
    with unhurried(), _told("publish", number):
        _say_done(publish(open_catalog(LakeSettings()), number, getpass.getuser(), reason))


@command.command(name="rollback")
@click.argument("number", type=int, metavar="ID")
@click.option("--reason", default="", help="Why; kept in the history.")
def _rollback(number: int, reason: str) -> None:
    """Let the tables hold of its range what they held before it was published.

    \b
    Examples:
      ./windowpane replays rollback 7 --reason "the fix was wrong"
    """
    with unhurried(), _told("rollback", number):
        _say_done(roll_back(open_catalog(LakeSettings()), number, getpass.getuser(), reason))


@command.command(name="drop")
@click.argument("number", type=int, metavar="ID")
def _drop(number: int) -> None:
    """Discard the staging tables, and the way back if it was published.

    \b
    Examples:
      ./windowpane replays drop 7
    """
    from scripts.replays.replaying import Replaying

    replay = _store().get(number)
    if replay.state is ReplayState.RUNNING:
        with Replaying() as replaying:
            replaying.stop(replay)
    with _told("drop", number):
        _say_done(drop(open_catalog(LakeSettings()), number))


@command.command(name="resume")
@click.argument("number", type=int, metavar="ID")
def _resume(number: int) -> None:
    """Go on with a replay whose command was interrupted.

    \b
    Examples:
      ./windowpane replays resume 7
    """
    from scripts.replays.replay import see_through
    from scripts.replays.replaying import Replaying

    with Replaying() as replaying:
        see_through(replaying, _store().get(number))


def _told(action: str, number: int) -> AbstractContextManager[None]:
    """Tell the access log what the block does with a replay, and how that ended. Raises LakeError."""
    return changing(Did.REPLAY, f"{action} {number}", _store().get(number).stream)


def _say_done(replay: Replay) -> None:
    click.echo(f"Replay {replay.id} of {replay.stream} is {replay.state}")


def _refuse_unknown(stream: str | None) -> None:
    """Nothing found may mean a wrong name. Streams that are gone have a history. Raises UnknownNameError."""
    ServiceSettings().definitions(*([stream] if stream else []))


def _store() -> ReplayStore:
    return ReplayStore(open_catalog(LakeSettings()).engine)
