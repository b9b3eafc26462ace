"""The day's salt, the same in all processes: made by the first that needs it, in PostgreSQL and in memory alone.

Yesterday's is deleted as soon as any process notices that its day is over, so nothing can be told of it any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.records import Records
from systems.merchants.tables import VISITOR_SALTS as SALTS
from systems.merchants.visitors import new_salt

_AHEAD = timedelta(minutes=10)
"""How long before midnight the next day's salt is there: nobody waits for it, and PostgreSQL may be away meanwhile."""


@dataclass
class Salts:
    """`current` is for one thread, and waits for nothing; `renew` may be called by another."""

    records: Records
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _known: dict[date, bytes] = field(default_factory=dict)

    def current(self) -> bytes | None:
        """Today's; None if that is not known yet, and `renew` is to be called."""
        return self._known.get(self.now().date())

    @property
    def is_due(self) -> bool:
        """Whether `renew` has something to do."""
        return not self._wanted() <= self._known.keys() or len(self._known) > 2 or min(self._known) < self.now().date()

    def renew(self) -> None:
        """Find or make the salts that are needed now, and delete those whose day is over, here and there.

        Raises LakeAwayError when PostgreSQL does not answer; what is known stays known, but for past days.
        """
        today = self.now().date()
        for day in [day for day in self._known if day < today]:
            del self._known[day]
        with self.records.changing() as connection:
            connection.execute(sa.delete(SALTS).where(SALTS.c.day < today))
            for day in sorted(self._wanted()):
                made = insert(SALTS).values(day=day, salt=new_salt()).on_conflict_do_nothing()
                connection.execute(made)
            found = connection.execute(sa.select(SALTS.c.day, SALTS.c.salt).where(SALTS.c.day.in_(self._wanted())))
            known = {row.day: bytes(row.salt) for row in found}
        self._known = known

    def _wanted(self) -> set[date]:
        now = self.now()
        return {now.date(), (now + _AHEAD).date()}
