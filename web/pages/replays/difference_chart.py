"""What a replay's page draws: one chart a measure, a line for what was and one for what the replay made. Pure."""

from __future__ import annotations

from typing import Any

from query.difference import Points, Totals
from streams.definition import Definition
from web.page.units import spoken_name


def difference_chart(definition: Definition, points: Points) -> dict[str, Any]:
    """Columns for the page's script: `times` (seconds), and per chart `old` and `new`, null where there is no value."""
    charts = [
        {
            "title": f"{'Total' if measure.total else 'Mean'} {spoken_name(name, measure.title)}",
            "unit": measure.unit,
            "min": measure.min if not measure.total else 0 if measure.min >= 0 else None,
            "max": None if measure.total else measure.max,
            **{side: [_drawn(getattr(point, side), name) for point in points.points] for side in ("old", "new")},
        }
        for name, measure in definition.measures.items()
    ]
    messages = {
        side: [totals.messages if (totals := getattr(point, side)) else None for point in points.points]
        for side in ("old", "new")
    }
    return {
        "step": points.step,
        "times": [point.at.timestamp() for point in points.points],
        "charts": [*charts, {"title": "Messages", "unit": "", "min": 0, **messages}],
    }


def _drawn(totals: Totals | None, measure: str) -> float | None:
    """The total, if the measure keeps one, else the mean."""
    if totals is None:
        return None
    measured = totals.measures[measure]
    return measured.mean if measured.total is None else float(measured.total)
