"""The window planner: which panes answer `[start, end)`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from streams.panes import Breakdown, Grain, Period, day_start, part_start

__all__ = ["EPOCH", "Choice", "Parts", "Span", "WindowPlan", "chosen", "plan_window"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DAY = timedelta(days=1)

MOST_PARTS = 1000
"""Parts that a statement names; of more, it names the first and the last of each span."""


@dataclass(frozen=True, slots=True)
class Span:
    """Event times from `start` (inside) to `end` (not inside)."""

    start: datetime
    end: datetime

    @property
    def empty(self) -> bool:
        """True when it holds no time."""
        return self.start >= self.end


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """Whole UTC days, answered by day panes; whole hours beside them, by hour panes; and the edges, by minute panes.

    Every minute of the window is in exactly one of them.
    """

    days: Span | None
    minutes: tuple[Span, ...]
    hours: tuple[Span, ...] = ()

    @property
    def windows(self) -> dict[Grain, int]:
        """How many windows of each grain's panes the plan reads, the longest first; of hours only if there are any."""
        days = () if self.days is None else (self.days,)
        found = {Grain.DAY: days, Grain.HOUR: self.hours, Grain.MINUTE: self.minutes}
        return {grain: _windows(spans, grain) for grain, spans in found.items() if spans or grain is not Grain.HOUR}

    @property
    def rolled_up(self) -> Span | None:
        """What day and hour panes answer together; it has no gap."""
        spans = [*self.hours, *(() if self.days is None else (self.days,))]
        return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def plan_window(
    start: datetime, end: datetime, grains: Collection[Grain] = (Grain.DAY,), daily_parts: Iterable[str] = ()
) -> WindowPlan:
    """Split `[start, end)`, aware times on whole minutes, into whole UTC days, whole hours and the minutes left.

    `grains`: those of day and hour that may be used. `daily_parts`: parts of minute panes that are of whole days, and
    so hold hours too: of those days, none is answered by hour panes.
    """
    left: tuple[Span, ...] = (Span(start.astimezone(UTC), end.astimezone(UTC)),)
    days: list[Span] = []
    hours: list[Span] = []
    for grain, found in ((Grain.DAY, days), (Grain.HOUR, hours)):
        if grain in grains:
            undivided = {part_start(part) for part in daily_parts if grain is Grain.HOUR}
            pieces = [piece for span in left for piece in _pieces(span, undivided)]
            whole = [
                Span(piece.end, piece.end) if day_start(piece.start) in undivided else _whole(piece, grain)
                for piece in pieces
            ]
            left = tuple(edge for piece, inner in zip(pieces, whole, strict=True) for edge in _edges(piece, inner))
            found += [span for span in whole if not span.empty]
    return WindowPlan(days[0] if days else None, left, tuple(hours))


def _pieces(span: Span, undivided: Collection[datetime]) -> list[Span]:
    """A span in pieces: each is of one undivided day, or of none."""
    inside = {at for day in undivided for at in (day, day + _DAY) if span.start < at < span.end}
    ends = [span.start, *sorted(inside), span.end]
    return [Span(*pair) for pair in pairwise(ends)]


def _whole(span: Span, grain: Grain) -> Span:
    """The whole windows of a grain in a span; none where its end is not after its start."""
    length = timedelta(seconds=grain.seconds)
    return Span(EPOCH - (EPOCH - span.start) // length * length, EPOCH + (span.end - EPOCH) // length * length)


def _edges(span: Span, inner: Span) -> list[Span]:
    """What of a span is not in an inner one."""
    edges = [span] if inner.empty else [Span(span.start, inner.start), Span(inner.end, span.end)]
    return [edge for edge in edges if not edge.empty]


def _windows(spans: Collection[Span], grain: Grain) -> int:
    return sum((span.end - span.start) // timedelta(seconds=grain.seconds) for span in spans)


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts by name, and all that are between two names, or one of the two."""

    names: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.ranges)

    def __add__(self, other: Parts) -> Parts:
        return Parts(self.names + other.names, self.ranges + other.ranges)

    @property
    def values(self) -> tuple[str, ...]:
        """The names, then the two of each range."""
        return self.names + tuple(name for pair in self.ranges for name in pair)


@dataclass(frozen=True, slots=True)
class Choice:
    """The parts whose panes answer a window, as far as those panes' windows lie in it.

    `edges`: of minute panes, which all count. `rollups`: of day and hour panes. `late`: of the minute panes beside
    rollups: those count that arrived after the rollups' cut.
    """

    edges: Parts
    rollups: Parts
    late: Parts


def chosen(
    plan: WindowPlan,
    breakdown: Breakdown,
    daily_parts: Sequence[str] = (),
    late_parts: Iterable[str] | None = None,
) -> Choice:
    """The parts of a plan, of a breakdown. `daily_parts`: as the plan was made with.

    `late_parts`: all parts that have panes from after the cut; None if that is not known.
    """

    def minutes(span: Span) -> list[str]:
        named = {*_named(breakdown, Grain.MINUTE, span)}
        return sorted(named | {part for part in daily_parts if span.start - _DAY < part_start(part) < span.end})

    rollups = [_named(breakdown, Grain.HOUR, span) for span in plan.hours]
    if plan.days is not None:
        rollups.append(_named(breakdown, Grain.DAY, plan.days))
    late: list[str] = []
    if plan.rolled_up is not None:
        late = (
            minutes(plan.rolled_up)
            if late_parts is None
            else sorted(part for part in late_parts if plan.rolled_up.start <= part_start(part) < plan.rolled_up.end)
        )
    return Choice(_parts([minutes(span) for span in plan.minutes]), _parts(rollups), _parts([late]))


def _parts(spans: Iterable[list[str]]) -> Parts:
    """The parts of some spans, each in order."""
    found = [names for names in spans if names]
    if sum(map(len, found)) <= MOST_PARTS:
        return Parts(tuple(dict.fromkeys(name for names in found for name in names)))
    return Parts(ranges=tuple((names[0], names[-1]) for names in found))


def _named(breakdown: Breakdown, grain: Grain, span: Span) -> list[str]:
    """The parts of a grain that a span is in, in order."""
    step = timedelta(hours=1) if breakdown.period(grain) is Period.HOUR else _DAY
    first = EPOCH + (span.start - EPOCH) // step * step
    starts = (first + step * number for number in range(-((first - span.end) // step)))
    return list(dict.fromkeys(breakdown.part(grain, at) for at in starts))
