"""The places that are shipped: regions with their other names, people and vulnerability, read once of their tables."""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from systems.epidemic.places import Place, Places
from systems.epidemic.regions import FOLDER, regions

_REFERENCE = Path(__file__).parent / "reference"


@functools.cache
def places() -> Places:
    """All regions that are known."""
    people = {row["region"]: int(float(row["population"])) for row in _rows(_REFERENCE / "population.csv")}
    vulnerable = {
        row["region"]: float(row["overall"]) for row in _rows(_REFERENCE / "vulnerability.csv") if row["overall"]
    }
    also: dict[str, list[str]] = {}
    for row in _rows(FOLDER / "aliases.csv"):
        also.setdefault(row["code"], []).append(row["name"])
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
        for each in regions().by_code.values()
    )


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
