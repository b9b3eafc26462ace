"""Which snapshots of a table may be expired. Trino expires them: it removes their files too, and minds new tags.

What a moment of expiry never reaches: the newest snapshots, those that prove what is settled and which checkpoint a
table holds. Tagged ones (see iceberg.past_states) are kept by Iceberg itself, whatever their age.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from iceberg.kept import RETAINED
from iceberg.kinds import LEDGER, kind_of
from iceberg.ledger import evidence, is_by_job, newest_by_job, tells_alone


def expiry(table: Table, now: datetime, age: timedelta, newest: int) -> datetime:
    """The moment before which snapshots may be expired: older than an age, and none of so many newest ones.

    What is from before retention took something goes once it is of that age, however many newer ones there are.
    """
    times = sorted((snapshot.timestamp_ms for snapshot in table.metadata.snapshots), reverse=True)
    kept = [now - age]
    if times:
        kept.append(_time(times[: max(newest, 1)][-1]))
    kept += [time_of(snapshot) for snapshot in _needed(table)]
    retained = retained_before(table, now - age)
    return min(kept) if retained is None else max(min(kept), retained)


def retained_before(table: Table, before: datetime) -> datetime | None:
    """When retention took something last, before a moment: what is from before that may be expired."""
    return max((at for at in _retained(table) if at < before), default=None)


def _retained(table: Table) -> list[datetime]:
    """When retention took something, by commits from which on it is known what the table has read."""
    times: list[datetime] = []
    known, snapshot = False, table.current_snapshot()
    while snapshot is not None:
        summary = snapshot.summary
        if summary and summary.get(RETAINED) and (known or tells_alone(snapshot)):
            times.append(time_of(snapshot))
        known = known or is_by_job(snapshot)
        parent = snapshot.parent_snapshot_id
        snapshot = None if parent is None else table.metadata.snapshot_by_id(parent)
    return times


def expired_at(table: Table, before: datetime) -> list[int]:
    """The snapshots that an expiry at a moment takes away: older ones that no tag and no branch names."""
    named = {ref.snapshot_id for ref in table.metadata.refs.values()}
    return [
        snapshot.snapshot_id
        for snapshot in table.metadata.snapshots
        if time_of(snapshot) < before and snapshot.snapshot_id not in named
    ]


def _needed(table: Table) -> list[Snapshot]:
    """Snapshots that tell what jobs have read; of a ledger that proves nothing yet, all of them."""
    by_job = newest_by_job(table)
    if kind_of(table) is not LEDGER:
        return [by_job] if by_job else []
    return [*(evidence(table) or table.metadata.snapshots), *([by_job] if by_job else [])]


def time_of(snapshot: Snapshot) -> datetime:
    """When it was committed."""
    return _time(snapshot.timestamp_ms)


def _time(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)
