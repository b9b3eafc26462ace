"""Which column of a sample may be which field of a stream's messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from sources.drift.fingerprints import ColumnPrint, plain_name
from sources.drift.shapes import DATES, NUMBERS
from sources.guessing.expressions import is_date
from sources.guessing.words import RUNNING_TOTAL, bare_words, words
from streams.definition import Definition, FieldRule

_LEAST = 0.5
_FRACTIONS = frozenset({"number", "number with a comma", "percent"})
_COUNTED = NUMBERS | {"number with a comma", "number in groups", "digits after zeros"}


@dataclass(frozen=True, slots=True)
class Fit:
    """`columns`: field → column. `figures`: a value of the field `kind` → the column of its numbers, which are of the
    field `number`; empty where there is no such field. `dated`: there is a column a date, its numbers are of `number`.
    `running_total`: whether the numbers seem to be that.
    """

    columns: Mapping[str, str]
    kind: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    dated: bool = False
    running_total: bool = False


def fit(columns: Mapping[str, ColumnPrint], definition: Definition, *, dated: bool, growing: bool) -> Fit:
    """What fits best. `dated`: whether the table has a column a date; `growing`: whether their numbers only grow."""
    rules = {**definition.fields}
    rules.setdefault(definition.event_time.field, FieldRule(type="time"))
    kind, figures = _figures(columns, rules)
    rest = {each: column for each, column in columns.items() if each not in figures.values()}
    wanted = {each: rule for each, rule in rules.items() if each != kind and not (dated and rule.type == "time")}
    found = _pairs(rest, wanted)
    time = definition.event_time.field
    if not dated and time not in found:
        free = [each for each, column in rest.items() if is_date(column) and each not in found.values()]
        dates = [each for each in free if "birth" not in words(each)]
        found |= {time: dates[0]} if dates else {}
    total = growing or any(RUNNING_TOTAL & {*bare_words(each)} for each in figures.values())
    number = _number(rules, found, running_total=total) if figures or dated else ""
    found.pop(number, None)
    return Fit(found, kind if figures else "", figures, number, dated, total)


def _figures(columns: Mapping[str, ColumnPrint], rules: Mapping[str, FieldRule]) -> tuple[str, dict[str, str]]:
    """A field of a few values that columns of numbers are named after, such as cases and deaths; and those columns."""
    counted = [name for name, column in columns.items() if column.shapes and {*column.shapes} <= _COUNTED]
    best: tuple[str, dict[str, str]] = ("", {})
    for each, rule in rules.items():
        found = {value: column for value in rule.values or () if value and (column := _column_of(value, counted))}
        once = {value: column for value, column in found.items() if [*found.values()].count(column) == 1}
        if len(once) > len(best[1]):
            best = (each, once)
    return best


def _column_of(value: str, columns: Sequence[str]) -> str | None:
    """The column that is named after a value with the fewest words beside it, running totals first."""
    meant = words(value)
    named = [each for each in columns if meant <= words(each) and len(words(each) - meant) <= 1]
    return min(named, key=lambda each: (len(words(each) - meant - RUNNING_TOTAL), -_totals(each)), default=None)


def _totals(name: str) -> int:
    """How many of its words say that it is a running total."""
    return len(RUNNING_TOTAL & {*bare_words(name)})


def _pairs(columns: Mapping[str, ColumnPrint], rules: Mapping[str, FieldRule]) -> dict[str, str]:
    likely = sorted(
        ((_likeness(each, rule, name, column), -column.place, each, name) for each, rule in rules.items()
         for name, column in columns.items()),
        reverse=True,
    )  # fmt: skip
    found: dict[str, str] = {}
    for likeness, _, each, name in likely:
        if likeness >= _LEAST and each not in found and name not in found.values():
            found[each] = name
    return found


def _likeness(each: str, rule: FieldRule, name: str, column: ColumnPrint) -> float:
    """Of names, from 0 to 1 and a little for how full a column is; 0 where the values are of another kind."""
    shapes = {*column.shapes}
    if rule.type == "time" and not is_date(column):
        return 0.0
    if rule.type in ("number", "integer") and not (shapes and shapes <= _COUNTED):
        return 0.0
    if rule.type == "string" and shapes and shapes <= DATES | _FRACTIONS:
        return 0.0
    if rule.values is not None and not {*(column.values or ("?",))} <= {*rule.values}:
        return 0.0
    mine, its = words(each), words(name)
    shared = len(mine & its) / len(mine | its) if mine and its else 0.0
    alike = SequenceMatcher(None, plain_name(each), plain_name(name)).ratio()
    return (
        max(shared, alike if alike > 0.8 else 0.0)
        + 0.05 * (1 - column.empty)
        + 0.01 * (plain_name(each) == plain_name(name))
    )


def _number(rules: Mapping[str, FieldRule], found: Mapping[str, str], *, running_total: bool) -> str:
    """The field of the figures: the running total, where they are that and there is one; else the first number."""
    numbers = [each for each, rule in rules.items() if rule.type in ("number", "integer")]
    if running_total and (totals := [each for each in numbers if RUNNING_TOTAL & {*bare_words(each)}]):
        return totals[0]
    return next((each for each in numbers if each not in found), numbers[0] if numbers else "")
