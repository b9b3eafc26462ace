"""The window planner: which grains answer `[start, end)`. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streams.panes import Grain

__all__ = ["EPOCH", "Span", "WindowPlan", "plan_window"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    def day_windows(self) -> int:
        """How many day panes' windows the plan reads."""
        return _windows(() if self.days is None else (self.days,), Grain.DAY)

    @property
    def hour_windows(self) -> int:
        """How many hour panes' windows the plan reads."""
        return _windows(self.hours, Grain.HOUR)

    @property
    def minute_windows(self) -> int:
        """How many minute panes' windows the plan reads."""
        return _windows(self.minutes, Grain.MINUTE)

    @property
    def rolled_up(self) -> Span | None:
        """What day and hour panes answer together; it has no gap."""
        spans = [*self.hours, *(() if self.days is None else (self.days,))]
        return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None


def plan_window(start: datetime, end: datetime, grains: Collection[Grain] = (Grain.DAY,)) -> WindowPlan:
    """Split `[start, end)`, aware times on whole minutes, into whole UTC days, whole hours and the minutes left.

    `grains`: those of day and hour that may be used.
    """
    left: tuple[Span, ...] = (Span(start.astimezone(UTC), end.astimezone(UTC)),)
    days: list[Span] = []
    hours: list[Span] = []
    for grain, found in ((Grain.DAY, days), (Grain.HOUR, hours)):
        if grain in grains:
            whole = [_whole(span, grain) for span in left]
            left = tuple(edge for span, inner in zip(left, whole, strict=True) for edge in _edges(span, inner))
            found += [span for span in whole if not span.empty]
    return WindowPlan(days[0] if days else None, left, tuple(hours))


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
