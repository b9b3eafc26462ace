"""Numbers of regions from those of the regions within them. Pure.

A source tells of a country, of its parts, or of some of both, but counts nobody twice: the sum is the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Parent = Callable[[str], str]
"""Region → the one that it lies in; empty for a country."""


def rolled_up(numbers: Mapping[str, float], parent: Parent) -> dict[str, float]:
    """Region → the sum of what is told of it and of all that lies in it, also where it is told of in parts alone."""
    found: dict[str, float] = {}
    for region, number in numbers.items():
        outer = region
        while outer:
            found[outer] = found.get(outer, 0) + number
            outer = parent(outer)
    return found


def by_prefix(region: str) -> str:
    """The country of a region, by its code alone: `US` of `US-NY`; empty for a country."""
    country, hyphen, _ = region.partition("-")
    return country if hyphen else ""
