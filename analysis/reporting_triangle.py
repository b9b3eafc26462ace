"""Vintages as a triangle: of each day, how many cases were known so many days later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.daily_counts import Floats, between, check_count
from analysis.errors import NotEnoughDataError, UnusableDataError


@dataclass(frozen=True, slots=True)
class Known:
    """How many cases of a day were known at the end of another."""

    day: date
    known_on: date
    count: float


@dataclass(frozen=True, slots=True, eq=False)
class ReportingTriangle:
    """`known`: a row for each of the consecutive days, a column for each delay of 0 days on; not a number: not yet."""

    dates: tuple[date, ...]
    known: Floats


def reporting_triangle(vintages: Iterable[Known], most_delay: int) -> ReportingTriangle:
    """Rows of the days from the first vintage to the last, columns of 0 to `most_delay` days.

    A vintage has all days that it knows of; a day that it does not have has no cases in it. On days without a vintage
    the one before is what was known. Days before the first vintage are left out: when they became known is not known.
    Raises NotEnoughDataError without vintages of two days, and UnusableDataError for one that knows of later days.
    """
    between("most_delay", most_delay, 0, 400)
    by_vintage: dict[date, dict[date, float]] = {}
    for row in vintages:
        if row.day > row.known_on:
            raise UnusableDataError("known_on", f"{row.known_on} is before {row.day}, of which a count is given")
        check_count(row.count, row.day)
        by_vintage.setdefault(row.known_on, {})[row.day] = float(row.count)
    if len(by_vintage) < 2:
        raise NotEnoughDataError("known_on", "vintages of 2 days", f"{len(by_vintage)}")
    known_on = sorted(by_vintage)
    first, last = known_on[0], known_on[-1]
    dates = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    known = np.full((len(dates), most_delay + 1), np.nan)
    for row_number, day in enumerate(dates):
        for delay in range(min(most_delay, (last - day).days) + 1):
            vintage = known_on[bisect_right(known_on, day + timedelta(days=delay)) - 1]
            known[row_number, delay] = by_vintage[vintage].get(day, 0.0)
    return ReportingTriangle(dates, known)
