"""Make the tables of a stream match its definition: first a plan, then, if asked, the changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table
from pyiceberg.table.sorting import NullOrder
from pyiceberg.transforms import IdentityTransform

from database.engine import rows
from iceberg.catalog import Catalog
from iceberg.commits import repeated_when_overtaken, set_properties
from iceberg.divided import divide, is_divided
from iceberg.errors import IncompatibleChangeError, translated
from iceberg.kinds import PANES, RECORDS
from iceberg.namespaces import is_offered
from iceberg.noted import DEFINITION_PROPERTY, noted_definition
from iceberg.records import MADE_PROPERTY
from iceberg.results import RESULTS
from iceberg.schemas import Column, TableLayout, layouts
from iceberg.stream_tables import optional_table, table_made
from streams.breakdowns import is_of_panes
from streams.compatibility import breaking_changes
from streams.definition import Definition
from streams.records import VIEW
from streams.stored_definition import as_stored

GENERATION_PROPERTY = "windowpane.generation"
"""Table property: raised by every publish; a query never mixes two generations."""


def generation_of(table: Table) -> int:
    """How many publications a table has taken part in."""
    return int(table.properties.get(GENERATION_PROPERTY, "0"))


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan, and the doing of it. `notes`: whether it notes the definition in a table."""

    description: str
    run: Callable[[], object]
    notes: bool = False


def applied_definition(catalog: Catalog, stream: str) -> Definition | None:
    """The definition that the stream's tables match now; None when they are not there."""
    panes = optional_table(catalog, stream, PANES.name)
    return None if panes is None else noted_definition(panes)


def applied_streams(catalog: Catalog) -> list[str]:
    """Every stream that has tables, sorted; no staging tables of replays, and no benchmark's."""
    sql = "select table_namespace from iceberg_tables where catalog_name = :catalog and table_name = :panes"
    streams = rows(catalog.engine, sql, catalog=catalog.name, panes=PANES.name)
    return sorted(name for (name,) in streams if is_offered(name))


def views_in(catalog: Catalog, stream: str) -> set[str]:
    """The names of a stream's views, of panes and of records, that are in the catalog."""
    sql = (
        "select table_name from iceberg_tables"
        " where catalog_name = :catalog and table_namespace = :stream and iceberg_type = 'VIEW'"
    )
    named = rows(catalog.engine, sql, catalog=catalog.name, stream=stream)
    return {name for (name,) in named if is_of_panes(name) or name == VIEW}


def plan_tables(catalog: Catalog, definition: Definition) -> list[Change]:
    """What must change for the stream's tables to match its definition, in order; empty when they do.

    Raises IncompatibleChangeError when stored panes could not survive the change.
    """
    applied = applied_definition(catalog, definition.name)
    if applied is not None:
        for key, reason in breaking_changes(applied, definition):
            raise IncompatibleChangeError(definition.name, key, reason)
    with translated():
        changes = [change for layout in layouts(definition) for change in _plan_table(catalog, definition, layout)]
    # Last: the keeper runs what is noted, and then every table must be there.
    return sorted(changes, key=lambda change: change.notes)


def drop_tables(catalog: Catalog, definition: Definition) -> None:
    """Remove the stream's tables with all they hold; those that are not there are no error."""
    with translated():
        for name in (*(layout.name for layout in layouts(definition)), RESULTS):
            with suppress(NoSuchTableError):
                catalog.purge_table((definition.name, name))


def _plan_table(catalog: Catalog, definition: Definition, layout: TableLayout) -> list[Change]:
    identifier = (definition.name, layout.name)
    shown = ".".join(identifier)
    try:
        table = catalog.load_table(identifier)
    except NoSuchTableError:
        return [Change(f"create table {shown}", lambda: _create(catalog, definition, layout))]
    known = {field.name: field.field_type for field in table.schema().fields}
    for name, kind, _ in layout.columns if layout.name == RECORDS.name else ():
        if known.get(name, kind) != kind:
            reason = f"holds {name} as {known[name]}, for a field of before had this name; choose another one"
            raise IncompatibleChangeError(definition.name, "records", reason)
    missing = [column for column in layout.columns if column[0] not in known]
    changes = [Change(f"add column {shown}.{column[0]}", _adding(table, column)) for column in missing]
    unset = {key: value for key, value in layout.properties.items() if table.properties.get(key) != value}
    if unset:
        changes.append(Change(f"set {', '.join(sorted(unset))} of {shown}", _setting(table, unset)))
    if not _is_sorted(table, layout):
        changes.append(Change(f"sort {shown} by {', '.join(layout.sort)}", _sorting(table, layout)))
    if layout.packed and not is_divided(table):
        names = ", ".join(name for _, _, name in layout.packed)
        changes.append(Change(f"divide {shown} by {names}", _dividing(table, layout)))
    noted = as_stored(definition)
    if table.properties.get(DEFINITION_PROPERTY) != noted:
        note = _setting(table, {DEFINITION_PROPERTY: noted})
        changes.append(Change(f"note the definition in {shown}", note, notes=True))
    return changes


def _create(catalog: Catalog, definition: Definition, layout: TableLayout) -> None:
    panes = optional_table(catalog, definition.name, PANES.name)
    # What comes to a stream that there is already is of the state that readers see.
    generation = "0" if panes is None else panes.properties.get(GENERATION_PROPERTY, "0")
    made = {} if panes is None else {MADE_PROPERTY: datetime.now(UTC).isoformat()}
    with translated():
        catalog.create_namespace_if_not_exists(definition.name)
        noted = {DEFINITION_PROPERTY: as_stored(definition), GENERATION_PROPERTY: generation, **made}
        table = table_made(catalog, definition.name, layout, noted)
        if layout.packed and not is_divided(table):
            divide(table, layout.packed)


def _adding(table: Table, column: Column) -> Callable[[], None]:
    @translated()
    @repeated_when_overtaken
    def add() -> None:
        name, kind, _ = column
        with table.refresh().update_schema() as update:
            update.add_column(name, kind)

    return add


def _is_sorted(table: Table, layout: TableLayout) -> bool:
    """Whether new files of the table are sorted so; those that it has stay as they are."""
    columns = [table.schema().find_column_name(each.source_id) for each in table.sort_order().fields]
    return columns == list(layout.sort)


def _sorting(table: Table, layout: TableLayout) -> Callable[[], None]:
    @translated()
    @repeated_when_overtaken
    def sort() -> None:
        with table.refresh().update_sort_order() as update:
            for column in layout.sort:
                update.asc(column, IdentityTransform(), NullOrder.NULLS_FIRST)

    return sort


def _dividing(table: Table, layout: TableLayout) -> Callable[[], None]:
    @translated()
    @repeated_when_overtaken
    def division() -> None:
        divide(table.refresh(), layout.packed)

    return division


def _setting(table: Table, properties: Mapping[str, str]) -> Callable[[], None]:
    return translated()(partial(set_properties, table, properties))
