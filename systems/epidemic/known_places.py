"""The places that are shipped: regions with their other names, people and vulnerability, read once of their tables."""

from __future__ import annotations

import functools

from systems.epidemic.places import Place, Places
from systems.epidemic.reference import population, vulnerability
from systems.epidemic.regions import FOLDER, regions
from systems.epidemic.tables import rows_of


@functools.cache
def places() -> Places:
    """All regions that are known."""
    also: dict[str, list[str]] = {}
    for row in rows_of(FOLDER / "aliases.csv"):
        also.setdefault(row["code"], []).append(row["name"])
    people, vulnerable = population(), {code: each.overall for code, each in vulnerability().items()}
    return Places.of(
        Place(
            code=each.code,
            name=each.name,
            level=each.kind,
            parent=each.parent,
            population=people.get(each.code),
            also=tuple(also.get(each.code, ())),
            vulnerability=vulnerable.get(each.code),
        )
        for each in regions().values()
    )
