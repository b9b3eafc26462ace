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
            "title": f"Mean {spoken_name(name, measure.title)}",
            "unit": measure.unit,
            "min": measure.min,
            "max": measure.max,
            **{side: [_mean(getattr(point, side), name) for point in points.points] for side in ("old", "new")},
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


def _mean(totals: Totals | None, measure: str) -> float | None:
    return totals.measures[measure].mean if totals else None
