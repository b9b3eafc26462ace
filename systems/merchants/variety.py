"""How many different values a field of a site may have in an hour: beyond that they are `(other)`.

Whoever sends a hundred thousand paths a minute makes one row of them, not a hundred thousand, and only of that site.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

OTHER = "(other)"

MOST: Mapping[str, int] = {
    "path": 5_000,
    "source": 1_000,
    "campaign": 1_000,
    "medium": 100,
    "name": 200,
    "browser": 200,
    "system": 100,
    "language": 200,
}
"""Field → values of one site that are told apart in an hour, in one process."""

_MOST_KEPT = 1_000_000
"""Values of all sites together; beyond that the sites that sent nothing for longest begin anew."""

_HOUR = 3600


class Variety:
    """Counts values by site and field; each clock hour begins anew. For one thread."""

    def __init__(self, most: Mapping[str, int] = MOST, most_kept: int = _MOST_KEPT) -> None:
        self._most, self._most_kept = most, most_kept
        self._hour = 0
        self._sites: OrderedDict[str, dict[str, set[int]]] = OrderedDict()
        self._kept = 0

    def bound(self, site: str, values: dict[str, object], at: float) -> None:
        """Put `(other)` in place of values that are too many. `at`: seconds since 1970."""
        if (hour := int(at) // _HOUR) != self._hour:
            self._hour, self._kept = hour, 0
            self._sites.clear()
        seen = self._sites.get(site)
        if seen is None:
            seen = self._sites[site] = {}
        else:
            self._sites.move_to_end(site)
        for field, most in self._most.items():
            value = values[field]
            if not value:
                continue
            of_field = seen.get(field)
            if of_field is None:
                of_field = seen[field] = set()
            key = hash(value)
            if key not in of_field:
                if len(of_field) >= most:
                    values[field] = OTHER
                else:
                    of_field.add(key)
                    self._kept += 1
        if self._kept > self._most_kept:
            self._forget()

    def _forget(self) -> None:
        while self._kept > self._most_kept * 9 // 10 and len(self._sites) > 1:
            _, seen = self._sites.popitem(last=False)
            self._kept -= sum(map(len, seen.values()))
