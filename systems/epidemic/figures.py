"""What statistics say of a region's days: each by itself, or why it cannot be told. Pure.

The newest days are incomplete, so growth is judged without the last three. Days below 0, which corrections leave, are
taken as 0 where a statistic is of counts; how many there are is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from analysis.ears import EarsDay, EarsMethod, ears
from analysis.errors import AnalysisError
from analysis.farrington import FarringtonWeek, farrington
from analysis.growth import Growth, growth
from analysis.incidence import Incidence, incidence_per_100_000
from analysis.reproduction import ReproductionNumber, SerialInterval, reproduction_numbers
from analysis.serial_intervals import PUBLISHED_INTERVALS
from analysis.shares import Share, variant_shares

T = TypeVar("T")

GROWTH_DAYS, UNSETTLED_DAYS = 21, 3
MOST_ALARM_DAYS = 400
FARRINGTON_WEEKS = 4
COVID_19 = PUBLISHED_INTERVALS["covid-19"].interval
"""Days between the symptoms of a case and of those whom it infects, where the reader names none."""


@dataclass(frozen=True, slots=True)
class Figure(Generic[T]):
    """What a statistic says; or why it says nothing."""

    value: T | None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a region's days from `first` on, each with a number. `below_zero`: how many were taken as 0.

    `alarms`: method → days; EARS C1 to C3, of the newest days. `weeks`: the newest, by Farrington's method.
    """

    first: date
    numbers: Sequence[float]
    below_zero: int
    incidence: Figure[tuple[Incidence, ...]]
    reproduction: Figure[tuple[ReproductionNumber, ...]]
    growth: Figure[Growth]
    alarms: Mapping[EarsMethod, Figure[tuple[EarsDay, ...]]]
    weeks: Figure[tuple[FarringtonWeek, ...]]

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + timedelta(days=place) for place in range(len(self.numbers))]


def figures_of(
    first: date, numbers: Sequence[float], population: int | None, serial_interval: SerialInterval = COVID_19
) -> Figures:
    """All that is said of the days from the first on."""
    days = [first + timedelta(days=place) for place in range(len(numbers))]
    counts = [max(number, 0.0) for number in numbers]
    settled = slice(-GROWTH_DAYS - UNSETTLED_DAYS, -UNSETTLED_DAYS)
    newest = slice(-MOST_ALARM_DAYS, None)
    return Figures(
        first=first,
        numbers=numbers,
        below_zero=sum(number < 0 for number in numbers),
        incidence=figure(lambda: incidence_per_100_000(days, numbers, population))
        if population
        else Figure(None, "how many people live here is not known"),
        reproduction=figure(lambda: reproduction_numbers(days, counts, serial_interval)),
        growth=figure(lambda: growth(days[settled], counts[settled])),
        alarms={method: figure(lambda m=method: ears(days[newest], counts[newest], m)) for method in EarsMethod},  # type: ignore[misc]
        weeks=figure(lambda: farrington(*_weeks(days, counts), last=FARRINGTON_WEEKS)),
    )


def _weeks(days: Sequence[date], counts: Sequence[float]) -> tuple[list[date], list[float]]:
    """Whole weeks back from the last day: the first day of each, and its sum."""
    first = len(counts) % 7
    places = range(first, len(counts), 7)
    return [days[place] for place in places], [sum(counts[place : place + 7]) for place in places]


@dataclass(frozen=True, slots=True)
class SharesOfWeek:
    """Of the days from Monday on: each variant's share, with its interval."""

    monday: date
    shares: tuple[Share, ...]


def shares_of(weeks: Mapping[date, Mapping[str, float]], variants: Sequence[str]) -> list[SharesOfWeek]:
    """Of each week in which a variant was found; numbers below 0 are taken as 0."""
    found = []
    for monday in sorted(weeks):
        counts = {variant: max(0, round(weeks[monday].get(variant, 0))) for variant in variants}
        if any(counts.values()):
            found.append(SharesOfWeek(monday, variant_shares(counts)))
    return found


def figure(make: Callable[[], T]) -> Figure[T]:
    """What a statistic says, or why it refuses."""
    try:
        return Figure(make())
    except AnalysisError as error:
        return Figure(None, str(error))
