"""What functions take: one count for each of consecutive days or weeks, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.errors import NotEnoughDataError, UnusableDataError

Floats = NDArray[np.float64]
"""Numbers of one or two dimensions."""

MOST = 1e12
"""The largest count; above it sums of squares would lose digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Checked: `dates` follow each other by one step, each with a finite count; `counts` has one dimension."""

    dates: tuple[date, ...]
    counts: Floats

    def last(self, days: int) -> Counts:
        """The newest of them, or all if there are fewer."""
        return Counts(self.dates[-days:], self.counts[-days:])

    @property
    def weekdays(self) -> NDArray[np.int64]:
        """Of each date, Monday 0 to Sunday 6."""
        return np.array([day.weekday() for day in self.dates], dtype=np.int64)


def daily_counts(
    dates: Sequence[date], counts: Sequence[float] | Floats, least: int = 1, *, negative: bool = False
) -> Counts:
    """Counts of consecutive days, at least `least` of them; below 0 only if `negative`.

    Raises UnusableDataError, which names the first day that cannot be used, and NotEnoughDataError.
    """
    return _checked(dates, counts, least, 1, negative)


def weekly_counts(dates: Sequence[date], counts: Sequence[float] | Floats, least: int = 1) -> Counts:
    """Counts of consecutive weeks by one day of each, seven days apart; errors as of `daily_counts`."""
    return _checked(dates, counts, least, 7, negative=False)


def daily_or_weekly_counts(dates: Sequence[date], counts: Sequence[float] | Floats, least: int = 1) -> Counts:
    """As the first two dates are apart; errors as of `daily_counts`."""
    weekly = len(dates) > 1 and dates[1] - dates[0] == timedelta(days=7)
    return _checked(dates, counts, least, 7 if weekly else 1, negative=False)


def _checked(dates: Sequence[date], counts: Sequence[float] | Floats, least: int, step: int, negative: bool) -> Counts:
    unit = "days" if step == 1 else "weeks"
    if len(dates) != len(counts):
        raise UnusableDataError("counts", f"{len(counts)} for {len(dates)} dates; give one for each")
    for before, after in pairwise(dates):
        if after - before != timedelta(days=step):
            problem = f"{after} follows {before}; give consecutive {unit}, each once and in order, with 0 for none"
            raise UnusableDataError("dates", problem)
    for day, count in zip(dates, counts, strict=True):
        check_count(count, day, negative)
    if len(dates) < least:
        raise NotEnoughDataError("dates", f"{least} {unit}", f"{len(dates)}")
    return Counts(tuple(dates), np.asarray(counts, dtype=np.float64))


def check_count(count: object, day: date, negative: bool = False) -> None:
    """Raise UnusableDataError unless it is a number up to `MOST`, and not below 0 unless `negative`."""
    if not _is_count(count, negative):
        lowest = -MOST if negative else 0
        raise UnusableDataError("counts", f"{_shown(count)} on {day}; a number from {lowest:g} to {MOST:g} is needed")


def _is_count(count: object, negative: bool) -> bool:
    """False for a boolean, text or none at all."""
    if isinstance(count, bool) or not isinstance(count, int | float | np.integer | np.floating):
        return False
    try:
        number = float(count)
    except OverflowError:
        return False
    return abs(number) <= MOST and (negative or number >= 0)


def _shown(value: object) -> str:
    """As Python writes it, cut at 40 characters; whole numbers too long to write as such."""
    if isinstance(value, int) and abs(value) > MOST:
        return "a larger number" if value > 0 else "a smaller number"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def between(field: str, value: float, lowest: float, highest: float) -> None:
    """Raise UnusableDataError unless the setting lies strictly between both."""
    if not lowest < value < highest:
        raise UnusableDataError(field, f"{value!r}; between {lowest:g} and {highest:g} is needed")
