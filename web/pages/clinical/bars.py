"""Charts that are drawn on the server: bars per step, of parts that are stacked, or of quantiles. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from query.requests import Step
from systems.clinical.numbers import LabResults, Results
from systems.merchants.ranges import moments
from web.page.units import NOTHING
from web.pages.clinical.view import View

HEIGHT = 100.0
"""Of every chart, in its own units; a step is one unit wide."""

_GAP = 0.12
_LEAST = 0.8
"""Height of what is not nothing."""

Row = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `look`: the class that gives it its colour."""

    x: float
    y: float
    width: float
    height: float
    look: str
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`steps`: how wide it is; `top`, `bottom`: what its ends mean; `ends`: its first, middle and last moment in words.

    `legend`: look and name; `head`, `rows`: the same as a table.
    """

    steps: int
    top: float
    bottom: float
    bars: tuple[Bar, ...]
    ends: tuple[str, ...]
    legend: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[Row, ...]


def stacked(view: View, names: Sequence[str], points: Mapping[datetime, Mapping[str, int]]) -> Chart:
    """Numbers of each step, by name; the first name lowest. Of all steps of the window, also where there is none."""
    steps = _steps(view)
    top = max((sum(points[at].values()) for at in steps if at in points), default=0) or 1
    looks = {name: f"f{1 + place % 6}" for place, name in enumerate(names)}
    spoken = {name: name.replace("_", " ") or "not said" for name in names}
    bars, rows = list[Bar](), list[Row]()
    for place, at in enumerate(steps):
        said, low = words(at, view), 0
        found = points.get(at, {})
        for name in names:
            if number := found.get(name, 0):
                height = max(number / top * HEIGHT, _LEAST)
                at_y = HEIGHT - (low + number) / top * HEIGHT
                bars.append(
                    Bar(place + _GAP, at_y, 1 - 2 * _GAP, height, looks[name], f"{said}: {number:,} {spoken[name]}")
                )
            low += number
        rows.append((said, tuple(f"{found.get(name, 0):,}" for name in names)))
    head = (view.step.value.capitalize(), *spoken.values())
    return Chart(
        len(steps),
        top,
        0,
        tuple(bars),
        _ends(view, steps),
        tuple((looks[name], spoken[name]) for name in names),
        head,
        tuple(rows),
    )


def by_range(view: View, found: LabResults) -> Chart:
    """Results of each step: in and out of range, and those of which no range is known."""
    names = ("in range", "out of range", "no range known")
    points = {at: dict(zip(names, _parts(each), strict=True)) for at, each in found.points.items()}
    used = [name for name in names if any(each[name] for each in points.values())] or ["no range known"]
    return stacked(view, used, points)


def by_quantiles(view: View, points: Mapping[datetime, Results]) -> Chart:
    """Values of each step: from the 5th to the 95th of a hundred, the middle half, and the median."""
    steps = _steps(view)
    known = {at: points[at].quantiles for at in steps if at in points and points[at].quantiles}
    bottom = min((values[0] for values in known.values()), default=0.0)
    top = max((values[-1] for values in known.values()), default=1.0)
    scale = HEIGHT / ((top - bottom) or 1.0)
    bars, rows = list[Bar](), list[Row]()
    for place, at in enumerate(steps):
        said = words(at, view)
        if at not in known:
            rows.append((said, (NOTHING,) * 3))
            continue
        p5, p25, p50, p75, p95 = known[at]
        says = f"{said}: median {p50:g}, half within {p25:g} and {p75:g}, nine of ten within {p5:g} and {p95:g}"
        for low, high, look, inset in ((p5, p95, "f1 soft", 0.2), (p25, p75, "f1", 0.2), (p50, p50, "middle", _GAP)):
            height = max((high - low) * scale, 2 * _LEAST)
            y = min(HEIGHT - (high - bottom) * scale, HEIGHT - height)
            bars.append(Bar(place + inset, y, 1 - 2 * inset, height, look, says))
        rows.append((said, (f"{p50:g}", f"{p25:g} to {p75:g}", f"{p5:g} to {p95:g}")))
    legend = (("middle", "median"), ("f1", "half of all"), ("f1 soft", "nine of ten"))
    head = (view.step.value.capitalize(), "Median", "Half within", "Nine of ten within")
    return Chart(len(steps), top, bottom, tuple(bars), _ends(view, steps), legend, head, tuple(rows))


def words(at: datetime, view: View) -> str:
    """A step's moment, by the reader's clocks."""
    local = at.astimezone(view.form.zone)
    if view.step is Step.HOUR:
        return f"{local.day} {local:%b, %H:%M}"
    return f"{local:%B %Y}" if view.step is Step.MONTH else f"{local.day} {local:%b %Y}"


def _parts(results: Results) -> tuple[int, int, int]:
    judged, outside = results.judged or 0, results.outside or 0
    return judged - outside, outside, results.results - judged


def _steps(view: View) -> list[datetime]:
    return moments(*view.form.bounds, view.step, view.form.zone)


def _ends(view: View, steps: Sequence[datetime]) -> tuple[str, ...]:
    places = sorted({0, len(steps) // 2, len(steps) - 1})
    return tuple(words(steps[place], view) for place in places)
