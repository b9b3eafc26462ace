"""The shape of records: the typed row of each accepted message that is no duplicate.

The job that writes them, the table that holds them and whoever asks for them all read it. The column of a field has
its name in lower case, with `_` for every other sign, so that each engine spells it alike: `RAM.Total` is `ram_total`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from streams.breakdowns import view_names
from streams.definition import Definition
from streams.errors import DefinitionError


class RecordType(StrEnum):
    """Of a column: what it holds, as definitions name the types of fields."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIME = "time"


OWN_COLUMNS: Final = ("partition", "offset", "arrived", "event_time")
"""What every record has beside its fields: where it lies in Kafka, when it arrived, and when it happened."""

VISIT_START: Final = "visit_start"
"""What every record of a stream with visits has too: the event time of the first message of its visit."""

DEFINITION_DIGEST: Final = "definition_digest"
"""What every record has too: the digest of the definition by which it was read, null in rows of before it was noted."""

TAKEN: Final = frozenset({*OWN_COLUMNS, VISIT_START, DEFINITION_DIGEST})
"""Names of columns that no field's may have."""

VIEW: Final = "records"
"""The view of records for SQL clients."""

PARAMETERS: Final = ("start", "end", "fields", "after", "limit")
"""What a question about records is asked with: fields of these names cannot be filtered by."""


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field of messages, and the column that holds it. `read`: what the job's rows call it."""

    field: str
    column: str
    type: RecordType

    @property
    def read(self) -> str:
        """Its name among the columns of the job, where panes have theirs too."""
        return f"_field_{self.column}"


def column_of(field: str) -> str:
    """The name of the column that holds a field."""
    return re.sub(r"[^a-z0-9_]", "_", field.lower())


def record_fields(definition: Definition) -> tuple[RecordField, ...]:
    """The fields of a stream's records, in the order of the definition; none if it keeps no records."""
    if definition.records is None:
        return ()
    return tuple(RecordField(name, column_of(name), RecordType(rule.type)) for name, rule in definition.fields.items())


def record_columns(definition: Definition) -> tuple[RecordField, ...]:
    """All that a record has beside its place and times: its fields, and when its visit began if there are visits."""
    visits = definition.records is not None and definition.visits is not None
    start = (RecordField(VISIT_START, VISIT_START, RecordType.TIME),) if visits else ()
    return (*record_fields(definition), *start)


def records_view_columns(definition: Definition) -> dict[str, str]:
    """Of the view `records`: the name of each column that is of a field, or of a visit → the column of the table.

    Dimensions first, of which some have other names than their fields.
    """
    columns = {name: column_of(each.field) for name, each in definition.dimensions.items()}
    return columns | {each.column: each.column for each in record_columns(definition)}


def record_problems(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """One error for each field whose column would have the name of another one, and for dimensions that do.

    SQL clients have dimensions as columns too: by these their rows are told.
    """
    seen: dict[str, str] = {}
    for each in record_fields(definition):
        if each.column in TAKEN:
            allowed = f"would be the column {each.column} of records, which they have themselves; records need another"
            yield DefinitionError(file, f"fields.{each.field}", None, allowed)
        elif each.column in seen:
            allowed = f"would be the column {each.column} of records, as {seen[each.column]} is; rename one"
            yield DefinitionError(file, f"fields.{each.field}", None, allowed)
        seen.setdefault(each.column, each.field)
    for name, dimension in definition.dimensions.items():
        if name in TAKEN or seen.get(name, dimension.field) != dimension.field:
            allowed = f"is of {dimension.field}, but records have another column {name}; give one of them another name"
            yield DefinitionError(file, f"dimensions.{name}", dimension.field, allowed)


def sql_views(definition: Definition) -> tuple[str, ...]:
    """The names of all views of a stream: those that merge panes, and that of records if it keeps them."""
    return (*view_names(definition), *((VIEW,) if definition.records else ()))
