"""The records of one API of a site, in order of when each was last changed: what is asked of it are pages of these."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from streams.time_text import timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(at: datetime) -> int:
    """Milliseconds since 1970, fractions cut off."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


Place: TypeAlias = tuple[int, str]
"""A place in the order of changes: milliseconds since 1970, and the id of what was changed then."""


@dataclass(slots=True)
class RecordLog:
    """Records by id, each in its newest version; a deleted one says only that it is."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    _places: list[Place] = field(default_factory=list)
    _newest: dict[str, Place] = field(default_factory=dict)

    def put(self, id: str, at: datetime, fields: dict[str, Any]) -> None:
        """A version more: the fields of the one before, with these changed."""
        before = self.records.get(id, {"id": id, "version": 0})
        self._put(id, at, {**before, **fields, "version": before["version"] + 1, "deleted": False})

    def delete(self, id: str, at: datetime) -> None:
        """Nothing is left of it but that it was there."""
        self._put(id, at, {"id": id, "version": self.records[id]["version"] + 1, "deleted": True})

    def page(self, after: Place, limit: int) -> tuple[list[dict[str, Any]], Place | None]:
        """The first `limit` records whose place is after one, and the place of the last, if there are more.

        After `(at, "")` is everything that was changed at that moment or later.
        """
        found: list[dict[str, Any]] = []
        last = after
        for at in range(bisect_right(self._places, after), len(self._places)):
            place = self._places[at]
            if self._newest[place[1]] != place:
                continue  # it was changed since, and stands further down
            if len(found) == limit:
                return found, last
            found.append(self.records[place[1]])
            last = place
        return found, None

    def _put(self, id: str, at: datetime, record: dict[str, Any]) -> None:
        place = (millis(at), id)
        if self._newest.get(id) != place:
            insort(self._places, place)
        self._newest[id] = place
        self.records[id] = {**record, "updated_at": timestamp(at, millis=True)}
