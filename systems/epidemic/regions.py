"""Regions: codes, names, and what each is part of, as `regions/names.csv` has them.

A code is ISO 3166-1 alpha-2 (`DE`), ISO 3166-2 (`US-NY`), or `US-` and the FIPS code of a county (`US-36061`). What has
no such code has one of our own: `ZZ-9999` is a ship, `DE-ZZZZ` people in Germany of whom more is not known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from systems.epidemic.tables import rows_of

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


@cache
def regions() -> Mapping[str, Region]:
    """The regions that are shipped, by their codes; what lies in what is told by `places.Places`."""
    rows = rows_of(FOLDER / "names.csv")
    found = (Region(row["code"], row["name"], row["parent"], cast("Kind", row["kind"])) for row in rows)
    return MappingProxyType({each.code: each for each in found})
