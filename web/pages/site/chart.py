"""The chart of a dashboard: what its script draws, and the table that says the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from systems.merchants.annotations import Annotation
from systems.merchants.ranges import span_of
from systems.merchants.series import Point
from web.pages.site.shown import LABELS, number, step_moment
from web.pages.site.view import METRICS, View


@dataclass(frozen=True, slots=True)
class ChartRow:
    """One step of the chart in words; nothing where nothing can have happened yet."""

    at: datetime
    when: str
    values: tuple[str, ...]


def chart_plan(
    view: View, points: Sequence[Point], earlier: Sequence[Point] | None, notes: Sequence[Annotation]
) -> dict[str, Any]:
    """What the page's script draws."""
    start, end = view.span
    return {
        "zone": view.zone.key,
        "start": start.timestamp(),
        "end": end.timestamp(),
        "step": view.step.value,
        "metric": view.metric,
        "labels": {name: LABELS[name] for name in METRICS},
        "times": [max(point.at, start).timestamp() for point in points],
        "values": {name: _column(points, name) for name in METRICS},
        "earlier": None
        if earlier is None
        else {
            "times": [point.at.timestamp() for point in earlier],
            "values": {name: _column(earlier, name) for name in METRICS},
        },
        "notes": [
            {"at": span_of((note.day, note.day), view.zone)[0].timestamp(), "text": note.text}
            for note in notes
            if view.days[0] <= note.day < view.days[1]
        ],
    }


def chart_rows(view: View, points: Sequence[Point]) -> list[ChartRow]:
    """The same as a table, the newest last."""
    return [
        ChartRow(
            point.at,
            step_moment(point.at.astimezone(view.zone), view.step.value),
            tuple(number(name, getattr(point.numbers, name)) for name in METRICS),
        )
        for point in points
        if point.numbers is not None
    ]


def _column(points: Sequence[Point], name: str) -> list[float | None]:
    return [None if point.numbers is None else getattr(point.numbers, name) for point in points]
