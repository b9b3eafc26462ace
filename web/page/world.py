"""The shapes of the world's countries, projected beforehand by `scripts/world_map.py`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT = 960, 430
_FILE = Path(__file__).resolve().parent / "static" / "world.svg"
_SHAPE = re.compile(r'<(path|circle) data-country="([A-Z]{2})" ([^>]*)/>')


@dataclass(frozen=True, slots=True)
class Shape:
    """`element`: `path`, or `circle` of a country too small for one. `drawn`: its attributes, plain ones of our own."""

    element: str
    drawn: str


@functools.cache
def world_shapes() -> Mapping[str, Shape]:
    """ISO 3166-1 alpha-2 code → its shape on a sheet of `WIDTH` by `HEIGHT`."""
    return {code: Shape(element, drawn) for element, code, drawn in _SHAPE.findall(_FILE.read_text("utf-8"))}
