"""What may be wrong with the cleaning of a definition beyond what its model can say."""

from __future__ import annotations

from collections.abc import Iterator

from streams.cleaning_rules import Choices, CleanRule, Default
from streams.definition import Definition
from streams.errors import DefinitionError

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
            yield from _of_rule(definition, file, f"{key}[{place}]", field, rule)


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
