"""Visits told from records, as the job tells them: which records are of one, and what is counted of it. Pure.

A record says when its visit began. Two visits of a key may begin at the same time, the later one only where the earlier
is known no longer: in another round, or after a rest of arrivals (see docs/architecture.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from query.row_rules import RowRules
from query.windows import EPOCH, Span
from streams.definition import Definition
from streams.records import VISIT_START, column_of


@dataclass(frozen=True, slots=True)
class VisitDimension:
    """A dimension, its expression over a record, and whether it is the `first` or the `last` one of a visit."""

    name: str
    sql: str
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class RecordedVisits:
    """What a statement over whole visits needs. `counts`: None where every message does. `within`: a dimension that all
    messages of a visit have alike, and the values of it that are looked for.
    """

    key: str
    counts: str | None
    cut: int
    known: int
    span: Span
    within: tuple[str, tuple[str, ...]] | None

    @property
    def values(self) -> tuple[Any, ...]:
        """What the marks of its conditions stand for."""
        return (self.span.start, self.span.end, *(self.within[1] if self.within else ()))

    def narrowed(self, column: Callable[[str], str]) -> tuple[str, int] | None:
        """The column of `within`, and how many values it may have."""
        return (column(self.within[0]), len(self.within[1])) if self.within else None


def recorded_visits(
    definition: Definition, missing: frozenset[str], start: datetime, end: datetime, rules: RowRules
) -> RecordedVisits | None:
    """How visits are told of a window's records; None of a stream without, and of records that do not say them yet.

    `missing`: columns that the records lack.
    """
    visits, key = definition.visits, definition.key
    if visits is None or key is None or VISIT_START in missing:
        return None
    counts = None if visits.counts is None or column_of(visits.counts) in missing else column_of(visits.counts)
    span = whole_visits(definition, start, end)
    return RecordedVisits(column_of(key), counts, visits.cut_ms, visits.known_ms, span, _within(definition, rules))


def whole_visits(definition: Definition, start: datetime, end: datetime) -> Span:
    """A window, and all time beyond it that a visit in it may reach: visits end at their cuts."""
    if definition.visits is None:
        return Span(start, end)
    cut = timedelta(milliseconds=definition.visits.cut_ms)
    return Span(EPOCH + (start - EPOCH) // cut * cut, EPOCH - (EPOCH - end) // cut * cut)


def _within(definition: Definition, rules: RowRules) -> tuple[str, tuple[str, ...]] | None:
    """What may be asked of single records already: of the field by which they are packed a visit has one value."""
    bucket = definition.records and definition.records.bucket
    for name, dimension in definition.dimensions.items():
        if dimension.field != bucket:
            continue
        values = dict(rules.where).get(name)
        if values is None and rules.alternatives and all(name in dict(rule) for rule in rules.alternatives):
            values = tuple(sorted({value for rule in rules.alternatives for value in dict(rule)[name]}))
        if values is not None:
            return name, values
    return None
