"""The fields of records as Flink's SQL has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from streams.definition import Definition
from streams.records import RecordType, record_columns

_TYPES: Mapping[RecordType, str] = {
    RecordType.STRING: "string",
    RecordType.NUMBER: "double",
    RecordType.INTEGER: "bigint",
    RecordType.BOOLEAN: "boolean",
    RecordType.TIME: "timestamp_ltz(3)",
}


@dataclass(frozen=True, slots=True)
class RecordSql:
    """A field: its column in the table, what the combiner's rows call it and of which type, and what is stored."""

    column: str
    read: str
    type: str
    stored: str


def record_sql(definition: Definition) -> tuple[RecordSql, ...]:
    """The fields of a stream's records; none if it keeps none. Names are of letters, digits and `_`."""
    return tuple(
        RecordSql(
            each.column,
            each.read,
            _TYPES[each.type],
            f"cast(`{each.read}` as timestamp_ltz(6))" if each.type is RecordType.TIME else f"`{each.read}`",
        )
        for each in record_columns(definition)
    )
