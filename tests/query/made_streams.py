"""Streams with made names, for properties of what is shown of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from streams.definition import Definition
from streams.definition_files import parse_definition

_NAMES = st.lists(st.from_regex(r"q[a-z0-9]{5}z", fullmatch=True), min_size=9, max_size=9, unique=True)
"""Names that are no words of a definition or an answer."""


@st.composite
def made_stream(draw: st.DrawFn) -> Definition:
    """Two dimensions, three measures, of which one is of two fields, and a bound that names another field."""
    site, path, fast, slow, visitor, where, ratio, page, place = draw(_NAMES)
    measure = {"decimals": 0, "min": -1000, "max": 1000}
    made: dict[str, Any] = {
        "title": f"Views by {place}",
        "description": f"{fast} and {slow} of each {visitor}",
        "topic": "made",
        "event_time": {"field": "at"},
        "fields": {
            **{name: {"type": "string"} for name in (site, path, visitor)},
            fast: {"type": "number", "required": False},
            slow: {"type": "number", "required": False, "min": fast},
        },
        "dimensions": {place: site, page: path},
        "measures": {
            fast: {"value": fast, **measure, "title": f"as {slow}"},
            ratio: {"value": f"{slow} - {fast}", **measure},
            where: {"value": f"{slow} * 2", **measure},
        },
        "distincts": {visitor: {"field": visitor, "title": f"who, per {page}"}},
    }
    return parse_definition({"name": "made", **made}, "made.toml")
