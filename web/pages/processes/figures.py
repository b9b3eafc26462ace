"""Numbers and tables of results as people read them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.page.units import MINUS, NOTHING
from web.pages.processes.marks import Mark

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table. `marks`: what is drawn of it."""

    name: str
    cells: tuple[str, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`drawn`: what its drawings show, with their ends; empty where it has none. `key`: look and name of colours."""

    title: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    drawn: str = ""
    note: str = ""
    texts: tuple[int, ...] = ()
    """Cells that are words, not numbers."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Points from 0 to 100 on both axes, which run from `low` to `high`."""

    title: str
    across: str
    up: str
    points: tuple[tuple[float, float], ...]
    low: str
    high: str


def figure(value: float | None) -> str:
    """Three digits that count, and all whole ones."""
    if value is None:
        return NOTHING
    size = abs(value)
    text = f"{size:,.0f}" if size >= 1000 else f"{size:.3g}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def share(part: float, whole: float = 1.0) -> str:
    """A share of a whole, in percent."""
    return f"{part / whole * 100:.1f}%" if whole else NOTHING


def chance(p_value: float | None) -> str:
    """A p-value."""
    if p_value is None:
        return NOTHING
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def within(lower: float | None, upper: float | None) -> str:
    """The ends of an interval."""
    return f"{figure(lower)} to {figure(upper)}"


def score_figure(score: Json, value: float | None) -> str:
    """A score by its measure: an accuracy as percent."""
    if value is None:
        return NOTHING
    return share(value) if score["measure"] == "accuracy" else figure(value)
