"""Days whose count is below 0, because more was taken back on them than was reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.daily_counts import daily_counts
from analysis.errors import UnusableDataError

DAYS_BACK = 28


@dataclass(frozen=True, slots=True)
class WithoutNegatives:
    """`counts`: none below 0, with the sum that they had; `moved`: the days that were below 0."""

    counts: tuple[float, ...]
    moved: tuple[date, ...]


def without_negatives(dates: Sequence[date], counts: Sequence[float]) -> WithoutNegatives:
    """What a day takes back is taken from the 28 days before it, in proportion, or from as many as it needs.

    Growth, R, alarms and forecasts need counts of at least 0. No source says which days were too high: this is a
    choice, to be named wherever such numbers are shown. It changes the sum of no stretch that has both the day and
    those days. Raises UnusableDataError where more is taken back than was ever reported.
    """
    checked = daily_counts(dates, counts, negative=True)
    left = checked.counts.copy()
    moved = []
    for day, date_of in enumerate(checked.dates):
        if left[day] >= 0:
            continue
        moved.append(date_of)
        owed, left[day] = -left[day], 0.0
        start = max(0, day - DAYS_BACK)
        while start > 0 and left[start:day].sum() < owed:
            start = max(0, start - DAYS_BACK)
        there = float(left[start:day].sum())
        if there < owed:
            raise UnusableDataError("counts", f"{date_of} takes back more cases than were ever reported")
        left[start:day] *= 1 - owed / there
    return WithoutNegatives(tuple(map(float, left)), tuple(moved))
