"""The window planner: which panes answer `[start, end)`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from itertools import chain

from streams.breakdowns import Breakdown
from streams.panes import Grain, span_of, spans_day

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

    Every minute of the window is in exactly one of them. `finest`: the grain of the panes that are made of messages:
    where that is not the minute, no minutes are left.
    """

    days: Span | None
    minutes: tuple[Span, ...]
    hours: tuple[Span, ...] = ()
    finest: Grain = Grain.MINUTE

    @property
    def windows(self) -> dict[Grain, int]:
        """How many windows of each grain's panes the plan reads, the longest first; of rolled up hours if there are."""
        days = () if self.days is None else (self.days,)
        by_grain = {Grain.DAY: days, Grain.HOUR: self.hours, Grain.MINUTE: self.minutes}
        return {
            grain: _windows(spans, grain)
            for grain, spans in by_grain.items()
            if grain.seconds >= self.finest.seconds and (spans or grain in (Grain.DAY, self.finest))
        }

    @property
    def edges(self) -> tuple[Span, ...]:
        """What the finest panes answer."""
        days = () if self.days is None else (self.days,)
        return {Grain.MINUTE: self.minutes, Grain.HOUR: self.hours, Grain.DAY: days}[self.finest]

    @property
    def rolled_up(self) -> Span | None:
        """What rollups answer together; it has no gap."""
        days = () if self.days is None or self.finest is Grain.DAY else (self.days,)
        spans = [*(self.hours if self.finest is Grain.MINUTE else ()), *days]
        return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def plan_window(
    start: datetime, end: datetime, grains: Collection[Grain] = (Grain.DAY,), finest: Grain = Grain.MINUTE
) -> WindowPlan:
    """Split `[start, end)`, aware times on whole windows of the finest grain, into whole UTC days, hours and minutes.

    `grains`: those of day and hour that may be used.
    """
    left: tuple[Span, ...] = (Span(start.astimezone(UTC), end.astimezone(UTC)),)
    of_grain: dict[Grain, list[Span]] = {Grain.DAY: [], Grain.HOUR: []}
    for grain, spans in of_grain.items():
        if grain in grains:
            inner = [_whole(span, grain) for span in left]
            left = tuple(edge for span, within in zip(left, inner, strict=True) for edge in _edges(span, within))
            spans += [span for span in inner if not span.empty]
    days, hours = of_grain[Grain.DAY], tuple(of_grain[Grain.HOUR])
    return WindowPlan(days[0] if days else None, left, hours, finest)


def on_whole_hours(zone: tzinfo, start: datetime, end: datetime) -> bool:
    """Whether hours of a zone's clocks are those of UTC in `[start, end]`; what lasts less than a week is not seen."""
    weeks = range((end - start) // timedelta(days=7) + 1)
    moments = [*(start + timedelta(days=7) * number for number in weeks), end]
    return all(not (at.astimezone(zone).utcoffset() or timedelta()) % timedelta(hours=1) for at in moments)


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
    """Parts by name, and all that are between two names, or one of the two.

    `mixed`: whether they may hold finest panes that rollups stand for.
    """

    names: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    mixed: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        """The names, then the two of each range."""
        return self.names + tuple(name for pair in self.ranges for name in pair)


def chosen_parts(
    plan: WindowPlan,
    breakdown: Breakdown,
    late_parts: Iterable[str] | None = None,
    unpacked: Iterable[str] | None = None,
) -> Parts:
    """The parts of a breakdown that may hold panes of a plan: of the finest those at the edges, and beside rollups.

    `late_parts`: all parts of finest panes that may count beside rollups. `unpacked`: all parts of days that there are
    of finest panes. None if that is not known.
    """
    days = None if unpacked is None else frozenset(unpacked)
    named = [_finest(breakdown, span, days) for span in plan.edges]
    mixed = breakdown.hourly and bool(plan.hours) and any(map(spans_day, chain.from_iterable(named)))
    if plan.finest is Grain.MINUTE:
        named += [_named(span, Grain.DAY, partial(breakdown.part, Grain.HOUR)) for span in plan.hours]
    if plan.days is not None and plan.finest is not Grain.DAY:
        named.append(_named(plan.days, Grain.DAY, partial(breakdown.part, Grain.DAY)))
    if (rolled_up := plan.rolled_up) is not None:
        own = breakdown.prefix(breakdown.finest)
        late = (
            _finest(breakdown, rolled_up, days)
            if late_parts is None
            else sorted(part for part in late_parts if part.startswith(own) and _overlaps(rolled_up, *span_of(part)))
        )
        named.append(late)
        mixed |= bool(late)
    return replace(_parts(named), mixed=mixed)


def _finest(breakdown: Breakdown, span: Span, unpacked: Container[str] | None) -> list[str]:
    """The parts that the finest panes of a span are in, before and after they are packed."""
    days = _named(span, Grain.DAY, partial(breakdown.part, breakdown.finest))
    if not breakdown.hourly:
        return days
    hours = _named(span, Grain.HOUR, partial(breakdown.packed_part, Grain.MINUTE))
    return sorted([*hours, *(day for day in days if unpacked is None or day in unpacked)])


def _named(span: Span, step: Grain, name: Callable[[datetime], str]) -> list[str]:
    """The names of what a span is in, in order: one is asked for at each step."""
    length = timedelta(seconds=step.seconds)
    first = EPOCH + (span.start - EPOCH) // length * length
    return list(dict.fromkeys(name(first + length * number) for number in range(-((first - span.end) // length))))


def _overlaps(span: Span, start: datetime, end: datetime) -> bool:
    return start < span.end and span.start < end


def _parts(spans: list[list[str]]) -> Parts:
    """The parts of some spans, each in order; if there are too many, those of long spans are ranges."""
    most = MOST_PARTS if sum(map(len, spans)) <= MOST_PARTS else 2
    names = dict.fromkeys(name for span in spans if len(span) <= most for name in span)
    return Parts(tuple(names), tuple((span[0], span[-1]) for span in spans if len(span) > most))
