"""Makes the map of the dashboards: an SVG of the world's countries, from Natural Earth's shapes (public domain).

    npm pack world-atlas@2.0.2 i18n-iso-countries@7.14.0   # and unpack both
    python -m scripts.world_map world-atlas i18n-iso-countries > web/page/static/world.svg

Each country is a path whose `data-country` is its ISO 3166-1 alpha-2 code; those too small for a shape are dots.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

Point = tuple[float, float]
Ring = list[Point]

_WIDTH, _HEIGHT = 960, 430
_LARGEST_EAST = 0.8707 * math.pi
"""Half the width of the projection, in radii."""

_NORTH, _SOUTH = 84.0, -57.0
_WITHOUT_NUMBER = {"Kosovo": "XK"}
_LEFT_OUT = {"AQ"}


@click.command()
@click.argument("atlas", type=click.Path(exists=True, path_type=Path))
@click.argument("codes", type=click.Path(exists=True, path_type=Path))
def main(atlas: Path, codes: Path) -> None:
    """Write the map to the standard output, from two unpacked packages."""
    by_number = {row[2]: row[0] for row in json.loads((codes / "codes.json").read_text())}
    shapes = dict(_countries(atlas / "countries-110m.json", by_number))
    dots = {code: rings for code, rings in _countries(atlas / "countries-50m.json", by_number) if code not in shapes}
    click.echo(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">')
    for code, rings in sorted(shapes.items()):
        click.echo(f'<path data-country="{code}" d="{"".join(map(_path, rings))}"/>')
    for code, rings in sorted(dots.items()):
        x, y = _placed(_middle(max(rings, key=len)))
        click.echo(f'<circle data-country="{code}" cx="{x:.0f}" cy="{y:.0f}" r="2.2"/>')
    click.echo("</svg>")


def _countries(path: Path, by_number: dict[str, str]) -> Iterator[tuple[str, list[Ring]]]:
    """Code → its outlines in degrees."""
    topology = json.loads(path.read_text())
    arcs = [_degrees(topology["transform"], arc) for arc in topology["arcs"]]
    found: dict[str, list[Ring]] = {}
    for country in topology["objects"]["countries"]["geometries"]:
        name = country["properties"]["name"]
        code = by_number.get(country.get("id", ""), _WITHOUT_NUMBER.get(name, ""))
        if code and code not in _LEFT_OUT:
            found.setdefault(code, []).extend(_rings(country, arcs))
    yield from found.items()


def _degrees(transform: dict[str, Any], arc: Sequence[Sequence[int]]) -> Ring:
    """An arc of TopoJSON, whose points are differences in whole steps."""
    (wide, high), (west, south) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * wide + west, y * high + south))
    return points


def _rings(country: dict[str, Any], arcs: Sequence[Ring]) -> Iterator[Ring]:
    polygons = [country["arcs"]] if country["type"] == "Polygon" else country["arcs"]
    for polygon in polygons:
        for ring in polygon:
            yield from _cut([point for index in ring for point in (arcs[index] if index >= 0 else arcs[~index][::-1])])


def _cut(ring: Ring) -> Iterator[Ring]:
    """One that crosses the meridian of 180° is two: what is left of it at each end of the map."""
    turned, shift = ring[:1], 0.0
    for (before, _), (east, north) in pairwise(ring):
        shift += 360 * ((before - east > 180) - (east - before > 180))
        turned.append((east + shift, north))
    for turn in (-360, 0, 360):
        if any(-180 < east + turn < 180 for east, _ in turned):
            yield [*_within([(east + turn, north) for east, north in turned])]


def _within(ring: Ring) -> Iterator[Point]:
    """The points inside the map, and where it leaves and comes back."""
    inside = [-180 <= east <= 180 for east, _ in ring]
    for at, (east, north) in enumerate(ring):
        if inside[at] or inside[at - 1] or inside[(at + 1) % len(ring)]:
            yield max(-180.0, min(180.0, east)), north


def _placed(point: Point) -> Point:
    """By the projection Natural Earth (Tom Patterson; polynomials of Šavrič and others, 2011)."""
    east, north = math.radians(point[0]), math.radians(max(_SOUTH, min(_NORTH, point[1])))
    x = east * _parallel(north)
    top, bottom = _meridian(math.radians(_NORTH)), _meridian(math.radians(_SOUTH))
    across = (x / _LARGEST_EAST + 1) / 2 * _WIDTH
    return across, (top - _meridian(north)) / (top - bottom) * _HEIGHT


def _parallel(north: float) -> float:
    p2 = north * north
    p4 = p2 * p2
    return 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))


def _meridian(north: float) -> float:
    p2 = north * north
    p4 = p2 * p2
    return north * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))


def _path(ring: Ring) -> str:
    """In steps of half a pixel, each point once."""
    points = [(round(2 * x), round(2 * y)) for x, y in map(_placed, ring)]
    kept = [points[0], *(after for before, after in pairwise(points) if after != before)]
    if len(kept) < 4:
        return ""
    steps = ((x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(kept[:-1]))
    return f"M{_half(kept[0])}l{' '.join(map(_half, steps))}z"


def _half(point: Iterable[int]) -> str:
    return ",".join(f"{value / 2:g}" for value in point)


def _middle(ring: Ring) -> Point:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


if __name__ == "__main__":
    main()
