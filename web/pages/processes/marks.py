"""Small drawings in rows of tables: intervals, boxes, bars and shares on one scale. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDE, HIGH = 100.0, 10.0
"""Units of a drawing; it is stretched to its place."""

_LEAST = 1.2
_PARTS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle; `look`: the class that gives it its colour."""

    x: float
    width: float
    look: str
    y: float = 0.0
    height: float = HIGH


@dataclass(frozen=True, slots=True)
class Scale:
    """From the smallest to the largest of what is drawn."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None], *, nought: bool = False) -> Scale:
        """Around all values that there are, with a little room; nought included if it is to be seen."""
        known = [value for value in values if value is not None] + ([0.0] if nought else [])
        low, high = (min(known), max(known)) if known else (0.0, 1.0)
        room = (high - low) * 0.03 or 0.5
        return cls(low - room, high + room)

    def at(self, value: float) -> float:
        """Where a value is; at an end if it is beyond it."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * WIDE

    def between(self, low: float, high: float, look: str, y: float = 0.0) -> Mark:
        """A rectangle from one value to another, wide enough to be seen."""
        x, width = self.at(min(low, high)), abs(self.at(high) - self.at(low))
        return Mark(min(x, WIDE - _LEAST), max(width, _LEAST), look, y, HIGH - 2 * y)

    def point(self, value: float, look: str = "point") -> Mark:
        """A line across."""
        return Mark(min(max(self.at(value) - _LEAST / 2, 0.0), WIDE - _LEAST), _LEAST, look)

    @property
    def nought(self) -> tuple[Mark, ...]:
        """The line of nought, where it is inside."""
        return (Mark(self.at(0.0), 0.4, "nought"),) if self.low < 0 < self.high else ()


def interval(scale: Scale, lower: float | None, value: float | None, upper: float | None) -> tuple[Mark, ...]:
    """A value within its interval."""
    if lower is None or value is None or upper is None:
        return ()
    return (*scale.nought, scale.between(lower, upper, "range", 3.0), scale.point(value))


def bar(scale: Scale, value: float, look: str = "c1") -> tuple[Mark, ...]:
    """From nought to a value."""
    return (*scale.nought, scale.between(0.0, value, look, 1.0)) if value else scale.nought


def box(scale: Scale, quantiles: Sequence[float]) -> tuple[Mark, ...]:
    """From the 5th to the 95th of a hundred, the middle half, and the median."""
    if len(quantiles) != 5:
        return ()
    p5, p25, p50, p75, p95 = quantiles
    return (scale.between(p5, p95, "range", 3.5), scale.between(p25, p75, "box", 1.5), scale.point(p50))


def shares(counts: Sequence[int], whole: int) -> tuple[Mark, ...]:
    """Parts of a whole beside each other, the first ones in colours of their own."""
    marks, x = list[Mark](), 0.0
    for place, count in enumerate(counts):
        width = count / whole * WIDE if whole else 0.0
        marks.append(Mark(x, width, f"c{place + 1}" if place < _PARTS else "rest", 1.0, HIGH - 2.0))
        x += width
    return tuple(mark for mark in marks if mark.width > 0)
