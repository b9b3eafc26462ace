"""What was answered to a question, as bars beside each other, a table of two, and columns over time. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from query.form_questions import OTHER, Answered, FormAnswers, Kind
from streams.definition import FieldRule
from streams.form import Question
from web.page.units import NOTHING, quantity

MOST_BARS = 12
"""Of numbers: where more are told apart, neighbours share a bar."""

_FACTS = ("Mean", "Lower quartile", "Median", "Upper quartile", "Least", "Most")
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many gave an answer. `share`: of all who answered; `long`: of the longest bar. `value`: as a filter has it,
    None where none can say it."""

    label: str
    count: float
    share: float
    long: float
    value: str | None


@dataclass(frozen=True, slots=True)
class Spread:
    """What was answered to one question."""

    question: Question
    answered: Answered
    bars: tuple[Bar, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Two questions crossed: each row's answer with its counts, their shares of the row in twentieths, and its sum."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    sums: tuple[int, ...]


def spread(question: Question, rule: FieldRule, answered: Answered) -> Spread:
    """Of one question."""
    counted = [*_counted(question, rule, answered)]
    longest = max((count for _, count, _ in counted), default=0) or 1
    whole = answered.number or 1
    bars = tuple(Bar(label, count, count / whole, count / longest, value) for label, count, value in counted)
    facts = [(name, quantity(value, "")) for name, value in zip(_FACTS, answered.facts, strict=False)]
    if answered.kind is Kind.TIME and answered.number:
        facts = [("Earliest", f"{answered.first} UTC"), ("Latest", f"{answered.last} UTC")]
    return Spread(question, answered, bars, tuple(facts))


def worded(question: Question, rule: FieldRule, value: str) -> str:
    """An answer in the form's own words."""
    if value == OTHER:
        return "Something else"
    if rule.type == "boolean":
        return {"true": "Yes", "false": "No"}.get(value, value)
    return question.choices.get(value, value)


def options(question: Question, rule: FieldRule) -> list[str]:
    """The answers that a choice offers, in their order."""
    if rule.type == "boolean":
        return ["true", "false"]
    return [*dict.fromkeys((*question.choices, *(rule.values or ())))]


def crossed(
    down: tuple[Question, FieldRule], across: tuple[Question, FieldRule], pairs: Mapping[tuple[str, str], int]
) -> Table:
    """The answers to one question beside those to another, of whoever gave both."""
    rows, columns = _sides(*down, [one for one, _ in pairs]), _sides(*across, [other for _, other in pairs])
    counts = [tuple(pairs.get((row, column), 0) for column in columns) for row in rows]
    return Table(
        tuple(worded(*across, column) for column in columns),
        tuple((worded(*down, row), each, sum(each)) for row, each in zip(rows, counts, strict=True)),
        tuple(sum(column) for column in zip(*counts, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Submissions of each step, also of those without any. `heights`: of a hundred."""

    steps: tuple[tuple[str, int], ...]
    heights: tuple[float, ...]
    most: int


def columns(answers: FormAnswers, steps: Sequence[datetime], words: Mapping[datetime, str]) -> Columns:
    """Of the steps of a window."""
    counts = [answers.moments.get(at, 0) for at in steps]
    most = max(counts, default=0)
    heights = tuple(100 * count / most if most else 0 for count in counts)
    return Columns(tuple((words[at], count) for at, count in zip(steps, counts, strict=True)), heights, most)


def _sides(question: Question, rule: FieldRule, found: Sequence[str]) -> list[str]:
    known = options(question, rule)
    if known:
        return [*known, *([OTHER] if OTHER in found else [])]
    return sorted({*found}, key=int)


def _counted(question: Question, rule: FieldRule, answered: Answered) -> Iterator[tuple[str, float, str | None]]:
    """Each bar's label, count, and value for a filter."""
    counts = answered.counts
    match answered.kind:
        case Kind.CHOICE:
            for value in (*options(question, rule), OTHER):
                if value != OTHER or OTHER in counts:
                    yield worded(question, rule, value), counts.get(value, 0), None if value == OTHER else value
        case Kind.WHOLE if counts and max(counts) - min(counts) < MOST_BARS:
            for number in range(min(counts), max(counts) + 1):
                yield f"{number:,}", counts.get(number, 0), str(number)
        case Kind.WHOLE | Kind.NUMBER if counts:
            yield from _binned(answered)


def _binned(answered: Answered) -> Iterator[tuple[str, float, None]]:
    """Numbers in bars of one width, whose ends are round."""
    least, most = answered.facts[-2:]
    width = _width(most - least, whole=answered.kind is Kind.WHOLE)
    first = math.floor(least / width)
    counts = [0.0] * (math.floor(most / width) - first + 1)
    for value, count in answered.counts.items():
        counts[min(max(math.floor(value / width) - first, 0), len(counts) - 1)] += count
    for place, count in enumerate(counts):
        low = (first + place) * width
        if answered.kind is Kind.WHOLE:
            label = f"{low:,.0f}" if width == 1 else f"{low:,.0f} to {low + width - 1:,.0f}"
        else:
            label = f"{quantity(low, '')} to under {quantity(low + width, '')}"
        yield label, count, None


def _width(span: float, *, whole: bool) -> float:
    """The least round width of which bars cover a span."""
    if span <= 0:
        return 1.0
    least = span / (MOST_BARS - 1)
    size = 10.0 ** math.floor(math.log10(least))
    width = next(size * step for step in _ROUND if size * step >= least * (1 - 1e-9))
    return float(max(1, math.ceil(width))) if whole else width


def share_of(count: int, whole: int) -> str:
    """A share of a row, in words; a dash of none."""
    return f"{count / whole * 100:.0f}%" if whole else NOTHING
