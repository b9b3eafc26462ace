"""What was answered to the questions of a form: one statement over records for all of them, and what it gives. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any
from zoneinfo import ZoneInfo

from query.grouping import instant, step_start
from query.record_requests import typed_value
from query.rendering import ident, literal, templates
from query.requests import Filters, Step
from streams.definition import Definition, FieldRule
from streams.form import Question
from streams.records import RecordType, column_of

OTHER = "\x1f"
"""Stands for all answers that are none of a question's choices."""

_BETWEEN = "\x1e"
"""Between the two answers of a cell of a table."""

MOST_TEXTS = 10
"""Newest answers to a question that are shown where everybody answers in words."""

_MOST_VALUES = 1_000
"""Whole numbers of which each is counted by itself; of others, and of numbers, about so many places are told apart."""

_PLACES = 60
_MOST_CROSSED = 100


class Kind(Enum):
    """How the answers to a question are counted."""

    CHOICE = auto()
    WHOLE = auto()
    NUMBER = auto()
    TEXT = auto()
    TIME = auto()


def kind_of(rule: FieldRule, question: Question) -> Kind:
    """How the answers to a question are counted."""
    match rule.type:
        case "boolean":
            return Kind.CHOICE
        case "string":
            return Kind.CHOICE if question.choices or rule.values else Kind.TEXT
        case "integer" if _values_of(rule) <= _MOST_VALUES:
            return Kind.WHOLE
        case "time":
            return Kind.TIME
    return Kind.NUMBER


def can_cross(rule: FieldRule, question: Question) -> bool:
    """Whether a table can have its answers at a side."""
    kind = kind_of(rule, question)
    return kind is Kind.CHOICE or (kind is Kind.WHOLE and _values_of(rule) <= _MOST_CROSSED)


def _values_of(rule: FieldRule) -> float:
    low, high = (bound if isinstance(bound, int | float) else None for bound in (rule.min, rule.max))
    return float("inf") if low is None or high is None else high - low + 1


@dataclass(frozen=True, slots=True)
class FormAsked:
    """Submissions of `[start, end)` that meet all filters and hold a text. `crossed`: two fields, or none."""

    start: datetime
    end: datetime
    step: Step
    zone: ZoneInfo
    where: Filters = ()
    text: str = ""
    crossed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to one question, by its kind.

    `counts`: of a choice or a whole number, how often each was given; of a number, how often one near it was.
    `facts`: of a number its mean, three quartiles, least and most. `texts`: the newest. `first`, `last`: of times.
    """

    kind: Kind
    number: int = 0
    counts: Mapping[Any, float] = field(default_factory=dict)
    facts: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """Of all submissions that were asked for. `crossed`: the two answers, as text → how many gave both."""

    submissions: int
    moments: Mapping[datetime, int]
    by: Mapping[str, Answered]
    crossed: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Made:
    """SQL without its first `with`, the values of its marks, and the fields that it reads."""

    body: str
    values: tuple[Any, ...]
    columns: tuple[str, ...]


def form_statement(definition: Definition, questions: Sequence[Question], asked: FormAsked) -> Made:
    """What answers, of questions that are shown; filters are of fields that are. Raises ValueError for a value that
    its field cannot have."""
    rules = definition.fields
    kinds = {each.field: kind_of(rules[each.field], each) for each in questions}
    searched = [column_of(name) for name, kind in kinds.items() if kind is Kind.TEXT] if asked.text else []
    typed = [
        (name, [typed_value(RecordType(rules[name].type), text) for text in values]) for name, values in asked.where
    ]
    body = templates.get_template("form_answers.sql").render(
        filters=[(column_of(name), ", ".join(["?"] * len(values))) for name, values in typed],
        searched=searched,
        moment=step_start("event_time", asked.step, asked.zone.key if asked.step.of_calendar else None),
        crossed=_crossed(questions, rules, asked),
        expressions=[sql for each in questions for sql in _EXPRESSIONS[kinds[each.field]](each, rules[each.field])],
    )
    values = (*(value for _, values in typed for value in values), *(asked.text for _ in searched))
    return Made(body, values, tuple(dict.fromkeys((*kinds, *(name for name, _ in asked.where)))))


def form_answers(
    definition: Definition, questions: Sequence[Question], asked: FormAsked, rows: Sequence[Sequence[Any]]
) -> FormAnswers:
    """What the statement's row says."""
    kinds = {each.field: kind_of(definition.fields[each.field], each) for each in questions}
    if not rows:
        return FormAnswers(0, {}, {name: Answered(kind) for name, kind in kinds.items()}, {})
    submissions, moments, crossed, *rest = rows[0]
    by, values = {}, iter(rest)
    for name, kind in kinds.items():
        by[name] = _READERS[kind](values)
    pairs = {tuple(str(key).split(_BETWEEN, 1)): int(count) for key, count in (crossed or {}).items()}
    return FormAnswers(
        int(submissions),
        {_moment(int(at), asked): int(count) for at, count in (moments or {}).items()},
        by,
        {(down, across): count for (down, across), count in pairs.items()},
    )


def _moment(seconds: int, asked: FormAsked) -> datetime:
    """Of a step; those of a calendar are told as clocks of the zone show them."""
    at = datetime.fromtimestamp(seconds, UTC)
    return instant(at.replace(tzinfo=None), asked.zone) if asked.step.of_calendar else at


def _crossed(questions: Sequence[Question], rules: Mapping[str, FieldRule], asked: FormAsked) -> str:
    if asked.crossed is None:
        return "cast(null as map(varchar, bigint))"
    asking = {each.field: each for each in questions}
    down, across = (_chosen(asking[name], rules[name]) for name in asked.crossed)
    return f"histogram({down} || chr({ord(_BETWEEN)}) || {across})"


def _chosen(question: Question, rule: FieldRule) -> str:
    """An answer as text; where a field may have others than a question's choices, all of these are one."""
    column = ident(column_of(question.field))
    if rule.type != "string":
        return f"cast({column} as varchar)"
    if rule.values is not None:
        return column
    known = ", ".join(map(literal, question.choices))
    return f"case when {column} in ({known}) then {column} when {column} is not null then chr({ord(OTHER)}) end"


def _counted(question: Question, rule: FieldRule) -> Iterator[str]:
    yield f"histogram({_chosen(question, rule)})"


def _spread(question: Question, _: FieldRule) -> Iterator[str]:
    column = ident(column_of(question.field))
    yield f"cast(numeric_histogram({_PLACES}, cast({column} as double)) as map(varchar, double))"
    yield f"count({column})"
    yield f"avg(cast({column} as double))"
    yield f"approx_percentile(cast({column} as double), array[0.25e0, 0.5e0, 0.75e0])"
    yield f"cast(min({column}) as double)"
    yield f"cast(max({column}) as double)"


def _worded(question: Question, _: FieldRule) -> Iterator[str]:
    column = ident(column_of(question.field))
    yield f"count({column})"
    yield f"max_by({column}, event_time, {MOST_TEXTS}) filter (where {column} is not null)"


def _timed(question: Question, _: FieldRule) -> Iterator[str]:
    column = ident(column_of(question.field))
    yield f"count({column})"
    for name in ("min", "max"):
        yield f"date_format({name}({column}), '%Y-%m-%d %H:%i')"


_EXPRESSIONS: Mapping[Kind, Callable[[Question, FieldRule], Iterator[str]]] = {
    Kind.CHOICE: _counted,
    Kind.WHOLE: _counted,
    Kind.NUMBER: _spread,
    Kind.TEXT: _worded,
    Kind.TIME: _timed,
}


def _read_counts(kind: Kind) -> Callable[[Iterator[Any]], Answered]:
    def read(values: Iterator[Any]) -> Answered:
        counts = {int(key) if kind is Kind.WHOLE else key: int(count) for key, count in (next(values) or {}).items()}
        facts = _facts(counts) if kind is Kind.WHOLE and counts else ()
        return Answered(kind, sum(counts.values()), counts, facts)

    return read


def _facts(counts: Mapping[int, int]) -> tuple[float, ...]:
    """Mean, quartiles, least and most of whole numbers, each with how often it was given."""
    ordered, number = sorted(counts.items()), sum(counts.values())
    quartiles, seen = list[float](), 0
    wanted = [number * share for share in (0.25, 0.5, 0.75)]
    for value, count in ordered:
        seen += count
        while len(quartiles) < len(wanted) and seen >= wanted[len(quartiles)]:
            quartiles.append(float(value))
    mean = sum(value * count for value, count in ordered) / number
    return (mean, *quartiles, float(ordered[0][0]), float(ordered[-1][0]))


def _read_spread(values: Iterator[Any]) -> Answered:
    places, number, mean, quartiles, least, most = (next(values) for _ in range(6))
    if not number:
        return Answered(Kind.NUMBER)
    near = {float(value): count for value, count in (places or {}).items()}
    return Answered(Kind.NUMBER, int(number), near, (mean, *quartiles, least, most))


def _read_texts(values: Iterator[Any]) -> Answered:
    number, texts = next(values), next(values)
    return Answered(Kind.TEXT, int(number), texts=tuple(texts or ()))


def _read_times(values: Iterator[Any]) -> Answered:
    number, first, last = (next(values) for _ in range(3))
    return Answered(Kind.TIME, int(number), first=first or "", last=last or "")


_READERS: Mapping[Kind, Callable[[Iterator[Any]], Answered]] = {
    Kind.CHOICE: _read_counts(Kind.CHOICE),
    Kind.WHOLE: _read_counts(Kind.WHOLE),
    Kind.NUMBER: _read_spread,
    Kind.TEXT: _read_texts,
    Kind.TIME: _read_times,
}
