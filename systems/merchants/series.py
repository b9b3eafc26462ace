"""The points of a dashboard's chart: numbers at each step, none where nothing can have happened yet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from query.answers import SeriesAnswer
from query.grouping import instant
from query.requests import Step
from streams.time_text import timestamp
from systems.merchants.numbers import Numbers, numbers_of
from systems.merchants.ranges import moments


@dataclass(frozen=True, slots=True)
class Point:
    """One step. `numbers`: None for one that has not begun."""

    at: datetime
    numbers: Numbers | None

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {"at": timestamp(self.at), **(self.numbers.as_json() if self.numbers else {})}


def points_of(
    found: Mapping[datetime, Numbers], start: datetime, end: datetime, step: Step, zone: ZoneInfo, now: datetime
) -> tuple[Point, ...]:
    """All steps of `[start, end)`, those without messages too."""
    steps = moments(start, end, step, zone)
    return tuple(Point(at, found.get(at, Numbers()) if at <= now else None) for at in steps)


def of_answer(answer: SeriesAnswer) -> dict[datetime, Numbers]:
    """Moment → the numbers of the site then."""
    return {point.at.astimezone(UTC): numbers_of(point.groups[0]) for point in answer.points if point.groups}


def of_rows(rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> dict[datetime, Numbers]:
    """The same of the rows of a statement, whose moments are instants or what clocks of the zone show."""
    found: dict[datetime, Numbers] = {}
    for moment, visitors, visits, views, bounces, seconds, events in rows:
        found[instant(moment, zone)] = Numbers(visitors, visits, views, bounces, seconds, events)
    return found
