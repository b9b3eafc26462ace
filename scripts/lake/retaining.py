"""Retention's part of a maintenance: what is kept no longer goes, from past states and from replays too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from database.locks import LakeLock
from database.replay_store import ReplayStore
from database.replays import ReplayState
from iceberg.catalog import Catalog
from iceberg.kinds import EVENTS
from iceberg.maintenance import maintained_tables
from iceberg.publishing import interrupted
from iceberg.retention import (
    Outdated,
    expirable_staged,
    horizons,
    settle,
    staged_tables,
    take_from_staged,
    take_from_tags,
    take_outdated,
)
from query.maintenance import expire_snapshots, told_apart
from query.trino_client import TrinoClient
from streams.definition import Definition


def take(catalog: Catalog, definition: Definition, lock: LakeLock, say: Callable[[str], None]) -> list[Outdated]:
    """Take what is outdated; nothing while a publication is under way. Raises LakeError."""
    stream = definition.name
    if stream in interrupted(catalog):
        say(f"{stream}: a publication is under way; retention waits for it")
        return []
    tables = maintained_tables(catalog, stream)
    wanted = horizons(definition, datetime.now(UTC))
    if any(replay.state is ReplayState.RUNNING for replay in ReplayStore(catalog.engine).all(stream)):
        # It may be reading them.
        wanted = tuple(each for each in wanted if each.table != EVENTS.name)
    done = take_outdated(tables, wanted)
    for each in done:
        span = f"{each.start:%Y-%m-%d} to {each.end:%Y-%m-%d}"
        say(f"{stream}: took {each.rows:,} rows of {each.name} of {span}, {each.files:,} files")
    for name, table in tables.items():
        lock.check()
        staged = staged_tables(catalog, stream, name)
        files = take_from_tags(table) + sum(take_from_staged(table, each) for each in staged)
        if files:
            say(f"{stream}.{name}: took {files:,} files of the same from past states and replays")
        for held in (table, *staged):
            settle(held, told_apart())
    return done


def expire_staged(
    catalog: Catalog, trino: TrinoClient, stream: str, now: datetime, age: timedelta, lock: LakeLock
) -> None:
    """Expire what staging tables of replays held before retention took of it. Raises LakeError, QueryError."""
    for namespace, table, before in expirable_staged(catalog, stream, now - age):
        lock.check()
        expire_snapshots(trino, namespace, table, before, now)
