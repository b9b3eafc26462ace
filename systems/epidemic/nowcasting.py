"""How many there will be of the newest days once all is reported, by how the days before them grew. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from analysis.nowcast import Nowcast, nowcast
from analysis.reporting_triangle import Known, reporting_triangle
from systems.epidemic.days import day_of
from systems.epidemic.figures import Figure, figure

MOST_DELAY = 21
"""Days after which all of a day is taken to be reported."""

TAKEN_DAYS = 2 * MOST_DELAY
"""Days that how numbers grow is learnt from."""

SHOWN_DAYS = 10
_MOST_AFTER = 7
"""Days by which reports may go on after the last day, for it to be one of the newest."""

Vintage = tuple[date, date, float]
"""A day, when something of it became known, and by how much that changed its number."""


def vintages_of(rows: Iterable[Sequence[Any]]) -> list[Vintage]:
    """Of rows as `asked.by_vintage` says; nothing is known of a day before it."""
    days = ((day_of(day), day_of(known), float(number or 0)) for day, known, number in rows)
    return [(day, max(day, known), number) for day, known, number in days]


def nowcast_of(vintages: Sequence[Vintage], last: date) -> Figure[tuple[Nowcast, ...]]:
    """Of the newest days up to the last one. Below 0 is taken as 0."""
    newest = max((known for _, known, _ in vintages), default=last)
    if (newest - last).days > _MOST_AFTER:
        return Figure(None, f"reports came in until {newest}, so these days are taken as complete")
    made = figure(lambda: nowcast(reporting_triangle(_known(vintages), MOST_DELAY), days=TAKEN_DAYS))
    if made.value is None:
        return made
    return Figure(tuple(each for each in made.value if last - timedelta(days=SHOWN_DAYS) < each.date <= last))


def _known(vintages: Sequence[Vintage]) -> Iterator[Known]:
    """What was known at the end of each day on which anything became known."""
    by_day: dict[date, list[tuple[date, float]]] = {}
    for day, known, number in vintages:
        by_day.setdefault(known, []).append((day, number))
    so_far: dict[date, float] = {}
    for known in sorted(by_day):
        for day, number in by_day[known]:
            so_far[day] = so_far.get(day, 0.0) + number
        yield from (Known(day, known, max(number, 0.0)) for day, number in so_far.items())
