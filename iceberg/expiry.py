"""Which snapshots of a table may be expired. Trino expires them: it removes their files too, and minds new tags.

What a moment of expiry never reaches: the newest snapshots, those that prove what is settled and which checkpoint a
table holds. Tagged ones (see iceberg.past_states) are kept by Iceberg itself, whatever their age.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from iceberg.kinds import LEDGER, kind_of
from iceberg.ledger import evidence, newest_by_job


def expiry(table: Table, now: datetime, age: timedelta, newest: int) -> datetime:
    """The moment before which snapshots may be expired: older than an age, and none of so many newest ones."""
    times = sorted((snapshot.timestamp_ms for snapshot in table.metadata.snapshots), reverse=True)
    kept = [now - age]
    if times:
        kept.append(_time(times[: max(newest, 1)][-1]))
    kept += [_time(snapshot.timestamp_ms) for snapshot in _needed(table)]
    return min(kept)


def expired_at(table: Table, before: datetime) -> list[int]:
    """The snapshots that an expiry at a moment takes away: older ones that no tag and no branch names."""
    named = {ref.snapshot_id for ref in table.metadata.refs.values()}
    return [
        snapshot.snapshot_id
        for snapshot in table.metadata.snapshots
        if _time(snapshot.timestamp_ms) < before and snapshot.snapshot_id not in named
    ]


def _needed(table: Table) -> list[Snapshot]:
    """Snapshots that tell what jobs have read; of a ledger that proves nothing yet, all of them."""
    by_job = newest_by_job(table)
    if kind_of(table) is not LEDGER:
        return [by_job] if by_job else []
    return [*(evidence(table) or table.metadata.snapshots), *([by_job] if by_job else [])]


def _time(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
