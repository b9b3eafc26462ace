"""The window planner: which grains answer `[start, end)`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streams.panes import day_start

__all__ = ["Span", "WindowPlan", "plan_window"]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


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
    """Whole UTC days, answered by day panes, and the edges, answered by minute panes.

    Every minute of the window is in exactly one of them.
    """

    days: Span | None
    minutes: tuple[Span, ...]

    @property
    def day_windows(self) -> int:
        """How many day panes' windows the plan reads."""
        return 0 if self.days is None else (self.days.end - self.days.start) // _DAY

    @property
    def minute_windows(self) -> int:
        """How many minute panes' windows the plan reads."""
        return sum((span.end - span.start) // _MINUTE for span in self.minutes)


def plan_window(start: datetime, end: datetime) -> WindowPlan:
    """Split `[start, end)`, aware times on whole minutes, into whole UTC days and the minutes at its edges."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    first_day = day_start(start) if start == day_start(start) else day_start(start) + _DAY
    last_day = day_start(end)
    if first_day >= last_day:
        return WindowPlan(days=None, minutes=(Span(start, end),))
    edges = (Span(start, first_day), Span(last_day, end))
    return WindowPlan(days=Span(first_day, last_day), minutes=tuple(edge for edge in edges if not edge.empty))
