"""Windows answered from records: "panes" that are made of single messages when they are asked for. Pure.

A group's pane has what panes of the same messages would merge to: measures are made by the same steps in IEEE doubles
and rounded alike, a measure of a missing field is missing, ties of a peak go to the earliest time, and sketches of
distinct counts are those of the job bit by bit, so that they merge with its own. Quantile digests are Trino's, of the
job's compression, within the same error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iceberg.kinds import RECORDS
from iceberg.lake_view import LakeView
from query.aggregates import answered_columns
from query.record_visits import VisitDimension, recorded_visits
from query.rendering import ident, table_name, templates
from query.requests import WindowRequest
from query.row_rules import RowRules
from query.statement import Statement
from streams import aggregates
from streams.aggregates import Aggregate
from streams.definition import Definition
from streams.expression import Expression
from streams.panes import PaneColumn
from streams.records import RecordType, column_of

_INTEGRAL = 2**52
"""Every double of this size or more is a whole number; one less, added to it, is rounded to one, half to even."""

# A HyperLogLog of one value, as Trino stores it: version, 2^14 buckets, one entry, and that: the first 26 bits of the
# hash, and how many zeros follow. The job's sketches are of the same hash and as many buckets (`Distinct.java`).
_HASH = "from_big_endian_64(reverse(substr(murmur3(to_utf8({text})), 1, 8)))"
_TAIL = f"bitwise_and({_HASH}, {2**38 - 1})"
_ZEROS = f"if({_TAIL} = 0, 38, 38 - length(to_base({_TAIL}, 2)))"
_ENTRY = f"bitwise_or(bitwise_left_shift(bitwise_right_shift({_HASH}, 38), 6), {_ZEROS})"
_SKETCH = f"X'020E0100' || reverse(substr(to_big_endian_64({_ENTRY}), 5, 4))"

_MADE: Mapping[Aggregate, str] = {
    aggregates.MESSAGES: "count(*)",
    aggregates.COUNT: "count({value})",
    aggregates.SUM: "sum({value})",
    aggregates.MIN: "min({value})",
    aggregates.MAX: "max({value})",
    aggregates.MIN_AT: "(min(row({value}, event_time)) filter (where {value} is not null))[2]",
    aggregates.MAX_AT: "(min(row(-{value}, event_time)) filter (where {value} is not null))[2]",
    aggregates.DIGEST: "cast(tdigest_agg(cast({value} as double)) as varbinary)",
    aggregates.DISTINCT: "cast(merge(cast({value} as hyperloglog)) as varbinary)",
}
"""Aggregate → what makes it of messages; `{value}` is the measure in stored units, or the sketch of one text."""

_OF_VISITS: Mapping[Aggregate, str] = {
    each: f"sum({each.name})"
    for each in (aggregates.MESSAGES, aggregates.VISITS, aggregates.BOUNCES, aggregates.VISIT_SECONDS)
}
"""The same of messages and their visits, each of which says which numbers it has."""


@dataclass(frozen=True, slots=True)
class _Named:
    """An expression of the statement, and its name there."""

    name: str
    sql: str


def window_of_records(
    definition: Definition,
    view: LakeView,
    request: WindowRequest,
    rules: RowRules,
    columns: Sequence[PaneColumn],
    bucket: str = "",
) -> Statement | None:
    """The statement that answers a window, or each step of it, from records. `bucket`: when a step begins, in SQL.

    Its rows are those of a statement over panes. `columns`: what is answered; those that no single message has are left
    out. `rules`: what rows must meet, by dimensions. None when there can be no row.
    """
    single = rules.single
    keys = [name for name in request.by if name not in single]
    if view.records_snapshot is None or (request.after is not None and not keys):
        return None
    visits = recorded_visits(definition, view.records_missing, request.start, request.end, rules)
    forms = _MADE if visits is None else {**_MADE, **_OF_VISITS}
    made = tuple(column for column in columns if column.aggregate in forms)
    answered = answered_columns(made, request.quantiles)
    fields = _Fields(definition, view.records_missing)
    # Dimensions of a message of a visit are not all its own, so conditions are on what was made of them.
    told = fields.dimension if visits is None else ident
    sql = templates.get_template("window_of_records.sql").render(
        table=table_name(view.stream, RECORDS.name),
        snapshot=view.records_snapshot,
        keys=[_Named(name, fields.dimension(name)) for name in keys],
        visits=visits,
        within=None if visits is None else visits.narrowed(fields.dimension),
        dimensions=[fields.of_visits(name) for name in rules.dimensions_with(keys)],
        bucket=bucket,
        read=fields.read(made),
        made=[_Named(column.name, forms[column.aggregate].format(value=ident(f"={column.source}"))) for column in made],
        merged=[*answered.values()],
        where=[(told(name), count) for name, count in rules.shape],
        alternatives=[[(told(name), count) for name, count in rule] for rule in rules.shapes],
        known=request.as_known_at is not None,
        after=request.after is not None,
        limit=request.limit and request.limit + 1,
    )
    known = tuple((at, single[name]) for at, name in enumerate(request.by) if name in single)
    arrived = () if request.as_known_at is None else (request.as_known_at,)
    window = (request.start, request.end, *rules.values)
    values = (*window, *arrived) if visits is None else (*visits.values, *arrived, *window)
    values += request.beyond(keys)
    return Statement(sql, values, tuple(answered), known=known)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The columns of a definition's fields; null where the snapshot is older than the column."""

    definition: Definition
    missing: frozenset[str]

    def dimension(self, name: str) -> str:
        """What a dimension is."""
        return self._text(self.definition.dimensions[name].field)

    def of_visits(self, name: str) -> VisitDimension:
        """The same, and what visits have of it."""
        visits = self.definition.visits
        first, last = ((), ()) if visits is None else (visits.first, visits.last)
        return VisitDimension(name, self.dimension(name), name in first, name in last)

    def read(self, columns: Sequence[PaneColumn]) -> list[_Named]:
        """What is read of each message, by the measure or distinct count that needs it."""
        named: dict[str, str] = {}
        for source in dict.fromkeys(column.source for column in columns if column.source):
            if source in self.definition.measures:
                named[source] = self._stored(source)
            else:
                text = self._text(self.definition.distincts[source].field)
                named[source] = f"if({text} is not null, {_SKETCH.format(text=text)})"
        return [_Named(f"={source}", sql) for source, sql in named.items()]

    def _text(self, field: str) -> str:
        return "cast(null as varchar)" if column_of(field) in self.missing else ident(column_of(field))

    def _stored(self, measure: str) -> str:
        """A measure in stored units, as the decoders round it: half to even."""
        value, scale = self._arithmetic(self.definition.expression(measure)), self.definition.measures[measure].scale
        return f"cast({rounded(f'({value} * {double(float(scale))})')} as bigint)"

    def _arithmetic(self, steps: Expression) -> str:
        names, stack = [*self.definition.fields], list[str]()
        for step in steps:
            if step.field is not None:
                stack.append(self._number(names[step.field]))
            elif step.number is not None:
                stack.append(double(step.number))
            elif step.op == "neg":
                stack.append(f"(-{stack.pop()})")
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(f"({left} {step.op} {right})")
        return stack[0]

    def _number(self, field: str) -> str:
        if column_of(field) in self.missing:
            return "cast(null as double)"
        column = ident(column_of(field))
        is_double = RecordType(self.definition.fields[field].type) is RecordType.NUMBER
        return column if is_double else f"cast({column} as double)"


def double(value: float) -> str:
    """A double as Trino reads it, bit by bit."""
    return f"double '{value!r}'"


def rounded(value: str) -> str:
    """A double rounded to a whole number, half to even, as `rint` does; Trino's own `round` goes away from zero."""
    whole = double(float(_INTEGRAL))
    return f"if(abs({value}) < {whole}, sign({value}) * ((abs({value}) + {whole}) - {whole}), {value})"
