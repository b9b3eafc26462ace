"""One definition of a stream takes over from another at a cut that all tables share.

The lake itself notes which definition made its rows, so that a change is noticed however the job of before ended.
"""

from __future__ import annotations

from datetime import datetime

from pyiceberg.table import Table

from iceberg.apply import generation_of
from iceberg.begun import newly_begun
from iceberg.bounds import COMPLETE_PROPERTY
from iceberg.catalog import Catalog
from iceberg.commits import set_properties
from iceberg.errors import translated
from iceberg.events import events_table
from iceberg.kinds import PANES, RECORDS, REJECTED
from iceberg.pending import begun_at
from iceberg.records import records_begun_at
from iceberg.rows import any_row
from iceberg.slices import windowed
from iceberg.stream_tables import panes_table, stream_tables
from streams.definition import Definition
from streams.stored_definition import as_stored, stored_definition

RUNNING_PROPERTY = "windowpane.running-definition"
"""Property of panes: the definition, as it is stored, of the job that writes the stream's tables."""


def note_running(catalog: Catalog, definition: Definition) -> None:
    """Note that rows from now on are made by this definition; before its job starts. Raises LakeError."""
    with translated():
        panes = panes_table(catalog, definition.name)
        set_properties(panes, {RUNNING_PROPERTY: as_stored(definition)})


def close_at(catalog: Catalog, stream: str, at: datetime) -> None:
    """Note that every table is complete up to an arrival time, and discard what is of single messages beyond it.

    Only rows of single messages can be beyond: they are committed before their arrival window ends. A table `accepted`
    or `events` that is new stays empty up to there; of new hour panes what came before is pending; of a new breakdown
    only what arrives from there on is told. Raises LakeError.
    """
    with translated():
        tables = stream_tables(catalog, stream)
        of_messages = [tables[REJECTED.name], tables.get(RECORDS.name), events_table(catalog, stream)]
        beyond = f"arrived >= '{at.isoformat()}'"
        for table in filter(None, of_messages):
            if any_row(table, beyond):
                table.delete(beyond)
            set_properties(table, {COMPLETE_PROPERTY: at.isoformat()})
        if RECORDS.name in tables:
            set_properties(tables[RECORDS.name], records_begun_at(at, _running(tables[PANES.name])))
        for each in windowed(tables):
            set_properties(each.table, begun_at(each.table, each.layer, at))
        panes = tables[PANES.name]
        set_properties(panes, newly_begun(panes, _running(panes), at, generation_of(panes)))


def _running(panes: Table) -> Definition | None:
    """The definition of the job that writes the stream's tables; None before there was one."""
    stored = panes.properties.get(RUNNING_PROPERTY)
    return stored_definition(stored, f"{panes.name()[-2]} (as running)") if stored else None
