"""The numbers of clinical records, as statements answer them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from query.grouping import instant
from systems.clinical.statements import Made

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles of a test's values."""


@dataclass(frozen=True, slots=True)
class Stays:
    """Admissions of a kind, and how long those stayed that are over: in hours, half of them and nine of ten at most.

    `patients`: how many different ones, None if that may not be seen; `staying`: not over yet.
    """

    admissions: int = 0
    patients: int | None = None
    staying: int = 0
    median: float | None = None
    ninth: float | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """Results of a test. `judged`: those of which a range of reference is known; `outside`: of these, out of it.

    `quantiles`: by LEVELS, in the test's unit; empty if there is no number, or none that may be seen.
    """

    results: int = 0
    judged: int | None = None
    outside: int | None = None
    quantiles: tuple[float, ...] = ()
    name: str = ""

    @property
    def share(self) -> float | None:
        """Out of range, of those that were judged."""
        return self.outside / self.judged if self.judged and self.outside is not None else None


@dataclass(frozen=True, slots=True)
class Admissions:
    """All of a window: `points` by moment and kind, the others largest first."""

    whole: Stays
    points: dict[datetime, dict[str, int]]
    by: dict[str, list[tuple[str, Stays]]]


@dataclass(frozen=True, slots=True)
class LabResults:
    """All of a window: `points` by moment, `tests` by LOINC code and unit, those with most results first."""

    whole: Results
    points: dict[datetime, Results]
    sites: list[tuple[str, Results]]
    tests: list[tuple[str, str, Results]]


def admissions_of(made: Made, rows: Sequence[Sequence[Any]], zone: ZoneInfo) -> Admissions:
    """Of the rows of its statement."""
    points: dict[datetime, dict[str, int]] = {}
    for at, kind, admissions, *_ in made.rows(rows, ("moment", "kind")):
        points.setdefault(instant(at, zone), {})[kind] = admissions
    by = {
        name: sorted(
            ((str(key), _stays(numbers)) for key, *numbers in made.rows(rows, (name,))),
            key=lambda each: (-each[1].admissions, each[0]),
        )
        for name in ("site", "ward", "kind")
    }
    whole = made.rows(rows, ())
    return Admissions(_stays(whole[0]) if whole else Stays(), dict(sorted(points.items())), by)


def lab_results_of(made: Made, rows: Sequence[Sequence[Any]], zone: ZoneInfo) -> LabResults:
    """Of the rows of its statement."""
    whole = made.rows(rows, ())
    points = {instant(at, zone): _results(numbers) for at, *numbers in made.rows(rows, ("moment",))}
    sites = [(str(site), _results(numbers)) for site, *numbers in made.rows(rows, ("site",))]
    tests = [(str(test), str(unit), _results(numbers)) for test, unit, *numbers in made.rows(rows, ("test", "unit"))]
    return LabResults(
        _results(whole[0]) if whole else Results(),
        dict(sorted(points.items())),
        sorted(sites, key=lambda each: (-each[1].results, each[0])),
        sorted(tests, key=lambda each: (-each[2].results, each[0], each[1])),
    )


def _stays(numbers: Sequence[Any]) -> Stays:
    admissions, patients, staying, stays = numbers
    median, ninth = stays or (None, None)
    return Stays(admissions, patients, int(staying or 0), median, ninth)


def _results(numbers: Sequence[Any]) -> Results:
    results, judged, outside, quantiles, name = numbers
    return Results(results, judged, None if outside is None else int(outside), tuple(quantiles or ()), name or "")
