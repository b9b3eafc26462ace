"""A replay and its difference as people read them: tables on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import click
from rich.console import Console
from rich.table import Table

from iceberg.replays import Replay, ReplayState
from iceberg.settings import LakeSettings
from query.difference import Both, Difference, GrainDifference, GroupDifference, PaneDifference, Totals
from query.replays import ReplayReport, ReplayService
from query.settings import QuerySettings
from streams.definition import Definition

__all__ = ["print_report", "replay_table", "show"]

MOST_GROUPS = 20
MOST_CHANGES = 10
_TIME = "%Y-%m-%d %H:%M:%S"


def show(number: int, *, as_json: bool = False) -> None:
    """Print a replay and what it would change, or did. Raises UnknownReplayError."""
    service = ReplayService(QuerySettings(), LakeSettings())
    report = service.report(service.get(number))
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        print_report(Console(highlight=False, markup=False, emoji=False), report)


def replay_table(replays: Iterable[Replay]) -> Table:
    """One row a replay."""
    table = Table("id", "stream", "state", "arrived from", "until (UTC)", "messages", "definition", "made", "by")
    for replay in replays:
        table.add_row(
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
    return table


def print_report(console: Console, report: ReplayReport) -> None:
    """The record, then how it compares, or why it does not."""
    replay, difference = report.replay, report.difference
    console.print(replay_table([replay]))
    if replay.state is ReplayState.RUNNING:
        done = f"{report.committed or 0:,} of {replay.messages:,} messages"
        console.print(
            f"Not complete yet: {done}. If nobody runs it: windowpane replays resume {replay.id}", soft_wrap=True
        )
    if difference is None:
        return
    accounted = ", ".join(f"{name} {_both(both)}" for name, both in difference.accounted.items())
    if difference.identical:
        console.print(f"The replay and what it replaces are identical: {accounted}.", soft_wrap=True)
        return
    console.print(f"Messages: {accounted}.", soft_wrap=True)
    console.print(_panes(difference.grains))
    if difference.rejected:
        console.print(_rejected(difference.rejected))
    definition = replay.definition
    console.print(_groups(definition, difference))
    for grain in difference.grains:
        if grain.changes:
            console.print(_changes(definition, grain))


def _panes(grains: Sequence[GrainDifference]) -> Table:
    numbers = ("equal", "changed", "only old", "only new")
    table = Table("panes", title="Panes", title_justify="left")
    for name in (*numbers, "messages old", "new"):
        table.add_column(name, justify="right")
    for grain in grains:
        counts = (grain.equal, grain.changed, grain.only_old, grain.only_new, grain.messages.old, grain.messages.new)
        table.add_row(grain.grain, *(f"{count:,}" for count in counts))
    return table


def _rejected(rejected: Mapping[str, Both]) -> Table:
    table = Table("reason", title="Rejected", title_justify="left")
    for name in ("old", "new"):
        table.add_column(name, justify="right")
    for reason, both in rejected.items():
        table.add_row(reason, f"{both.old:,}", f"{both.new:,}")
    return table


def _groups(definition: Definition, difference: Difference) -> Table:
    shown = [group for group in difference.groups if group.change > 0][:MOST_GROUPS]
    title = f"Groups, the largest relative change first ({len(shown)} of {difference.groups_in_all:,})"
    table = Table(*definition.dimensions, title=title, title_justify="left")
    _add_columns(table, definition)
    for group in shown:
        table.add_row(*group.dimensions.values(), *_cells(definition, group))
    return table


def _changes(definition: Definition, grain: GrainDifference) -> Table:
    shown: Sequence[PaneDifference] = grain.changes[:MOST_CHANGES]
    title = f"Largest changes of {grain.grain} panes ({len(shown)} of {grain.differing:,})"
    table = Table("window (UTC)", *definition.dimensions, title=title, title_justify="left")
    _add_columns(table, definition)
    for pane in shown:
        window = f"{pane.window_start:%Y-%m-%d %H:%M}"
        table.add_row(window, *pane.dimensions.values(), *_cells(definition, pane))
    return table


def _add_columns(table: Table, definition: Definition) -> None:
    measured = [f"{name} {part}" for name in definition.measures for part in ("mean", "max")]
    for name in ("change", "messages", *measured, *definition.distincts):
        table.add_column(name, justify="right")


def _cells(definition: Definition, group: GroupDifference) -> list[str]:
    def both(read: str, name: str = "") -> str:
        old, new = (None if side is None else _value(side, read, name) for side in (group.old, group.new))
        return old or "-" if old == new else f"{old or '-'} → {new or '-'}"

    cells = [f"{group.change:.1%}", both("messages")]
    cells += [both(part, name) for name in definition.measures for part in ("mean", "max")]
    return cells + [both("distinct", name) for name in definition.distincts]


def _value(side: Totals, read: str, name: str) -> str | None:
    if read == "messages":
        return f"{side.messages:,}"
    if read == "distinct":
        return f"{side.distincts[name]:,}"
    value: float | None = getattr(side.measures[name], read)
    return None if value is None else f"{value:.6g}"


def _both(both: Both) -> str:
    return f"{both.old:,}" if both.equal else f"{both.old:,} → {both.new:,}"
