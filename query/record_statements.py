"""Statements about records. Pure: question and pinned snapshot in; SQL and its bound values out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from iceberg.kinds import RECORDS
from iceberg.lake_view import LakeView
from query.record_requests import MOST_PAGE_BYTES, RecordsRequest
from query.record_rules import Met, RecordRules, record_rules
from query.rendering import ident, table_name, templates
from query.statement import Statement
from query.statements import refuse_taken
from query.windows import EPOCH, Span
from streams.definition import Definition
from streams.records import RecordField, RecordType, record_columns, records_view_columns

Unit = Literal["day", "hour", "minute", "second"]

_TYPES = {
    RecordType.STRING: "varchar",
    RecordType.NUMBER: "double",
    RecordType.INTEGER: "bigint",
    RecordType.BOOLEAN: "boolean",
    RecordType.TIME: "timestamp(6) with time zone",
}
_OF_OTHERS = 16
"""What a record counts beside the characters of its texts, for each column."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A field as it is read: times in milliseconds since 1970."""

    sql: str
    text: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Which records of a question's: of a span, after a place, so many, of so many characters."""

    span: Span
    limit: int
    most: int = MOST_PAGE_BYTES
    after: tuple[int, int, int] | None = None


def page_of(request: RecordsRequest) -> Page:
    """The page that a question asks for."""
    after = None if request.after is None else request.after.after
    place = None if after is None else (int(after[0]), int(after[1]), int(after[2]))
    return Page(Span(request.start, request.end), request.limit, after=place)


def records_statement(
    definition: Definition, view: LakeView, request: RecordsRequest, page: Page | None = None
) -> Statement | None:
    """The statement that lists a page of records, one more than are asked for; None when there can be none.

    A row: how many were found, event time, partition, offset, arrival, then the fields that are asked for.
    """
    asked = _asked(definition, view, request)
    if asked is None:
        return None
    page = page or page_of(request)
    sql = templates.get_template("records_page.sql").render(
        asked.shape, after=page.after is not None, limit=page.limit + 1, most=page.most
    )
    values: list[Any] = [page.span.start, page.span.end, *asked.rules.values]
    if page.after is not None:
        at, partition, offset = page.after
        moment = EPOCH + timedelta(milliseconds=at)
        values += [moment, moment, partition, partition, offset]
    return Statement(sql, tuple(values))


def record_counts_statement(
    definition: Definition, view: LakeView, request: RecordsRequest, span: Span, unit: Unit
) -> Statement | None:
    """The statement that counts records: when each length of time begins, in seconds, records, characters."""
    asked = _asked(definition, view, request)
    if asked is None:
        return None
    sql = templates.get_template("records_counts.sql").render(asked.shape, unit=unit)
    return Statement(sql, (span.start, span.end, *asked.rules.values))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all statements of a question have in common."""

    view: LakeView
    columns: tuple[_Column, ...]
    rules: RecordRules

    @property
    def shape(self) -> dict[str, Any]:
        missing = self.view.records_missing
        texts = [f"coalesce(length(c{at}), 0)" for at, column in enumerate(self.columns) if column.text]
        return {
            "table": table_name(self.view.stream, RECORDS.name),
            "snapshot": self.view.records_snapshot,
            "columns": self.columns,
            "size": " + ".join([str(_OF_OTHERS * (4 + len(self.columns))), *texts]),
            "where": [*conditions_in(self.rules.where, missing)],
            "alternatives": [[*conditions_in(rule, missing)] for rule in self.rules.alternatives],
        }


def records_in_scope(
    definition: Definition, view: LakeView, request: RecordsRequest
) -> tuple[RecordRules, tuple[RecordField, ...]] | None:
    """What records must meet, and the fields that are asked for; None where there can be no record.

    Raises NotKeptError for those of a time that retention took.
    """
    refuse_taken(view, RECORDS.name, request.start, request.end, "records")
    if view.records_snapshot is None:
        return None
    visible = request.visible.over(definition)
    rules, shown = record_rules(visible, request), {each.field: each for each in record_columns(visible.shown)}
    if rules is None or not {*request.fields} <= shown.keys():
        return None
    return rules, tuple(shown[name] for name in request.fields)


def _asked(definition: Definition, view: LakeView, request: RecordsRequest) -> _Asked | None:
    found = records_in_scope(definition, view, request)
    if found is None:
        return None
    rules, fields = found
    return _Asked(view, tuple(_column(each, view.records_missing) for each in fields), rules)


def _column(each: RecordField, missing: frozenset[str]) -> _Column:
    sql = column_in(each, missing)
    if each.type is RecordType.TIME:
        sql = f"cast(round(to_unixtime({sql}) * 1000) as bigint)"
    return _Column(sql, each.type is RecordType.STRING)


def column_in(each: RecordField, missing: frozenset[str]) -> str:
    """A column as a snapshot has it: null where it came after that."""
    return f"cast(null as {_TYPES[each.type]})" if each.column in missing else ident(each.column)


def conditions_in(rule: Met, missing: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Of each condition the column, and marks for its values; `null`, which nothing equals, where there are none."""
    for column, values in rule:
        # What a snapshot does not know is null in it; the values have to be bound all the same.
        marks = ", ".join(["?"] * len(values)) or "null"
        yield (f"if(false, {_bound(values)})" if column in missing else ident(column)), marks


def _bound(values: Sequence[object]) -> str:
    kind = type(values[0]) if values else str
    return {bool: "true", int: "0"}.get(kind, "''")


def records_view_statements(definition: Definition) -> tuple[str, ...]:
    """The statement that makes the view `records` for SQL clients, of a stream that keeps them."""
    if definition.records is None:
        return ()
    sql = templates.get_template("records_view.sql").render(
        stream=definition.name,
        columns=records_view_columns(definition),
        comment=f"{definition.title}: each accepted message, typed.",
    )
    return (sql,)


def moment(millis: int) -> datetime:
    """The time that a number of milliseconds is."""
    return EPOCH + timedelta(milliseconds=millis)
