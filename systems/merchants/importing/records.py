"""What was imported into a site, by the content of the files, as it is kept in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from access.records import Records
from streams.errors import WindowpaneError
from systems.merchants.site_records import found_site
from systems.merchants.site_scope import EVERY_SITE
from systems.merchants.tables import IMPORTS
from systems.merchants.visitors import new_salt


class ImportedError(WindowpaneError):
    """A file was imported already, or it cannot be told how much of it was."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An import that goes on after so many lines, of which so many events were sent."""

    id: int
    salt: bytes
    lines: int = 0
    events: int = 0


class Imports:
    """Reads and writes the records. Every method raises LakeError when PostgreSQL does not answer."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def begin(self, site: str, digest: bytes, file: str, *, by: str, horizon: timedelta, again: bool = False) -> Begun:
        """Begin, or go on where it broke off. The salt is that of what else is being imported into the site.

        Raises UnknownSiteError; ImportedError: it was imported, or broke off longer ago than duplicates are known.
        `again`: in that case go on all the same.
        """
        with self._records.changing() as connection:
            found_site(connection, EVERY_SITE, site, lock=True)
            of_site = (IMPORTS.c.site == site) & IMPORTS.c.salt.is_not(None)
            salt = connection.execute(sa.select(IMPORTS.c.salt).where(of_site).limit(1)).scalar() or new_salt()
            now = self._records.now()
            new = insert(IMPORTS).values(
                site=site,
                digest=digest,
                file=file,
                salt=bytes(salt),
                lines=0,
                events=0,
                begun_at=now,
                begun_by=by,
                noted_at=now,
            )
            made = connection.execute(new.on_conflict_do_nothing().returning(IMPORTS.c.id)).scalar()
            if made is not None:
                return Begun(made, bytes(salt))
            mine = (IMPORTS.c.site == site) & (IMPORTS.c.digest == digest)
            row = connection.execute(sa.select(IMPORTS).where(mine)).one()
        if row.completed_at is not None:
            raise ImportedError(f"{file} was imported into {site} on {_day(row.completed_at)}, as {row.file}")
        if now - row.noted_at > horizon and not again:
            raise ImportedError(
                f"{file} broke off after line {row.lines:,} on {_day(row.noted_at)}: what was sent after that line "
                "cannot be told any more; --again goes on there, and may count some events twice"
            )
        return Begun(row.id, bytes(row.salt), row.lines, row.events)

    def note(self, begun: Begun, lines: int, events: int) -> None:
        """Kafka has the events of so many lines."""
        self._set(begun, lines=lines, events=events, noted_at=self._records.now())

    def complete(self, begun: Begun) -> None:
        """All of a file was sent; visitors of it can be told by nothing any more."""
        now = self._records.now()
        self._set(begun, completed_at=now, noted_at=now, salt=None)

    def _set(self, begun: Begun, **values: int | datetime | None) -> None:
        with self._records.changing() as connection:
            connection.execute(IMPORTS.update().where(IMPORTS.c.id == begun.id).values(**values))


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d at %H:%M UTC}"
