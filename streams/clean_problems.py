"""What may be wrong with the cleaning of a definition beyond what its model can say."""

from __future__ import annotations

from collections.abc import Iterator

from streams.cleaning_rules import Choices, CleanRule, Date, Default, Replace
from streams.conditions import ConditionError, comparable, condition
from streams.date_formats import DateFormatError, date_pattern, is_offset
from streams.definition import Definition
from streams.errors import DefinitionError
from streams.field_checks import EXACT
from streams.patterns import PatternError, compiled

_MADE = {"string": "string", "boolean": "boolean", "number": "number", "integer": "number", "time": "string"}
"""Type of a field → of what JSON has for it, what a rule may make."""


def clean_problems(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """One error, which names the field and the rule, for each that cannot be."""
    for field, rules in definition.clean.items():
        key = f"clean.{field}"
        if field not in definition.fields:
            yield DefinitionError(file, key, None, f"names no field; known: {', '.join(definition.fields)}")
            continue
        for place, rule in enumerate(rules):
            here = f"{key}[{place}]"
            yield from _of_rule(definition, file, here, field, rule)
            if isinstance(rule, Date):
                yield from _of_date(file, here, rule, definition.fields[field].type)
            if isinstance(rule, Replace):
                yield from _of_pattern(file, here, rule)
            if rule.when is not None:
                yield from _of_condition(definition, file, f"{here}.when", field, rule.when)


def _of_rule(definition: Definition, file: str, key: str, field: str, rule: CleanRule) -> Iterator[DefinitionError]:
    allowed = definition.fields[field]
    if rule.makes not in (None, _MADE[allowed.type]):
        yield DefinitionError(file, key, rule.rule, f"makes a {rule.makes}, and {field} is of type {allowed.type}")
    if allowed.values is not None:
        meant = [*rule.spellings.values()] if isinstance(rule, Choices) else []
        meant += [str(rule.value)] if isinstance(rule, Default) else []
        for choice in dict.fromkeys(meant):
            if choice not in allowed.values:
                yield DefinitionError(file, f"{key}.{rule.rule}", choice, "is not among the field's values")
    whole = allowed.type == "integer"
    if whole and isinstance(rule, Default) and isinstance(rule.value, float) and rule.value % 1:
        yield DefinitionError(file, f"{key}.value", rule.value, "is not a whole number")


def _of_date(file: str, key: str, rule: Date, kind: str) -> Iterator[DefinitionError]:
    try:
        date_pattern(rule.format)
    except DateFormatError as error:
        yield DefinitionError(file, f"{key}.format", rule.format, str(error))
        return
    short = "YYYY" not in rule.format
    if short and rule.pivot is None:
        allowed = "has a year of two digits; say pivot, the first that is of the last century, such as 30 for 1930"
        yield DefinitionError(file, f"{key}.format", rule.format, allowed)
    if not short and rule.pivot is not None:
        yield DefinitionError(file, f"{key}.pivot", rule.pivot, "is for years of two digits")
    if rule.offset is None and kind == "time":
        yield DefinitionError(file, f"{key}.offset", None, "is needed, for a time has one, such as 'Z' or '+01:00'")
    if rule.offset is not None and not is_offset(rule.offset):
        yield DefinitionError(file, f"{key}.offset", rule.offset, "must be 'Z' or like '+01:00'")


def _of_pattern(file: str, key: str, rule: Replace) -> Iterator[DefinitionError]:
    try:
        compiled(rule.pattern)
    except PatternError as error:
        yield DefinitionError(file, f"{key}.pattern", rule.pattern, str(error))


def _of_condition(definition: Definition, file: str, key: str, field: str, text: str) -> Iterator[DefinitionError]:
    """It looks back only, so that what it looks at is cleaned and checked by then, and nothing goes in a circle."""
    try:
        compared = condition(text).compared
    except ConditionError as error:
        yield DefinitionError(file, key, text, str(error))
        return
    index = definition.field_index
    for name, value in dict.fromkeys(compared):
        if name not in index:
            yield DefinitionError(file, key, text, f"looks at {name}, which is no field")
        elif index[name] >= index[field]:
            allowed = f"looks at {name}, which is not declared before {field}; conditions look back, never in a circle"
            yield DefinitionError(file, key, text, allowed)
        elif not comparable(definition.fields[name].type, value):
            kind = definition.fields[name].type
            yield DefinitionError(file, key, text, f"compares {name}, a {kind}, with {value!r}")
        elif isinstance(value, float | int) and not -EXACT <= value <= EXACT:
            yield DefinitionError(file, key, text, f"compares {name} with a number beyond 2^53")
