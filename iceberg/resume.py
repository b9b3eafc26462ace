"""Where a job with no state of its own starts: the lake is the checkpoint.

All sinks of a job commit the same checkpoint, each by itself, and checkpoint n+1 cannot complete before every sink has
committed checkpoint n. So when a job's ledger shows two commits, every table holds all that was read before the
first row of the newest one. The job starts there, rounded down to a day pane's arrival window, and each sink
keeps only what lies beyond its own table's cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import GreaterThanOrEqual
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from iceberg.bounds import first_added, latest
from iceberg.errors import translated
from streams.panes import DAY_ARRIVAL_SECONDS

__all__ = ["ResumePoint", "resume_point"]

_JOB = "flink.job-id"


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where to read from, and what each table already holds.

    `start`: arrival time to read from, None for the beginning. `cuts`: table → arrival time up to which it is
    complete. `rejected_offsets`: partition → highest offset that the table `rejected` holds beyond `start`.
    """

    start: datetime | None
    cuts: dict[str, datetime | None] = field(default_factory=dict)
    rejected_offsets: dict[int, int] = field(default_factory=dict)


def resume_point(catalog: SqlCatalog, stream: str) -> ResumePoint:
    """Read the resume point of a stream from its tables' metadata. No job of the stream may be running."""
    with translated():
        start = _settled(catalog.load_table((stream, "ledger")))
        cuts = {
            name: latest(catalog.load_table((stream, name)), "arrived_until")
            for name in ("minute_panes", "day_panes", "ledger")
        }
        offsets = _highest_offsets(catalog.load_table((stream, "rejected")), start)
    return ResumePoint(start, cuts, offsets)


def _settled(ledger: Table) -> datetime | None:
    """An arrival time up to which every table surely holds everything, on the edge of a day pane's window."""
    appends = [snapshot for snapshot in _by_age(ledger) if _job(snapshot) and _added_rows(snapshot)]
    jobs = [list(group) for _, group in groupby(appends, key=_job)]
    settled = next((commits[-1] for commits in reversed(jobs) if len(commits) > 1), None)
    first = first_added(ledger, "arrived_from", settled) if settled else None
    if first is None:
        return None
    seconds = int(first.timestamp())
    return datetime.fromtimestamp(seconds - seconds % DAY_ARRIVAL_SECONDS, UTC)


def _by_age(table: Table) -> Sequence[Snapshot]:
    return sorted(table.metadata.snapshots, key=lambda snapshot: snapshot.sequence_number or 0)


def _job(snapshot: Snapshot) -> str | None:
    return snapshot.summary.get(_JOB) if snapshot.summary else None


def _added_rows(snapshot: Snapshot) -> bool:
    return snapshot.summary is not None and int(snapshot.summary.get("added-records") or 0) > 0


def _highest_offsets(rejected: Table, start: datetime | None) -> dict[int, int]:
    condition = GreaterThanOrEqual(term="arrived", value=(start or datetime.fromtimestamp(0, UTC)).isoformat())
    rows = rejected.scan(row_filter=condition, selected_fields=("partition", "offset")).to_arrow()
    highest = rows.group_by("partition").aggregate([("offset", "max")])
    return dict(zip(highest["partition"].to_pylist(), highest["offset_max"].to_pylist(), strict=True))
