"""Regions: codes, names, and what each is part of, as `regions/names.csv` has them.

A code is ISO 3166-1 alpha-2 (`DE`), ISO 3166-2 (`US-NY`), or `US-` and the FIPS code of a county (`US-36061`). What has
no such code has one of our own: `ZZ-9999` is a ship, `DE-ZZZZ` people in Germany of whom more is not known.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, cast

FOLDER = Path(__file__).parent / "regions"

Kind = Literal["country", "state", "county", "city", "other"]


def name_key(name: str) -> str:
    """What names are compared by: lower case, without accents, one blank for all that is no letter or digit.

    Mappings say the same in SQL: `trim(regexp_replace(strip_accents(lower(name)), '[^a-z0-9]+', ' ', 'g'))`.
    """
    bare = (sign for sign in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(sign))
    return re.sub("[^a-z0-9]+", " ", "".join(bare)).strip()


@dataclass(frozen=True, slots=True)
class Region:
    """One place. `parent`: the code of what it is part of; empty for a country, and for what is in none."""

    code: str
    name: str
    parent: str
    kind: Kind


@dataclass(frozen=True)
class Regions:
    """All places by their codes."""

    by_code: Mapping[str, Region]

    def path(self, code: str) -> tuple[Region, ...]:
        """The region and what it is part of, the largest last. Raises KeyError for a code that is not known."""
        found = [self.by_code[code]]
        while found[-1].parent:
            found.append(self.by_code[found[-1].parent])
        return tuple(found)

    def parts(self, code: str) -> tuple[Region, ...]:
        """What a region is divided into, by name."""
        return self._parts.get(code, ())

    def within(self, code: str) -> tuple[str, ...]:
        """The code itself and those of all its parts, down to the smallest.

        A source gives figures of a country, of its parts, or of some of both, but counts nobody twice; so the sum over
        these is what it says of the whole.
        """
        return (code, *(inner for part in self.parts(code) for inner in self.within(part.code)))

    @cached_property
    def _parts(self) -> Mapping[str, tuple[Region, ...]]:
        found: defaultdict[str, list[Region]] = defaultdict(list)
        for region in sorted(self.by_code.values(), key=lambda region: (region.name, region.code)):
            found[region.parent].append(region)
        return {parent: tuple(parts) for parent, parts in found.items() if parent}


@cache
def regions() -> Regions:
    """The regions that are shipped."""
    with (FOLDER / "names.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Region(row["code"], row["name"], row["parent"], cast("Kind", row["kind"])) for row in csv.DictReader(file)
        ]
    return Regions({row.code: row for row in rows})
