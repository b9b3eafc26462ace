"""Regions as pages show them: names, what lies in what, people, and how vulnerable they are. Pure.

What is known of them is of the reference tables beside the stream's sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from systems.epidemic.name_search import Entry, NameSearch, entries_of
from systems.epidemic.rolling import by_prefix

COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Place:
    """One region. `parent`: the code of what it lies in, empty for a country. `population`: None if it is not known.

    `also`: other names. `vulnerability`: how many of a hundred regions of its kind are less vulnerable, from 0 to 1;
    None if it is not known.
    """

    code: str
    name: str
    level: str = COUNTRY
    parent: str = ""
    population: int | None = None
    also: tuple[str, ...] = ()
    vulnerability: float | None = None


@dataclass(frozen=True)
class Places:
    """All that are known, by code."""

    known: Mapping[str, Place] = field(default_factory=dict)

    @classmethod
    def of(cls, places: Iterable[Place]) -> Places:
        """Of the rows of a table."""
        return cls({each.code: each for each in places})

    def name(self, code: str) -> str:
        """In English; the code itself where there is no such region."""
        return self.known[code].name if code in self.known else code

    def full_name(self, code: str) -> str:
        """With what it lies in: `King, Washington, United States`."""
        return ", ".join(map(self.name, self.path(code)))

    def population(self, code: str) -> int | None:
        """None where it is not known."""
        return self.known[code].population if code in self.known else None

    def parent(self, code: str) -> str:
        """The region that it lies in; empty for a country. Of one that is not known, the country of its code."""
        return self.known[code].parent if code in self.known else by_prefix(code)

    def path(self, code: str) -> tuple[str, ...]:
        """The code itself and those of what it lies in, the largest last."""
        parent = self.parent(code)
        return (code, *self.path(parent)) if parent else (code,)

    def country(self, code: str) -> bool:
        """Whether it is one; a ship is none."""
        return self.known[code].level == COUNTRY if code in self.known else not by_prefix(code)

    def parts(self, code: str) -> list[Place]:
        """The regions right below one, by name."""
        return self._parts.get(code, [])

    def within(self, code: str) -> tuple[str, ...]:
        """The code itself and those of all that lies in it."""
        return (code, *(inner for part in self.parts(code) for inner in self.within(part.code)))

    @cached_property
    def vulnerability(self) -> dict[str, float]:
        """Region → how vulnerable it is, from 0 to 1, where it is known."""
        return {code: each.vulnerability for code, each in self.known.items() if each.vulnerability is not None}

    @cached_property
    def search(self) -> NameSearch:
        """Over all names."""
        return entries_of(self._entry(each) for each in self.known.values())

    def _entry(self, place: Place) -> Entry:
        about = self.full_name(place.parent) if place.parent else "Country"
        weight = 1.0 if not place.parent else 0.6 if place.level != "county" else 0.2
        also = (*place.also, *((f"{place.name} {about}",) if place.parent else ()))
        return Entry("region", place.code, place.name, also, about, weight)

    @cached_property
    def _parts(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for each in sorted(self.known.values(), key=lambda place: place.name):
            if each.parent:
                found.setdefault(each.parent, []).append(each)
        return found
