"""The map: each country's shape with the class of its number, and the legend. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from systems.epidemic.places import Places
from systems.epidemic.shown import Classes, Numbers, Show, classes_of, in_words
from web.page.world import Shape, world_shapes


@dataclass(frozen=True, slots=True)
class Drawn:
    """One country of the map. `mark`: the class of style that its number has."""

    code: str
    name: str
    shape: Shape
    mark: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """One country of the table, which says what the map says."""

    code: str
    name: str
    numbers: Numbers
    mark: str


NOTHING, NEGATIVE = "none", "negative"


def mark(classes: Classes, value: float | None) -> str:
    """`q1` to `q7`, around no change `v1` to `v7`; for no number and for one below nothing a name of their own."""
    place = classes.of(value)
    if place is None:
        return NOTHING
    return NEGATIVE if place == 0 else f"{'v' if classes.two_sided else 'q'}{place}"


def drawn(numbers: Mapping[str, Numbers], places: Places, show: Show, metric: str) -> list[Drawn]:
    """Every country that has a shape."""
    classes, nothing = classes_of(show, metric), Numbers()
    found = []
    for code, shape in world_shapes().items():
        value = numbers.get(code, nothing).value(show)
        found.append(Drawn(code, places.name(code), shape, mark(classes, value), in_words(value, show)))
    return found


def rows(numbers: Mapping[str, Numbers], places: Places, show: Show, metric: str) -> list[Row]:
    """The countries that something is told of, those with the largest numbers first, those without at the end."""
    classes = classes_of(show, metric)
    countries = {code: each for code, each in numbers.items() if places.country(code)}

    def order(code: str) -> tuple[bool, float, str]:
        value = countries[code].value(show)
        return value is None, -(value or 0), places.name(code)

    return [
        Row(code, places.name(code), countries[code], mark(classes, countries[code].value(show)))
        for code in sorted(countries, key=order)
    ]


def legend(show: Show, metric: str) -> list[tuple[str, str]]:
    """Each class of style with what it stands for."""
    classes = classes_of(show, metric)
    side = "v" if classes.two_sided else "q"
    steps = [(f"{side}{place}", label) for place, label in enumerate(classes.labels, 1)]
    extra = [] if classes.two_sided else [(NEGATIVE, "below 0: corrections are more than new reports")]
    too_few = "fewer than 10 reports in the week before, or none told" if classes.two_sided else "nothing is told"
    return [*steps, *extra, (NOTHING, too_few)]
