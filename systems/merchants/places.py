"""From which country an address is, by a database in MaxMind's format; the address is looked at and not kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import maxminddb

_LONGEST_CITY = 120


@dataclass(frozen=True, slots=True)
class Place:
    """`country`: two letters of ISO 3166-1; `region`: what follows the country in ISO 3166-2. Unknown: empty."""

    country: str = ""
    region: str = ""
    city: str = ""


NOWHERE = Place()


class Places:
    """Looks addresses up. Without a database everything is nowhere."""

    def __init__(self, reader: maxminddb.Reader | None = None) -> None:
        self._reader = reader

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """By a file, of countries or of cities; raises OSError or ValueError for one that cannot be read."""
        if path is None:
            return cls()
        try:
            return cls(maxminddb.open_database(str(path)))
        except maxminddb.InvalidDatabaseError as error:
            raise ValueError(f"{path} is no database in MaxMind's format: {error}") from None

    def of(self, address: str) -> Place:
        """Where an address is."""
        if self._reader is None:
            return NOWHERE
        try:
            found = self._reader.get(address)
        except ValueError:  # no address, or one of IPv6 where the database has none
            return NOWHERE
        return _place(found) if isinstance(found, dict) else NOWHERE


def country_of(code: str) -> Place:
    """A country by its code, such as a proxy's header has; what is none is nowhere."""
    return (
        Place(code.upper()) if len(code) == 2 and code.isascii() and code.isalpha() and code not in _NONE else NOWHERE
    )


_NONE = frozenset({"XX", "xx", "T1", "ZZ"})
"""What proxies say of addresses that are in no country."""


def _place(found: dict[str, Any]) -> Place:
    """Of a record as MaxMind writes it, or of one that has the code alone."""
    country = found.get("country")
    code = country.get("iso_code", "") if isinstance(country, dict) else found.get("country_code", "")
    if not isinstance(code, str) or len(code) != 2:
        return NOWHERE
    regions, city = found.get("subdivisions") or [{}], found.get("city") or {}
    name = (city.get("names") or {}).get("en", "")
    return Place(code.upper(), str(regions[0].get("iso_code", ""))[:6], name[:_LONGEST_CITY])
