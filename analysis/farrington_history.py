"""Which past weeks the Farrington method compares a week with, and in which season each of them is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.errors import NotEnoughDataError, UnusableDataError


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Of one judged week: positions of the weeks compared with, and their seasons; the judged week's season is the
    last.
    """

    weeks: NDArray[np.int64]
    seasons: NDArray[np.int64]


def reference_weeks(dates: Sequence[date], week: int, years: int, *, calendar: bool = True) -> list[int]:
    """Positions of the week and of those like it in the `years` before, newest first.

    `calendar`: the week of the same day of the week that is nearest to the same date; else the week 52 weeks before.
    Raises NotEnoughDataError where the series starts later.
    """
    found = [week]
    for year in range(1, years + 1):
        at = bisect_left(dates, _years_before(dates[week], year)) if calendar else week - 52 * year
        if at < 0 or (calendar and dates[0] > _years_before(dates[week], year)):
            raise NotEnoughDataError("dates", f"{years} years before {dates[week]}", f"weeks from {dates[0]}")
        found.append(at)
    return found


def _years_before(day: date, years: int) -> date:
    """The day with the same day of the week that is nearest to the same date so many years before."""
    try:
        same = day.replace(year=day.year - years)
    except ValueError:
        same = date(day.year - years, 3, 1)
    later = (day.weekday() - same.weekday()) % 7
    return same + timedelta(days=later if later <= 3 else later - 7)


def history(references: Sequence[int], half_window: int, seasons: int, left_out: int) -> History:
    """Weeks around each reference week are of the last season; those between are shared evenly by the others, in order.

    Noufaily A, Enki DG, Farrington P, Garthwaite P, Andrews N, Charlett A, "An improved algorithm for outbreak
    detection in multiple surveillance systems", Statistics in Medicine 32 (2013) 1206-1222, section 3.2. One season:
    those around the reference weeks alone are compared with. `left_out`: weeks before the judged one, which an outbreak
    may be in.
    """
    week, oldest = references[0], references[-1]
    if oldest < half_window:
        raise NotEnoughDataError("dates", f"{half_window} weeks before the oldest reference week", f"{oldest}")
    season = np.zeros(week + 1, dtype=np.int64)
    season[week - half_window :] = seasons
    for newer, older in pairwise(references):
        start, end = older + half_window + 1, newer - half_window
        season[older - half_window : start] = seasons
        if seasons > 1:
            if end - start < seasons - 1:
                raise UnusableDataError("seasons", f"{seasons}; there are {end - start} weeks between reference weeks")
            for number, block in enumerate(np.array_split(np.arange(start, end), seasons - 1), start=1):
                season[block] = number
    season[week - left_out :] = 0
    weeks = np.flatnonzero(season)
    return History(weeks, season[weeks])
