"""Objects that nobody names: what a run left that was killed before it noted them, or could not take away."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from sources.files import NAMING
from sources.objects import Objects
from sources.raw import raw_key
from sources.sql_text import literal
from sources.store import SourceStore
from sources.tables import FILES, SOURCES

AGE = timedelta(days=1)
"""An object is named soon after it was put; one this old that is not will not be."""

AT_ONCE = 1000
"""Objects that one sweep takes away: whoever names kept bytes waits for it."""

_FOLDERS = ("raw", "outbox", "landed")


def named_objects(connection: sa.Connection) -> set[str]:
    """Keys of all objects that PostgreSQL refers to: bytes as they came, what is to be sent, what was sent of facts."""
    parts = connection.execute(sa.select(FILES.c.parts)).scalars()
    keys = {raw_key(digest) for each in parts for digest in each}
    for column in (FILES.c.outbox, SOURCES.c.landed):
        keys.update(connection.execute(sa.select(column).where(column.is_not(None))).scalars())
    return keys


def named_in(store: SourceStore, snapshot: str) -> set[str]:
    """The same as a snapshot shows it that another session of PostgreSQL exported. Raises LakeAwayError."""
    with store.changing() as connection:
        connection.execute(sa.text("set transaction isolation level repeatable read, read only"))
        connection.exec_driver_sql(f"set transaction snapshot {literal(snapshot)}")
        return named_objects(connection)


def sweep(store: SourceStore, objects: Objects, now: datetime) -> int:
    """Take away old objects that nobody names; how many. None while a backup is made. Raises LakeAwayError."""
    old = [key for folder in _FOLDERS for key in objects.older(folder, now - AGE)]
    if not old:
        return 0
    with store.records.reading() as connection:
        named = named_objects(connection)
    gone = [key for key in old if key not in named][:AT_ONCE]
    if not gone:
        return 0
    with store.removing() as may, store.changing() as connection:
        if not may:
            return 0
        # A run may have named one of them since; from here on none does.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(NAMING)))
        named = named_objects(connection)
        swept = [key for key in gone if key not in named]
        for key in swept:
            objects.remove(key)
    return len(swept)
