"""What a map or a table shows of a region, and the classes that colours stand for. Pure.

Classes are the same for all dates, regions and sources, so that colours can be compared; they are told in the legend.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LEAST_FOR_GROWTH = 10
"""Reports in the week before, below which a change is no growth but chance: 1 more is 10 percent of it."""


class Show(StrEnum):
    """What is shown of a region on a day."""

    INCIDENCE = "incidence"
    WEEK = "week"
    GROWTH = "growth"
    TOTAL = "total"


TITLES = {
    Show.INCIDENCE: "per 100,000 people in 7 days",
    Show.WEEK: "in 7 days",
    Show.GROWTH: "change against the 7 days before",
    Show.TOTAL: "per 100,000 people since reports began",
}
_RARE = frozenset({"deaths", "hospitalised", "intensive_care"})
_INCIDENCE, _RARE_INCIDENCE = (1, 10, 50, 100, 250, 500), (0.1, 0.5, 1, 2, 5, 10)
_TOTAL, _RARE_TOTAL = (10, 100, 1_000, 5_000, 15_000, 30_000), (1, 10, 50, 100, 200, 400)
_WEEK, _RARE_WEEK = (10, 100, 1_000, 10_000, 100_000, 500_000), (5, 20, 100, 500, 2_000, 10_000)
_GROWTH = (-0.5, -0.25, -0.05, 0.05, 0.25, 1.0)


@dataclass(frozen=True, slots=True)
class Classes:
    """`breaks`: the least value of every class but the first. `two_sided`: around no change."""

    breaks: tuple[float, ...]
    two_sided: bool = False

    def of(self, value: float | None) -> int | None:
        """1 for the first class; 0 for a number below nothing, as corrections make it; None for no number."""
        if value is None:
            return None
        if value < 0 and not self.two_sided:
            return 0
        return bisect.bisect_right(self.breaks, value) + 1

    @property
    def labels(self) -> list[str]:
        """Each class in words, the first first."""
        ends = [_end(each, percent=self.two_sided) for each in self.breaks]
        between = [f"{low} to {high}" for low, high in pairwise(ends)]
        return [f"below {ends[0]}", *between, f"{ends[-1]} or more"]


def classes_of(show: Show, metric: str) -> Classes:
    """The classes of what is shown; of deaths and hospital admissions they are narrower."""
    rare = metric in _RARE
    match show:
        case Show.GROWTH:
            return Classes(_GROWTH, two_sided=True)
        case Show.INCIDENCE:
            return Classes(_RARE_INCIDENCE if rare else _INCIDENCE)
        case Show.WEEK:
            return Classes(_RARE_WEEK if rare else _WEEK)
        case Show.TOTAL:
            return Classes(_RARE_TOTAL if rare else _TOTAL)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one region on one day: reports in the 7 days that end with it, in the 7 before, and since the beginning."""

    week: float | None = None
    before: float | None = None
    total: float | None = None
    population: int | None = None

    @property
    def incidence(self) -> float | None:
        """Reports of 7 days per 100,000 people."""
        return per_100_000(self.week, self.population)

    @property
    def all_per_100_000(self) -> float | None:
        """Reports since the beginning per 100,000 people."""
        return per_100_000(self.total, self.population)

    @property
    def growth(self) -> float | None:
        """What the 7 days are more than those before, as a part of them; None where these are too few to say."""
        return growth_of(self.week, self.before)

    def value(self, show: Show) -> float | None:
        """What is shown."""
        return {
            Show.INCIDENCE: self.incidence,
            Show.WEEK: self.week,
            Show.GROWTH: self.growth,
            Show.TOTAL: self.all_per_100_000,
        }[show]


def per_100_000(number: float | None, population: int | None) -> float | None:
    """None where the population is not known."""
    return None if number is None or not population else 100_000 * number / population


def growth_of(week: float | None, before: float | None) -> float | None:
    """None where too little was reported to say."""
    return None if week is None or before is None or before < LEAST_FOR_GROWTH else week / before - 1


def in_words(value: float | None, show: Show) -> str:
    """`12.4`, `1,204`, `+18%`; an en dash for no number."""
    if value is None:
        return "\u2013"
    if show is Show.GROWTH:
        return "0%" if abs(value) < 0.005 else f"{'+' if value > 0 else chr(0x2212)}{abs(value):,.0%}"
    size = abs(value)
    text = f"{size:,.0f}" if show is Show.WEEK or size >= 100 else f"{size:,.1f}" if size >= 10 else f"{size:.2f}"
    return f"\u2212{text}" if value < 0 and text.strip("0.") else text


def weekly(weeks: Sequence[float | None], show: Show, population: int | None) -> list[float | None]:
    """What is shown of each of a region's weeks, the oldest first; None for weeks that nothing was reported of.

    A total counts from the first of these weeks.
    """
    total, shown = 0.0, list[float | None]()
    for place, week in enumerate(weeks):
        total += week or 0
        before = weeks[place - 1] if place else None
        numbers = Numbers(week, before, None if week is None and not total else total, population)
        shown.append(numbers.value(show))
    return shown


def _end(value: float, *, percent: bool) -> str:
    return in_words(value, Show.GROWTH) if percent else f"{value:,g}" if value < 1 else f"{value:,.0f}"
