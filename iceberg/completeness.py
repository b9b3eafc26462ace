"""Read the state of a stream's tables: which snapshots, and how far they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table.snapshots import Snapshot

from iceberg.apply import GENERATION_PROPERTY
from iceberg.bounds import latest
from iceberg.errors import translated
from iceberg.ledger import complete_until

__all__ = ["TABLES", "StreamState", "metadata_locations", "read_state"]

TABLES = ("ledger", "day_panes", "minute_panes", "rejected")
"""In the order in which they are read: what is read later may only be newer."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """Snapshot id per table (None while empty), the day table's cut, and how far the panes are complete."""

    snapshots: Mapping[str, int | None]
    day_cut: datetime | None
    complete_until: datetime | None
    committed: datetime | None
    generation: int


def metadata_locations(catalog: SqlCatalog) -> dict[tuple[str, str], str]:
    """`(stream, table)` → where its newest metadata is: one cheap query that tells which tables changed."""
    with translated(), catalog.engine.connect() as connection:
        rows = connection.execute(
            sqlalchemy.text(
                "select table_namespace, table_name, metadata_location from iceberg_tables"
                " where catalog_name = :catalog and metadata_location is not null"
            ),
            {"catalog": catalog.name},
        )
        return {(namespace, name): location for namespace, name, location in rows if name in TABLES}


def read_state(catalog: SqlCatalog, stream: str) -> StreamState:
    """Load the stream's tables, ledger first and panes after it."""
    with translated():
        tables = {name: catalog.load_table((stream, name)) for name in TABLES}
        current = {name: table.current_snapshot() for name, table in tables.items()}
        return StreamState(
            snapshots={name: snapshot.snapshot_id if snapshot else None for name, snapshot in current.items()},
            day_cut=latest(tables["day_panes"], "arrived_until"),
            complete_until=complete_until(tables["ledger"], current["minute_panes"]),
            committed=_committed(current.values()),
            generation=int(tables["minute_panes"].properties.get(GENERATION_PROPERTY, "0")),
        )


def _committed(snapshots: Iterable[Snapshot | None]) -> datetime | None:
    times = [snapshot.timestamp_ms for snapshot in snapshots if snapshot is not None]
    return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None
