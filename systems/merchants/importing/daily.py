"""Figures of days that another service counted: no events, so they are kept apart from what is counted here. Pure.

An export says for a day, and for a day and a source, a page and so on, how many there were; nothing of it tells who was
there twice. So visitors of several days are a sum, in which somebody is as often as on days, as salts of a day have it
here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from streams.time_text import timestamp
from systems.merchants.numbers import Numbers

NUMBERS = ("visitors", "visits", "views", "bounces", "seconds", "events")

TOTAL = ""
"""What figures are by that are of all of a day."""

Place: TypeAlias = tuple[date, str, tuple[str, ...]]
"""A day, by what (a tab's name), and the key, as rows of that tab have it."""

Figures: TypeAlias = Mapping[Place, Numbers]

EARLIEST = date(1990, 1, 1)
MOST_FIGURES = 5_000_000
LARGEST = 10**12
"""Of a number: beyond that it is no count of a day."""


@dataclass(frozen=True, slots=True)
class Export:
    """What files say. `product`: which service made them."""

    product: str
    figures: Figures
    files: tuple[str, ...] = ()

    def before(self, until: date) -> Export:
        """What is of days before one."""
        kept = {place: each for place, each in self.figures.items() if place[0] < until}
        return Export(self.product, kept, self.files)

    @property
    def days(self) -> list[date]:
        """The days of which it has totals, in order."""
        return sorted(day for day, by, _ in self.figures if by == TOTAL)


@dataclass(frozen=True, slots=True)
class Imported:
    """Of which days a site has imported figures, the last one inside, and of which services."""

    first: date
    last: date
    products: tuple[str, ...]

    def meets(self, start: date, end: date) -> bool:
        """Whether there are some of `[start, end)`."""
        return self.first < end and start <= self.last

    @property
    def until(self) -> date:
        """The day after the last."""
        return self.last + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayImport:
    """One import, as far as its days were not imported anew since. `made_at`: None for one before this was noted."""

    id: int
    product: str
    files: tuple[str, ...]
    first: date
    last: date
    days: int
    made_at: datetime | None
    made_by: str

    def as_json(self) -> dict[str, Any]:
        """As the API and the command line give it."""
        return {
            "id": self.id,
            "product": self.product,
            "files": [*self.files],
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "days": self.days,
            "made_at": timestamp(self.made_at) if self.made_at else None,
            "made_by": self.made_by,
        }


def added(figures: dict[Place, Numbers], place: Place, numbers: Numbers) -> None:
    """Add to what there is at a place: exports tell more apart than tabs do."""
    before = figures.get(place)
    figures[place] = numbers if before is None else total((before, numbers))


def total(several: Iterable[Numbers]) -> Numbers:
    """The sum, of numbers without revenue."""
    all_of = [*several]
    return numbered({name: sum(getattr(each, name) for each in all_of) for name in NUMBERS})


def numbered(counts: Mapping[str, Any]) -> Numbers:
    """Of counts by their names; those that are not said are 0."""
    return Numbers(**counts)
