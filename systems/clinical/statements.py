"""Statements over records of clinical streams: each thing counts once, in its newest version, unless deleted. Pure.

Each reads the relation `records`, which the query package makes of the rows that its asker may see (`RecordQuestion`).
Panes count versions, which is what arrived; these count what is so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from query.grouping import set_bits, step_start
from query.rendering import templates_in
from query.requests import Step
from streams.panes import day_start

ADMISSIONS = "admissions"
LAB_RESULTS = "lab_results"

BEFORE = timedelta(days=1)
"""How much earlier versions are looked for: of what was moved into the window, or out of it, by a correction."""

AHEAD = timedelta(days=2)
"""Until when versions are looked for, from the day on that is today: there deletions stand, and what is planned."""

_NEEDED = ("record", "version", "updated_at", "deleted", "status", "site")
_CHOICES = {ADMISSIONS: ("ward", "kind"), LAB_RESULTS: ("test", "unit")}
_MORE = {
    ADMISSIONS: ("ward", "kind", "patient", "stay_hours"),
    LAB_RESULTS: ("test", "unit", "value", "out_of_range", "test_name"),
}
_SETS: dict[str, tuple[tuple[str, ...], ...]] = {
    ADMISSIONS: ((), ("moment", "kind"), ("site",), ("ward",), ("kind",)),
    LAB_RESULTS: ((), ("moment",), ("site",), ("test", "unit")),
}
_templates = templates_in(Path(__file__).parent / "sql")


@dataclass(frozen=True, slots=True)
class Asked:
    """What happened in `[start, end)`, at all sites or some, of what was `chosen`: field → its value."""

    start: datetime
    end: datetime
    step: Step
    zone: ZoneInfo
    sites: tuple[str, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """SQL without its first `with`, over the records in `[start, end)`, the fields that it reads, and its keys."""

    body: str
    values: tuple[Any, ...]
    start: datetime
    end: datetime
    columns: tuple[str, ...]
    keys: tuple[str, ...]

    def rows(self, rows: Sequence[Sequence[Any]], by: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows of one set: the values of `by`, then the numbers. None of a set that is not there."""
        if not {*by} <= {*self.keys}:
            return []
        bits, numbers = set_bits(self.keys, by), 1 + len(self.keys)
        places = [1 + self.keys.index(name) for name in by]
        return [(*(row[at] for at in places), *row[numbers:]) for row in rows if row[0] == bits]


def choices(stream: str) -> tuple[str, ...]:
    """The fields of which one value can be chosen."""
    return _CHOICES[stream]


def statement(stream: str, asked: Asked, shown: Sequence[str], now: datetime) -> Made:
    """What answers, of the fields that are shown. Whether those that are needed are among them is for others to say."""
    columns = (*_NEEDED, *(name for name in _MORE[stream] if name in shown))
    sets = tuple(by for by in _SETS[stream] if all(name in (*columns, "moment") for name in by))
    keys = tuple(dict.fromkeys(name for by in sets for name in by))
    chosen = [(name, value) for name, value in asked.chosen if name in columns]
    body = _templates.get_template(f"{stream}.sql").render(
        moment=step_start("event_time", asked.step, asked.zone.key if asked.step.of_calendar else None),
        chosen=[name for name, _ in chosen],
        columns=columns,
        keys=keys,
        sets=sets,
    )
    values = (asked.start, asked.end, *(value for _, value in chosen))
    until = max(asked.end, day_start(now.astimezone(UTC)) + AHEAD)
    return Made(body, values, asked.start - BEFORE, until, columns, keys)
