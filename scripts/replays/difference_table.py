"""A replay and its difference as people read them: tables on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from database.replays import Replay, ReplayState
from iceberg.settings import LakeSettings
from query.difference import (
    Both,
    Difference,
    GrainDifference,
    GroupDifference,
    PaneDifference,
    Totals,
    compared_definition,
)
from query.replay_reports import ReplayReport, ReplayService
from query.settings import QuerySettings
from scripts import results
from scripts.results import Column, Format, Result, Sheet, number, right
from streams.definition import Definition

MOST_GROUPS = 20
MOST_CHANGES = 10
_TIME = "%Y-%m-%d %H:%M:%S"


def show(replay: int, output: Format = Format.TABLE) -> None:
    """Print a replay and what it would change, or did. Raises UnknownReplayError."""
    service = ReplayService(QuerySettings(), LakeSettings())
    report = service.report(service.get(replay))
    results.show(Result(report.as_json(), report_parts(report)), output)


def replay_sheet(replays: Iterable[Replay]) -> Sheet:
    """One row a replay."""
    heads = ("stream", "state", "arrived from", "until (UTC)")
    columns = [right("id"), *map(Column, heads), right("messages"), *map(Column, ("definition", "made", "by"))]
    rows = [
        (
            replay.id,
            replay.stream,
            str(replay.state),
            f"{replay.arrivals.start:{_TIME}}",
            f"{replay.arrivals.end:{_TIME}}",
            replay.messages,
            replay.digest,
            f"{replay.made_at:{_TIME}}",
            replay.made_by,
        )
        for replay in replays
    ]
    return Sheet(columns, rows)


def report_parts(report: ReplayReport) -> list[Sheet | str]:
    """The record, then how it compares, or why it does not."""
    replay, difference = report.replay, report.difference
    parts: list[Sheet | str] = [replay_sheet([replay])]
    if replay.state is ReplayState.RUNNING:
        done = f"{report.committed or 0:,} of {replay.messages:,} messages"
        parts.append(f"Not complete yet: {done}. If nobody runs it: ./windowpane replays resume {replay.id}")
    if difference is None:
        return parts
    accounted = ", ".join(f"{name} {_both(both)}" for name, both in difference.accounted.items())
    if difference.identical:
        return [*parts, f"The replay and what it replaces are identical: {accounted}."]
    parts += [f"Messages: {accounted}.", _panes(difference.grains)]
    if difference.rejected:
        parts.append(_rejected(difference.rejected))
    definition = compared_definition(replay.definition, difference)
    parts.append(_groups(definition, difference))
    parts += [_changes(definition, grain) for grain in difference.grains if grain.changes]
    return parts


def _panes(grains: Sequence[GrainDifference]) -> Sheet:
    numbers = ("equal", "changed", "only old", "only new", "messages old", "new")
    rows = [
        (
            grain.grain,
            grain.equal,
            grain.changed,
            grain.only_old,
            grain.only_new,
            grain.messages.old,
            grain.messages.new,
        )
        for grain in grains
    ]
    return Sheet([Column("panes"), *map(right, numbers)], rows, "Panes")


def _rejected(rejected: Mapping[str, Both]) -> Sheet:
    rows = [(reason, both.old, both.new) for reason, both in rejected.items()]
    return Sheet([Column("reason"), right("old"), right("new")], rows, "Rejected")


def _groups(definition: Definition, difference: Difference) -> Sheet:
    shown = [group for group in difference.groups if group.change > 0][:MOST_GROUPS]
    title = f"Groups, the largest relative change first ({len(shown)} of {difference.groups_in_all:,})"
    columns = [*map(Column, definition.dimensions), *_columns(definition)]
    return Sheet(columns, [(*group.dimensions.values(), *_cells(definition, group)) for group in shown], title)


def _changes(definition: Definition, grain: GrainDifference) -> Sheet:
    shown: Sequence[PaneDifference] = grain.changes[:MOST_CHANGES]
    title = f"Largest changes of {grain.grain} panes ({len(shown)} of {grain.differing:,})"
    columns = [Column("window (UTC)"), *map(Column, definition.dimensions), *_columns(definition)]
    rows = [
        (f"{pane.window_start:%Y-%m-%d %H:%M}", *pane.dimensions.values(), *_cells(definition, pane)) for pane in shown
    ]
    return Sheet(columns, rows, title)


def _parts(definition: Definition) -> list[tuple[str, str]]:
    """What is shown of each measure."""
    of_all = ("mean", "max")
    return [
        (name, part)
        for name, it in definition.measures.items()
        for part in (("total", *of_all) if it.total else of_all)
    ]


def _columns(definition: Definition) -> list[Column]:
    measured = [f"{name} {part}" for name, part in _parts(definition)]
    return [right(name) for name in ("change", "messages", *measured, *definition.distincts)]


def _cells(definition: Definition, group: GroupDifference) -> list[str]:
    def both(read: str, name: str = "") -> str:
        old, new = (None if side is None else _value(side, read, name) for side in (group.old, group.new))
        return old or "-" if old == new else f"{old or '-'} → {new or '-'}"

    cells = [f"{group.change:.1%}", both("messages")]
    cells += [both(part, name) for name, part in _parts(definition)]
    return cells + [both("distinct", name) for name in definition.distincts]


def _value(side: Totals, read: str, name: str) -> str | None:
    if read == "messages":
        return f"{side.messages:,}"
    if read == "distinct":
        return f"{side.distincts[name]:,}"
    value: float | Decimal | None = getattr(side.measures[name], read)
    if read == "total":
        return f"{value:,}"
    return None if value is None else number(float(value))


def _both(both: Both) -> str:
    return f"{both.old:,}" if both.equal else f"{both.old:,} → {both.new:,}"
