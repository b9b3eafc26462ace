"""How many people live in a region, and how vulnerable they are: what figures are held against.

Population is from Johns Hopkins University's list of places, about 2020, as https://github.com/datasets/covid-19 has it
(PDDL). Vulnerability is the CDC/ATSDR Social Vulnerability Index of 2018 (public domain), for counties of the United
States.
Both tables are made by `scripts/epidemic_regions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from systems.epidemic.tables import rows_of

FOLDER = Path(__file__).parent / "reference"


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """Of one county. The first five are ranks among all counties from 0, the least, to 1, the most vulnerable: of all,
    and of the index's themes; the others are percent of the people, or of the households for vehicles.

    None where the index does not say.
    """

    overall: float | None
    socioeconomic: float | None
    household: float | None
    minority: float | None
    housing: float | None
    aged_65_percent: float | None
    disabled_percent: float | None
    no_vehicle_percent: float | None
    uninsured_percent: float | None


@cache
def population() -> Mapping[str, int]:
    """Code of a region → people who live there; regions of which that is not known are left out."""
    return MappingProxyType({row["region"]: int(row["population"]) for row in rows_of(FOLDER / "population.csv")})


@cache
def vulnerability() -> Mapping[str, Vulnerability]:
    """Code of a county → how vulnerable it is. The shipped table has some of the 3,142 counties."""
    names = tuple(Vulnerability.__dataclass_fields__)
    return MappingProxyType(
        {
            row["region"]: Vulnerability(**{name: float(row[name]) if row[name] else None for name in names})
            for row in rows_of(FOLDER / "vulnerability.csv")
        }
    )
