"""The days of a region, read from the rows of a question. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from systems.epidemic.asked import ALL_VARIANTS


@dataclass(frozen=True, slots=True)
class Day:
    """What is told of one day. `first`: what was told first. `corrected`: when it was last corrected, if it was."""

    day: date
    number: float
    first: float
    corrections: int = 0
    corrected: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Days by variant, each in order of time; only those that something was told of."""

    by_variant: Mapping[str, tuple[Day, ...]]

    def days(self, variant: str = ALL_VARIANTS) -> tuple[Day, ...]:
        """Of one variant, or of all together: where nothing is told of that, the sum of all variants."""
        if variant == ALL_VARIANTS and ALL_VARIANTS not in self.by_variant:
            return _together(self.by_variant.values())
        return self.by_variant.get(variant, ())

    @property
    def variants(self) -> tuple[str, ...]:
        """Those that are told apart, the most reported first."""
        named = {name: sum(day.number for day in days) for name, days in self.by_variant.items() if name}
        return tuple(sorted(named, key=lambda name: (-named[name], name)))


def told_of(rows: Iterable[Sequence[Any]]) -> Told:
    """Of rows of day, variant, number, first number, corrections, and when the last one arrived; in order of time."""
    found: dict[str, list[Day]] = {}
    for at, variant, number, first, corrections, corrected in rows:
        when = None if corrected is None else corrected.astimezone(UTC)
        day = Day(day_of(at), float(number or 0), float(first or 0), int(corrections or 0), when)
        found.setdefault(variant, []).append(day)
    return Told({name: tuple(days) for name, days in found.items()})


def weeks_of(rows: Iterable[Sequence[Any]]) -> dict[str, dict[date, float]]:
    """Country → Monday → number, of rows of these three."""
    found: dict[str, dict[date, float]] = {}
    for country, week, number in rows:
        found.setdefault(country, {})[day_of(week)] = float(number or 0)
    return found


def every_day(days: Sequence[Day], first: date, last: date) -> list[float]:
    """The number of each day from first to last; 0 where nothing is told, as sources leave out days without reports."""
    known = {day.day: day.number for day in days}
    return [known.get(first + timedelta(days=place), 0.0) for place in range((last - first).days + 1)]


def corrected_days(days: Iterable[Day]) -> list[Day]:
    """Days whose number is not what was told first, the newest first."""
    return sorted((day for day in days if day.corrections and day.number != day.first), key=lambda day: day.day)[::-1]


def _together(variants: Iterable[Sequence[Day]]) -> tuple[Day, ...]:
    found: dict[date, Day] = {}
    for day in (day for days in variants for day in days):
        known = found.get(day.day, Day(day.day, 0, 0))
        when = max((at for at in (known.corrected, day.corrected) if at), default=None)
        number, first, corrections = (
            known.number + day.number,
            known.first + day.first,
            known.corrections + day.corrections,
        )
        found[day.day] = Day(day.day, number, first, corrections, when)
    return tuple(found[day] for day in sorted(found))


def day_of(at: datetime | date) -> date:
    """The day, by UTC, of a time as Trino gives it."""
    if not isinstance(at, datetime):
        return at
    return (at.astimezone(UTC) if at.tzinfo else at).date()
