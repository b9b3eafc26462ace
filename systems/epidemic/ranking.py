"""Regions ranked by where it spreads fast and who is vulnerable there, with weights that the reader chooses. Pure.

Each part of a score is the region's rank among all that have it, from 0 (least) to 1 (most): parts of different units
and of skewed numbers can be added so, and no single extreme number decides. A score is a way to choose what to look at
first. It is no risk and no forecast, and depends on the weights.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from systems.epidemic.shown import Numbers

INCIDENCE, GROWTH, VULNERABLE = "incidence", "growth", "vulnerability"
PARTS = (GROWTH, INCIDENCE, VULNERABLE)
TITLES = {
    GROWTH: "Spreading: change against the 7 days before",
    INCIDENCE: "Burden: reports in 7 days per 100,000 people",
    VULNERABLE: "Vulnerable: how hard it would hit",
}
MOST_WEIGHT = 10
USUAL: Mapping[str, int] = {GROWTH: 4, INCIDENCE: 3, VULNERABLE: 3}


@dataclass(frozen=True, slots=True)
class Ranked:
    """`parts`: part → from 0 to 1, for those that the region has. `score`: their weighted mean, from 0 to 100.

    `missing`: parts with a weight that are not known of it: the score is of the others alone.
    """

    region: str
    score: float
    numbers: Numbers
    vulnerability: float | None
    parts: Mapping[str, float]
    missing: tuple[str, ...] = ()


def ranked(
    numbers: Mapping[str, Numbers], vulnerability: Mapping[str, float], weights: Mapping[str, int]
) -> list[Ranked]:
    """The regions with the highest score first.

    One of which a weighted part is missing comes after all of which none is: it cannot be compared with them.
    """
    values: dict[str, dict[str, float]] = {
        GROWTH: {region: each.growth for region, each in numbers.items() if each.growth is not None},
        INCIDENCE: {region: each.incidence for region, each in numbers.items() if each.incidence is not None},
        VULNERABLE: {region: vulnerability[region] for region in numbers if region in vulnerability},
    }
    parts = {name: _places(known) for name, known in values.items()}
    weighing = [name for name in PARTS if weights.get(name, 0) > 0]
    found = []
    for region, each in numbers.items():
        mine = {name: parts[name][region] for name in PARTS if region in parts[name]}
        counted = [name for name in weighing if name in mine]
        if counted:
            whole = sum(weights[name] for name in counted)
            score = 100 * sum(weights[name] * mine[name] for name in counted) / whole
            missing = tuple(name for name in weighing if name not in mine)
            found.append(Ranked(region, score, each, vulnerability.get(region), mine, missing))
    return sorted(found, key=lambda one: (len(one.missing), -one.score, one.region))


def _places(values: Mapping[str, float]) -> dict[str, float]:
    """The middle place of each value among all, from 0 to 1; equal values have equal places."""
    order: Sequence[float] = sorted(values.values())
    last = len(order) - 1
    if last < 1:
        return dict.fromkeys(values, 0.5)
    return {
        name: (bisect_left(order, value) + bisect_right(order, value) - 1) / 2 / last for name, value in values.items()
    }
