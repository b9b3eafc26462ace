"""What the ledger's commits prove about every table of its stream.

All sinks of a job commit the same checkpoints, each by itself, and checkpoint n+1 cannot complete before every sink
has committed checkpoint n. So once a job's ledger shows two commits, every table holds all that was read before the
first row of the newest one.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from iceberg.bounds import first_added, latest

__all__ = ["complete_until", "is_settled", "kept_until", "settled_until"]

_JOB = "flink.job-id"
_CHECKPOINT = "flink.max-committed-checkpoint-id"


def settled_until(ledger: Table) -> datetime | None:
    """An arrival time up to which every table surely holds everything; None when nothing is sure."""
    by_age = sorted(ledger.metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0)
    appends = [snapshot for snapshot in by_age if _summary(snapshot, _JOB) and _added_rows(snapshot)]
    jobs = [list(group) for _, group in groupby(appends, key=lambda snapshot: _summary(snapshot, _JOB))]
    sure = next((commits[-1] for commits in reversed(jobs) if len(commits) > 1), None)
    return first_added(ledger, "arrived_from", sure) if sure else None


def is_settled(ledger: Table, at: datetime) -> bool:
    """Whether no job can still commit what arrived before a moment, to any table; a stream without a job has none."""
    settled = settled_until(ledger)
    return at <= settled if settled else not any(_summary(snapshot, _JOB) for snapshot in ledger.metadata.snapshots)


def complete_until(ledger: Table, minute_panes: Table) -> datetime | None:
    """An arrival time up to which the minute panes, loaded after the ledger, hold everything.

    It is the ledger's cut when their newest commit is of the same checkpoint or a later one, else what is settled.
    """
    now = ledger.current_snapshot()
    if _holds(minute_panes, minute_panes.current_snapshot(), ledger, now):
        return latest(ledger, "arrived_until", now)
    return settled_until(ledger)


def kept_until(ledger: Table, counted: Snapshot, minute_panes: Table, panes: Snapshot) -> datetime | None:
    """An arrival time up to which a past snapshot of the minute panes holds everything, by one of the ledger then.

    Where that cannot be told by the ledger it is the panes' own cut, which a quiet stream leaves far behind.
    """
    if _holds(minute_panes, panes, ledger, counted):
        return latest(ledger, "arrived_until", counted)
    return latest(minute_panes, "arrived_until", panes)


def _holds(minute_panes: Table, panes: Snapshot | None, ledger: Table, counted: Snapshot | None) -> bool:
    """Whether the panes' newest commit by a job is of the ledger's checkpoint or of a later one."""
    newest, read = _by_job(ledger, counted), _by_job(minute_panes, panes)
    if newest is None or read is None or _summary(newest, _JOB) != _summary(read, _JOB):
        return False
    return int(_summary(read, _CHECKPOINT) or 0) >= int(_summary(newest, _CHECKPOINT) or 0)


def _by_job(table: Table, snapshot: Snapshot | None) -> Snapshot | None:
    """The newest commit of a job that a snapshot holds; publications and maintenance commit too."""
    while snapshot is not None and _summary(snapshot, _JOB) is None:
        parent = snapshot.parent_snapshot_id
        snapshot = None if parent is None else table.metadata.snapshot_by_id(parent)
    return snapshot


def _summary(snapshot: Snapshot, key: str) -> str | None:
    return snapshot.summary.get(key) if snapshot.summary else None


def _added_rows(snapshot: Snapshot) -> bool:
    return int(_summary(snapshot, "added-records") or 0) > 0
