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
from streams.breakdowns import Layer

_JOB = "flink.job-id"
_CHECKPOINT = "flink.max-committed-checkpoint-id"
_READ, _READ_AS_OF = "windowpane.read", "windowpane.read-as-of"
"""Of a commit that is no job's: job and checkpoint of the newest one before it, and its parent's sequence number."""


def settled_until(ledger: Table) -> datetime | None:
    """An arrival time up to which every table surely holds everything; None when nothing is sure."""
    proof = evidence(ledger)
    return first_added(ledger, "arrived_from", proof[-1]) if proof else None


def evidence(ledger: Table) -> list[Snapshot]:
    """The two commits of a job that prove what is settled; none when nothing is."""
    by_age = sorted(ledger.metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0)
    appends = [snapshot for snapshot in by_age if _summary(snapshot, _JOB) and _added_rows(snapshot)]
    jobs = [list(group) for _, group in groupby(appends, key=lambda snapshot: _summary(snapshot, _JOB))]
    return next((commits[-2:] for commits in reversed(jobs) if len(commits) > 1), [])


def is_settled(ledger: Table, at: datetime) -> bool:
    """Whether no job can still commit what arrived before a moment, to any table; a stream without a job has none."""
    settled = settled_until(ledger)
    return at <= settled if settled else not any(_summary(snapshot, _JOB) for snapshot in ledger.metadata.snapshots)


def complete_until(ledger: Table, panes: Table) -> datetime | None:
    """An arrival time up to which the panes, loaded after the ledger, hold everything.

    It is the ledger's cut when their newest commit is of the same checkpoint or a later one, else what is settled.
    """
    now = ledger.current_snapshot()
    if _holds(panes, panes.current_snapshot(), ledger, now):
        return latest(ledger, "arrived_until", now)
    return settled_until(ledger)


def kept_until(ledger: Table, counted: Snapshot, panes: Table, held: Snapshot) -> datetime | None:
    """An arrival time up to which a past snapshot of the panes holds everything, by one of the ledger then.

    Where that cannot be told by the ledger it is the panes' own cut, which a quiet stream leaves far behind.
    """
    if _holds(panes, held, ledger, counted):
        return latest(ledger, "arrived_until", counted)
    return latest(panes, "arrived_until", held, Layer.FINEST)


def read_so_far(table: Table) -> dict[str, str]:
    """What a commit that is no job's notes in its summary, so that it tells by itself which checkpoint it holds.

    The commits of jobs before it may expire.
    """
    snapshot = table.current_snapshot()
    read = _read(table, snapshot)
    return {_READ: " ".join(map(str, read)), _READ_AS_OF: str(snapshot.sequence_number)} if snapshot and read else {}


def newest_by_job(table: Table) -> Snapshot | None:
    """The newest commit of a job that the table holds, None if there is none any more."""
    return _by_job(table, table.current_snapshot())[0]


def is_by_job(snapshot: Snapshot) -> bool:
    """Whether a job made the commit."""
    return _summary(snapshot, _JOB) is not None


def tells_alone(snapshot: Snapshot) -> bool:
    """Whether a commit that is no job's notes itself what its table has read.

    One that was repeated over a newer parent holds more than it notes. Expiry may forget who the parent was.
    """
    return _summary(snapshot, _READ_AS_OF) == str((snapshot.sequence_number or 0) - 1)


def _holds(panes: Table, held: Snapshot | None, ledger: Table, counted: Snapshot | None) -> bool:
    """Whether the panes' newest commit by a job is of the ledger's checkpoint or of a later one."""
    newest, read = _read(ledger, counted), _read(panes, held)
    return newest is not None and read is not None and newest[0] == read[0] and read[1] >= newest[1]


def _read(table: Table, snapshot: Snapshot | None) -> tuple[str, int] | None:
    """Job and checkpoint that a snapshot holds all of; publications and maintenance commit too."""
    committed, oldest = _by_job(table, snapshot)
    if committed is not None:
        return _summary(committed, _JOB) or "", int(_summary(committed, _CHECKPOINT) or 0)
    if oldest is None or not tells_alone(oldest):
        return None
    job, checkpoint = (_summary(oldest, _READ) or "").split()
    return job, int(checkpoint)


def _by_job(table: Table, snapshot: Snapshot | None) -> tuple[Snapshot | None, Snapshot | None]:
    """The newest commit of a job that a snapshot holds; without any, the oldest of its commits that is still known."""
    oldest = snapshot
    while snapshot is not None and _summary(snapshot, _JOB) is None:
        oldest, parent = snapshot, snapshot.parent_snapshot_id
        snapshot = None if parent is None else table.metadata.snapshot_by_id(parent)
    return snapshot, oldest


def _summary(snapshot: Snapshot, key: str) -> str | None:
    return snapshot.summary.get(key) if snapshot.summary else None


def _added_rows(snapshot: Snapshot) -> bool:
    return int(_summary(snapshot, "added-records") or 0) > 0
