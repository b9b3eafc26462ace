"""Reports made up: waves of cases and deaths in some regions, variants that follow each other, and corrections."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FIRST, LAST = date(2021, 1, 4), date(2021, 6, 27)
WHOLE = {"DE": 9000, "FR": 8000, "IT": 7000, "BR": 20000, "IN": 40000, "SG": 60, "LI": 4}
PARTS = {"US-NY": 3000, "US-CA": 4000, "US-48201": 900}
OTHER = {"DE": 8500, "US": 9000}
VARIANTS = ("Alpha", "Delta")
CORRECTED = date(2021, 3, 15)


@dataclass(frozen=True, slots=True)
class Report:
    """One message that was accepted."""

    source: str
    region: str
    day: date
    variant: str
    metric: str
    change: float
    revision: int
    arrived: datetime


def made_reports(seed: int = 7) -> list[Report]:
    """Of two sources, which tell of the same people: `wide` of all countries and of parts, `other` of two."""
    return [*_made(random.Random(seed))]


def _made(chance: random.Random) -> Iterator[Report]:
    for region, size in {**WHOLE, **PARTS}.items():
        yield from _of(chance, "wide", region, size)
    for region, size in OTHER.items():
        yield from _of(chance, "other", region, size)
    # What was told too high is corrected a month later, and once more to what it was.
    arrived = datetime(2021, 4, 15, 6, tzinfo=UTC)
    yield Report("wide", "DE", CORRECTED, "", "cases", -1234, 1, arrived)
    yield Report("wide", "FR", CORRECTED, "", "cases", 500, 1, arrived)
    yield Report("wide", "FR", CORRECTED, "", "cases", -500, 2, arrived + timedelta(days=1))
    # A day of more corrections than new reports.
    yield Report("wide", "LI", LAST, "", "cases", -400, 1, arrived + timedelta(days=90))


def _of(chance: random.Random, source: str, region: str, size: int) -> Iterator[Report]:
    phase = chance.random() * 60
    for place in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=place)
        wave = 1.2 + math.sin((place + phase) / 28) + (0.3 if day.weekday() < 5 else -0.3)
        cases = max(0, round(size * wave * chance.uniform(0.9, 1.1)))
        arrived = datetime(day.year, day.month, day.day, 5, tzinfo=UTC) + timedelta(days=1)
        yield Report(source, region, day, "", "cases", cases, 0, arrived)
        yield Report(source, region, day, "", "deaths", round(cases / 80), 0, arrived)
        if source == "wide" and region in WHOLE and day.weekday() == 0:
            share = 1 / (1 + math.exp((place - 90) / 14))
            told = round(cases / 4)
            yield Report(source, region, day, "Alpha", "cases", round(told * share), 0, arrived)
            yield Report(source, region, day, "Delta", "cases", told - round(told * share), 0, arrived)
