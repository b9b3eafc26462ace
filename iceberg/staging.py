"""The staging tables of a replay: made like those of its stream, counted, and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pyarrow.compute as pc
from pyiceberg.exceptions import NamespaceNotEmptyError, NoSuchNamespaceError, NoSuchTableError
from pyiceberg.table import Table

from database.errors import LakeError, ReplayError
from database.replays import Replay
from iceberg.apply import applied_definition
from iceberg.catalog import Catalog
from iceberg.divided import divide, fields_of, is_divided, packed_spec
from iceberg.errors import translated
from iceberg.kinds import KINDS, LEDGER, PANES, RECORDS, REJECTED
from iceberg.namespaces import is_staging, staging_namespace
from iceberg.noted import DEFINITION_PROPERTY, noted_definition
from iceberg.packing import pack_all
from iceberg.rows import of_breakdown, total, totals
from iceberg.stream_tables import stream_tables
from streams.breakdowns import breakdowns
from streams.compatibility import breaking_changes
from streams.definition import Definition
from streams.panes import Grain, pane_columns, visit_columns
from streams.records import record_columns


def check_definition(catalog: Catalog, definition: Definition) -> None:
    """Raise ReplayError unless panes of this definition fit into the stream's tables."""
    applied = applied_definition(catalog, definition.name)
    if applied is None:
        raise ReplayError(f"{definition.name} has no tables; run: windowpane apply {definition.name}")
    for key, reason in breaking_changes(applied, definition, replayed=True):
        raise ReplayError(f"{definition.name}: {key} {reason}")
    if definition.hours and not applied.hours:
        raise ReplayError(f"{definition.name} has no hour panes; apply the definition first")
    made, kept = (_by(each) for each in (definition, applied))
    if made != kept:
        raise ReplayError(f"{definition.name} has other breakdowns; apply the definition first")
    if (definition.records is None) is not (applied.records is None):
        applied_as = "without" if definition.records else "with"
        raise ReplayError(f"{definition.name} is applied {applied_as} records; replay it so")
    known = _columns(applied)
    missing = [name for name in _columns(definition) if name not in known]
    if missing:
        raise ReplayError(f"the tables of {definition.name} have no column {missing[0]}; apply the definition first")


def _by(definition: Definition) -> dict[str, tuple[tuple[str, ...], Grain]]:
    """Breakdown → its dimensions and finest grain; rollups that a replay lacks are made of those."""
    return {each.name: (each.dimensions, each.finest) for each in breakdowns(definition)}


def made_definition(catalog: Catalog, replay: Replay) -> Definition:
    """The definition of a replay, but for the breakdowns and hour panes, which are those of its tables."""
    with translated():
        made = noted_definition(catalog.load_table((staging_namespace(replay), PANES.name)))
    return replay.definition.model_copy(update={"breakdowns": made.breakdowns, "hours": made.hours})


def _columns(definition: Definition) -> list[str]:
    """The columns that a definition gives panes and records."""
    return [*(each.name for each in pane_columns(definition)), *(each.column for each in record_columns(definition))]


def make_staging(catalog: Catalog, replay: Replay) -> None:
    """Make the tables that are not there yet. Their field ids are those of the stream's tables, so files can move."""
    with translated():
        catalog.create_namespace_if_not_exists(staging_namespace(replay))
        for name, live in stream_tables(catalog, replay.stream).items():
            identifier = (staging_namespace(replay), name)
            shape = _shape(live)
            if DEFINITION_PROPERTY in live.properties:
                # It tells which breakdowns and grains are made.
                shape["properties"][DEFINITION_PROPERTY] = live.properties[DEFINITION_PROPERTY]
            made = catalog.create_table_if_not_exists(identifier, sort_order=live.sort_order(), **shape)
            if is_divided(live) and not is_divided(made):
                divide(made, fields_of(live, packed_spec(live)))
            if not _has_shape(made, live):
                raise ReplayError(f"table {replay.stream}.{name} was changed; drop replay {replay.id} and replay again")


def make_like(catalog: Catalog, identifier: tuple[str, str], live: Table) -> Table:
    """An empty table whose files a stream's table can take over; one that is there was left by interrupted work.

    The files of such a one stay: they may have been taken over already.
    """
    catalog.create_namespace_if_not_exists(identifier[0])
    with suppress(NoSuchTableError):
        catalog.drop_table(identifier)
    made = catalog.create_table(identifier, **_shape(live))
    if not _has_shape(made, live):
        raise LakeError(f"the columns of {'.'.join(live.name())} are not numbered as a new table's would be")
    return made


def _shape(live: Table) -> dict[str, Any]:
    """What a table is made with whose files another can take over; what is noted in that one stays there."""
    properties = {key: value for key, value in live.properties.items() if not key.startswith("windowpane.")}
    return {"schema": live.schema(), "partition_spec": live.spec(), "properties": properties}


def _has_shape(made: Table, live: Table) -> bool:
    """Whether a new table numbers its columns as the other one does."""
    return made.schema().as_struct() == live.schema().as_struct() and made.specs() == live.specs()


def pack_staging(catalog: Catalog, replay: Replay, packed_bytes: int) -> None:
    """Pack the small files that the job committed: they stay as they are when published. Raises LakeError."""
    with translated():
        tables = stream_tables(catalog, staging_namespace(replay))
    for table in tables.values():
        pack_all(table, packed_bytes)


def drop_staging(catalog: Catalog, replay: Replay, *, with_files: bool) -> None:
    """Remove the tables; with their data files, unless those were ever published."""
    with translated():
        for kind in KINDS:
            with suppress(NoSuchTableError):
                remove = catalog.purge_table if with_files else catalog.drop_table
                remove((staging_namespace(replay), kind.name))
        with suppress(NoSuchNamespaceError, NamespaceNotEmptyError):
            catalog.drop_namespace(staging_namespace(replay))


def staging_namespaces(catalog: Catalog) -> set[str]:
    """The namespaces of replays that have staging tables."""
    with translated():
        return {namespace for (namespace, *_) in catalog.list_namespaces() if is_staging(namespace)}


@dataclass(frozen=True, slots=True)
class Staged:
    """What the staging tables of a replay hold. `in_panes`: breakdown, grain → messages in its panes; `visits`: → each
    number of visits in them.

    `offsets`: messages that the ledger accounts for, heartbeats and duplicates included. `span`: how many there are
    between the first and the last of each partition. `in_records`: None where the stream keeps none. `firsts`:
    partition → the first. The others are messages, or rows of a table.
    """

    offsets: int
    span: int
    accepted: int
    rejected: int
    in_panes: Mapping[tuple[str, Grain], int]
    in_rejected: int
    in_records: int | None
    firsts: Mapping[int, int]
    visits: Mapping[tuple[str, Grain], tuple[int, ...]] = field(default_factory=dict)

    def check(self, replay: Replay) -> None:
        """Raise ReplayError unless every message of the range is there, in every table, exactly once."""
        balanced = {self.accepted} == {*self.in_panes.values()} and self.rejected == self.in_rejected
        balanced = balanced and len({*self.visits.values()}) <= 1
        balanced &= self.in_records in (None, self.accepted)
        if self.offsets != self.span or not balanced:
            raise ReplayError(f"replay {replay.id} does not balance ({self}); drop it and replay again")
        for partition, (first, end) in replay.offsets.items():
            if first < min(end, self.firsts.get(partition, end)):
                raise ReplayError(
                    f"replay {replay.id} lacks offset {first} of partition {partition}: Kafka deleted messages while "
                    "it ran; drop it and replay again"
                )


def committed(catalog: Catalog, replay: Replay) -> int:
    """How many messages, heartbeats included, are committed by now."""
    with translated():
        ledger = catalog.load_table((staging_namespace(replay), LEDGER.name))
        counted = ("accepted", "rejected", "heartbeats", "duplicates")
        return total(ledger, *(name for name in counted if name in ledger.schema().column_names))


def staged(catalog: Catalog, replay: Replay) -> Staged:
    """Count everything."""
    with translated():
        tables = stream_tables(catalog, staging_namespace(replay))
        panes, ledger = tables[PANES.name], tables[LEDGER.name]
        rows = ledger.scan(selected_fields=("partition", "first_offset", "last_offset")).to_arrow()
        bounds = rows.group_by("partition").aggregate([("first_offset", "min"), ("last_offset", "max")])
        span = pc.sum(pc.subtract(bounds["last_offset_max"], bounds["first_offset_min"])).as_py() or 0
        definition = noted_definition(panes)
        kinds = ((each.name, grain) for each in breakdowns(definition) for grain in each.grains)
        whole = {(name, grain): of_breakdown(name, grain) for name, grain in kinds}
        numbers = ("messages", *visit_columns(definition))
        held = {key: totals(panes, *numbers, condition=condition) for key, condition in whole.items()}
        return Staged(
            offsets=committed(catalog, replay),
            span=span + len(bounds),
            accepted=total(ledger, "accepted"),
            rejected=total(ledger, "rejected"),
            in_panes={key: sums[0] for key, sums in held.items()},
            visits={key: sums[1:] for key, sums in held.items()},
            in_rejected=_rows(tables[REJECTED.name]),
            in_records=_rows(tables[RECORDS.name]) if RECORDS.name in tables else None,
            firsts={row["partition"]: row["first_offset_min"] for row in bounds.to_pylist()},
        )


def _rows(table: Table) -> int:
    return table.scan(selected_fields=("offset",)).count()
