"""What may be done once, such as filling in a form: a row says by which submission, from its beginning for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.records import Records
from access.tables import CLAIMS

LEASE = timedelta(minutes=2)
"""How long whoever claims something may take to do it; then it was killed meanwhile, and the next one does it."""


class Held(Enum):
    """How a claim stands for whoever wanted it."""

    TAKEN = auto()
    """It is whoever's that asked."""
    BUSY = auto()
    """Another one does it at this moment."""
    DONE = auto()
    """It is done."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`submission`: the id by which it was first tried. It is tried again by that id, so that it counts once."""

    held: Held
    submission: str


class Claims:
    """Takes claims of a stream, each by a name. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def take(self, stream: str, name: str, submission: str) -> Claim:
        """Take one that nobody has, or that is this submission's own, or that somebody left without an end."""
        now = self._records.now()
        new = insert(CLAIMS).values(stream=stream, name=name, submission=submission, held_until=now + LEASE)
        left = (CLAIMS.c.held_until <= now) | (CLAIMS.c.submission == new.excluded.submission)
        again = new.on_conflict_do_update(
            index_elements=["stream", "name"],
            set_={"held_until": new.excluded.held_until},
            where=CLAIMS.c.held_until.is_not(None) & left,
        )
        with self._records.changing() as connection:
            taken = connection.execute(again.returning(CLAIMS.c.submission)).scalar_one_or_none()
        if taken is not None:
            return Claim(Held.TAKEN, taken)
        return self.look(stream, name) or self.take(stream, name, submission)

    def look(self, stream: str, name: str) -> Claim | None:
        """How it stands for somebody else; None: nobody has it."""
        query = sa.select(CLAIMS.c.submission, CLAIMS.c.held_until).where(_of(stream, name))
        with self._records.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.held_until is None:
            return Claim(Held.DONE, row.submission)
        return Claim(Held.BUSY, row.submission) if row.held_until > self._records.now() else None

    def done(self, stream: str, name: str) -> None:
        """It is done, for ever."""
        self._set(stream, name, None)

    def free(self, stream: str, name: str) -> None:
        """It could not be done, as far as is known; whoever comes next may try, by the same id."""
        self._set(stream, name, self._records.now())

    def remove_of(self, stream: str) -> None:
        """All of a stream."""
        with self._records.changing() as connection:
            connection.execute(CLAIMS.delete().where(CLAIMS.c.stream == stream))

    def _set(self, stream: str, name: str, held_until: object) -> None:
        held = CLAIMS.c.held_until.is_not(None)
        with self._records.changing() as connection:
            connection.execute(CLAIMS.update().where(_of(stream, name), held).values(held_until=held_until))


def _of(stream: str, name: str) -> sa.ColumnElement[bool]:
    return (CLAIMS.c.stream == stream) & (CLAIMS.c.name == name)
