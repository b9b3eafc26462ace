"""Questions about records: single accepted messages, typed. Making one checks it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from access.grants import Action
from query.cursors import Cursor
from query.errors import FieldProblem, OutOfScopeError
from query.requests import (
    MOST_VALUES,
    Filters,
    RejectedRequest,
    SeriesRequest,
    WindowRequest,
    of_cursor,
    of_limit,
    of_moment,
    of_names,
    refuse,
    shortened,
)
from query.visible import Visible
from streams.records import PARAMETERS, RecordField, RecordType, record_columns, record_fields

MOST_RECORDS = 1_000
"""Most records in one page."""

USUAL_RECORDS = 100
"""Records in a page, unless `limit` says otherwise."""

MOST_PAGE_BYTES = 4_000_000
"""A page ends before the record with which its texts would have more characters; it has one record at least."""

_LARGEST_WHOLE = 2**53


@dataclass(frozen=True, slots=True)
class RecordsRequest:
    """The records whose event time is in `[start, end)`, newest first, of which fields have one of the given values.

    `fields`: those that are answered, all that the asker may see if none is named; in the order of the definition.
    `limit` of those that come `after` a cursor, which is after an event time in milliseconds, a partition and an
    offset. `sight`: as of a window. Raises OutOfScopeError to whom no single message is shown.
    """

    visible: Visible = field(repr=False, compare=False)
    stream: str = field(init=False)
    sight: str = field(init=False)
    start: datetime
    end: datetime
    where: Filters = ()
    fields: tuple[str, ...] = ()
    limit: int = MOST_RECORDS
    after: Cursor | None = None

    def __post_init__(self) -> None:
        if Action.DETAIL not in self.visible.scope.actions:
            raise OutOfScopeError
        refuse(self._problems())
        put = object.__setattr__
        put(self, "stream", self.visible.definition.name)
        put(self, "sight", self.visible.sight)
        known, asked = self._names, dict[str, set[str]]()
        for name, values in self.where:
            asked.setdefault(name, set()).update(values)
        put(self, "where", tuple((name, tuple(sorted(asked[name]))) for name in known if name in asked))
        put(self, "fields", tuple(name for name in known if not self.fields or name in self.fields))

    def _problems(self) -> Iterator[FieldProblem]:
        if self.visible.definition.records is None:
            yield FieldProblem("stream", f"{self.visible.definition.name} keeps none; say records = true in its file")
            return
        wrong = [*of_moment("start", self.start), *of_moment("end", self.end)]
        yield from wrong
        if not wrong and self.start >= self.end:
            yield FieldProblem("end", "must be after start")
        yield from of_names("fields", self.fields, "a field", self._names)
        known = {each.field: each for each in record_fields(self.visible.shown)}
        for name, values in self.where:
            yield from _of_filter(known, name, values)
        if sum(len(values) for _, values in self.where) > MOST_VALUES:
            yield FieldProblem(self.where[0][0], f"at most {MOST_VALUES:,} values can be asked for at once")
        yield from of_limit(self.limit, MOST_RECORDS)
        yield from of_cursor(self.after, self.cursor_kinds)

    @property
    def _names(self) -> list[str]:
        """What can be answered, in its order."""
        return [each.field for each in record_columns(self.visible.shown)]

    @property
    def cursor_kinds(self) -> tuple[type, ...]:
        """What a cursor is after."""
        return (int, int, int)

    @property
    def question(self) -> RecordsRequest:
        """What all its pages have in common."""
        return replace(self, limit=MOST_RECORDS, after=None)

    @property
    def asked(self) -> tuple[RecordField, ...]:
        """The fields that are answered."""
        return tuple(each for each in record_columns(self.visible.shown) if each.field in self.fields)


Question = WindowRequest | SeriesRequest | RejectedRequest | RecordsRequest


def can_filter(each: RecordField) -> bool:
    """Whether records can be asked for by the values of a field."""
    typed = each.type in (RecordType.STRING, RecordType.BOOLEAN, RecordType.INTEGER)
    return typed and each.field not in PARAMETERS


def typed_value(kind: RecordType, text: str) -> str | bool | int:
    """The value that a filter means. Raises ValueError."""
    if kind is RecordType.BOOLEAN:
        return {"true": True, "false": False}[text] if text in ("true", "false") else int("no")
    if kind is RecordType.INTEGER:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 16) or abs(int(text)) > _LARGEST_WHOLE:
            raise ValueError
        return int(text)
    return text


def _of_filter(known: dict[str, RecordField], name: str, values: tuple[str, ...]) -> Iterator[FieldProblem]:
    each = known.get(name)
    if each is None or not can_filter(each):
        by = ", ".join(one.field for one in known.values() if can_filter(one))
        what = "is not a field" if each is None else f"is a {each.type}, by which nothing can be asked for"
        yield FieldProblem(shortened(name), f"{what}; known: {by}")
    elif not values:
        yield FieldProblem(name, "has no value to filter by")
    else:
        for text in values:
            try:
                typed_value(each.type, text)
            except ValueError:
                kinds = {RecordType.BOOLEAN: "true or false", RecordType.INTEGER: "a whole number"}
                yield FieldProblem(name, f"{shortened(text)!r} is not {kinds[each.type]}")
