"""Real Iceberg tables on local disk, with commits that look like those of Flink's sinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import sqlalchemy
from pyiceberg.io import FileIO
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata

from iceberg.apply import plan_tables
from iceberg.catalog import Catalog
from streams.breakdowns import Breakdown, Layer
from streams.definition import Definition
from streams.panes import Grain

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def noon(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def open_local(folder: Path) -> Catalog:
    """A catalog on SQLite whose tables are files, in the layout that the engines use."""
    catalog = Catalog("lake", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())
    with catalog.engine.begin() as connection:
        names = {column["name"] for column in sqlalchemy.inspect(connection).get_columns("iceberg_tables")}
        if "iceberg_type" not in names:
            connection.execute(sqlalchemy.text("alter table iceberg_tables add column iceberg_type varchar(5)"))
    return catalog


def make_tables(catalog: Catalog, definition: Definition, **properties: str) -> dict[str, Table]:
    """The stream's tables, by name, with these properties."""
    for change in plan_tables(catalog, definition):
        change.run()
    tables = {name: catalog.load_table((namespace, name)) for namespace, name in catalog.list_tables(definition.name)}
    for table in tables.values():
        if properties:
            with table.transaction() as transaction:
                transaction.set_properties(properties)
    return tables


def commit(table: Table, rows: Sequence[Mapping[str, Any]], job: str | None = None, checkpoint: int = 0) -> None:
    """Append rows (columns left out are null) in one commit of a checkpoint of a Flink job; none is an empty commit."""
    names = set(table.schema().column_names)
    assert all(row.keys() <= names for row in rows)
    summary = {} if job is None else {"flink.job-id": job, "flink.max-committed-checkpoint-id": str(checkpoint)}
    data = pa.Table.from_pylist([dict(row) for row in rows], schema=schema_to_pyarrow(table.schema()))
    table.append(data, snapshot_properties=summary)


@contextmanager
def overtaken(catalog: Catalog, *others: Callable[[], object]) -> Iterator[None]:
    """While the next commits are under way, as many others are quicker; each must be."""
    write, due = catalog._write_metadata, list(others)

    def late(metadata: TableMetadata, io: FileIO, metadata_path: str) -> None:
        write(metadata, io, metadata_path)
        if due:
            due.pop(0)()

    with mock.patch.object(catalog, "_write_metadata", late):
        yield
    assert due == []


def ledger_row(second: int, *, partition: int = 0, accepted: int = 1) -> dict[str, Any]:
    """What a partition had in the ten seconds from `second` after noon."""
    return {
        "partition": partition,
        "arrived_from": noon(second),
        "arrived_until": noon(second + 10),
        "first_offset": second,
        "last_offset": second + 9,
        "accepted": accepted,
        "rejected": 0,
        "heartbeats": 0,
        "duplicates": 0,
    }


def layer(grain: Grain) -> Layer:
    """The layer of panes of a grain, where the finest are those of minutes."""
    return Layer.FINEST if grain is Grain.MINUTE else Layer(grain.value)


def pane_row(second: int, *, length: int = 10, grain: Grain = Grain.MINUTE) -> dict[str, Any]:
    """A pane of one message of `health` that arrived in the interval from `second` after noon."""
    return {
        "service": "cart",
        **pane_place(grain, NOON, hourly=False),
        "arrived_from": noon(second),
        "arrived_until": noon(second + length),
        "messages": 1,
    }


def day_row(second: int) -> dict[str, Any]:
    """A day pane of one message of `health` that arrived in the ten minutes from `second` after noon."""
    return pane_row(second, length=600, grain=Grain.DAY)


def pane_place(grain: Grain, start: datetime, *, hourly: bool) -> dict[str, Any]:
    """What tells where a pane belongs whose window starts at a moment, or a little before."""
    seconds = (start - _EPOCH) // timedelta(seconds=grain.seconds) * grain.seconds
    start = _EPOCH + timedelta(seconds=seconds)
    grains = tuple(Grain) if hourly else (Grain.MINUTE, Grain.DAY)
    breakdown = Breakdown("service", ("service",), grains)
    return {
        "breakdown": breakdown.name,
        "grain": str(grain),
        "part": breakdown.packed_part(grain, start),
        "window_start": start,
        "window_end": start + timedelta(seconds=grain.seconds),
    }


def rejected_row(second: float, partition: int, offset: int) -> dict[str, Any]:
    """A rejected message."""
    return {"partition": partition, "offset": offset, "arrived": noon(second), "reason": "empty", "payload": b""}


def event_row(second: float, partition: int, offset: int) -> dict[str, Any]:
    """A message that is kept as it came."""
    return {"partition": partition, "offset": offset, "arrived": noon(second), "event_time": NOON, "payload": b"{}"}
