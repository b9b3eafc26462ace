"""`windowpane replay`: the replay-from-offset script."""

from __future__ import annotations

import getpass
import tomllib
from datetime import datetime
from pathlib import Path

import click

from database.replays import Replay
from scripts.console import message_progress, say
from scripts.replays.difference_table import show
from scripts.replays.replaying import RangeWanted, Replaying
from scripts.results import Format, formatted
from scripts.times import Time
from services.settings import ServiceSettings
from streams import Definition
from streams.definition_files import parse_definition
from streams.errors import DefinitionError
from streams.time_text import read_time


class _Offsets(click.ParamType[dict[int, int]]):
    """`PARTITION:OFFSET[,PARTITION:OFFSET…]`."""

    name = "P:O[,P:O…]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[int, int]:
        try:
            pairs = [part.split(":") for part in str(value).split(",")]
            offsets = {int(partition): int(offset) for partition, offset in pairs}
        except ValueError:
            self.fail(f"{value!r} is not PARTITION:OFFSET[,PARTITION:OFFSET…], like 0:1500,1:1480", param, ctx)
        if any(number < 0 for pair in offsets.items() for number in pair):
            self.fail(f"{value!r} has a negative number", param, ctx)
        return offsets


class _Moment(click.ParamType[datetime]):
    """As `scripts.times.Time`, read."""

    name = "T"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        text = Time(minutes=False).convert(value, param, ctx)
        try:
            moment = read_time(text)
        except (ValueError, OverflowError):
            self.fail(f"{text!r} is not a time such as 2026-03-01T10:17:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{text!r} has no offset; add Z or an offset such as +02:00", param, ctx)
        return moment


@click.command(name="replay")
@click.argument("stream")
@click.option("--from-offset", type=_Offsets(), help="Begin with the arrival window that holds these offsets.")
@click.option("--from-time", type=_Moment(), help="Begin with what arrived at this time.")
@click.option("--to-offset", type=_Offsets(), help="End before these offsets, at the end of an arrival window.")
@click.option("--to-time", type=_Moment(), help="End with what arrived before it; default: all that is complete.")
@click.option("--definition", type=click.Path(path_type=Path), help="A definition of the stream with the fix in it.")
@formatted
def command(
    stream: str,
    from_offset: dict[int, int] | None,
    from_time: datetime | None,
    to_offset: dict[int, int] | None,
    to_time: datetime | None,
    definition: Path | None,
    output: Format,
) -> None:
    """Process what arrived in a range of STREAM again, into staging tables; show what would change.

    Nothing that is published changes: see `./windowpane replays publish`. The live job goes on. The range is widened to
    whole arrival windows.

    \b
    Examples:
      ./windowpane replay health --from-offset 0:0,1:0
      ./windowpane replay health --from-time 2026-03-01T00:00:00Z --to-time 2026-03-03T00:00:00Z
      ./windowpane replay health --from-time 2026-03-01T00:00:00Z --definition fixed.toml
    """
    if (from_offset is None) == (from_time is None):
        raise click.UsageError("say where to begin: --from-offset or --from-time, one of them")
    if to_offset is not None and to_time is not None:
        raise click.UsageError("say where to end once: --to-offset or --to-time")
    wanted = RangeWanted(from_time, to_time, from_offset, to_offset)
    with Replaying() as replaying:
        replay = replaying.begin(_definition(stream, definition), wanted, getpass.getuser())
        say(f"Replay {replay.id}: {replay.messages} messages of {stream} that arrived {replay.arrivals}")
        see_through(replaying, replay, output)


def see_through(replaying: Replaying, replay: Replay, output: Format = Format.TABLE) -> None:
    """Follow a replay to its end under a progress bar, and show its difference."""
    with message_progress("Messages", replay.messages) as counted:
        done, _ = replaying.see_through(replay, counted)
    show(done.id, output)


def _definition(stream: str, file: Path | None) -> Definition:
    if file is not None:
        try:
            raw = tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise DefinitionError(file.name, "file", None, f"cannot be read: {error}") from error
        return parse_definition({**raw, "name": stream}, file.name)
    return ServiceSettings().definition(stream)
