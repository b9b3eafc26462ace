"""Published examples: rows as text, and series with their dates."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "data" / "epidemic" / "statistics"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def agona() -> tuple[list[date], list[int]]:
    """312 weeks, whose first is the first of 1990."""
    cases = [int(row["cases"]) for row in rows("salmonella_agona")]
    return weeks_from(date(1990, 1, 1), len(cases)), cases


def newport(region: str = "germany") -> tuple[list[date], list[int]]:
    found = rows("salmonella_newport")
    return [date.fromisoformat(row["week"]) for row in found], [int(row[region]) for row in found]


def printed(number: float | None) -> str:
    """As R prints by default: 7 digits; nothing where it has none."""
    return "" if number is None else f"{number:.7g}"


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def weeks_from(first: date, count: int) -> list[date]:
    return [first + timedelta(weeks=n) for n in range(count)]
