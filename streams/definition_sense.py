"""What makes no sense in a definition, though every key is of the right kind: rules that no value can keep.

Only of definitions that people write: one that was applied before stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, inf, isnan

from streams.definition import Definition, FieldRule
from streams.errors import DefinitionError
from streams.exclusions import folded
from streams.expression import Expression


@dataclass(frozen=True, slots=True)
class _Range:
    """What a number may be, at most; `text` tells where it comes from. Of a part of an expression."""

    low: float
    high: float
    text: str = ""

    @property
    def is_zero(self) -> bool:
        return self.low == self.high == 0


def nonsense(definition: Definition, file: str) -> Iterator[DefinitionError]:
    """One error for each rule that no value keeps; for a definition that breaks no other rule."""
    of_fields = [error for name in definition.fields for error in _of_field(definition, file, name)]
    yield from of_fields
    # Of fields that have no value there is nothing to be worked out.
    for name, measure in ({} if of_fields else definition.measures).items():
        values = _range_of(definition, definition.expression(name))
        if isinstance(values, str):
            yield DefinitionError(file, f"measures.{name}.value", measure.value, values)
        elif values.high < measure.min:
            reason = f"is above every value of {measure.value}, which is at most {values.high:g}"
            yield DefinitionError(file, f"measures.{name}.min", measure.min, reason)
        elif values.low > measure.max:
            reason = f"is below every value of {measure.value}, which is at least {values.low:g}"
            yield DefinitionError(file, f"measures.{name}.max", measure.max, reason)


def _of_field(definition: Definition, file: str, name: str) -> Iterator[DefinitionError]:
    rule = definition.fields[name]
    return _of_text(file, f"fields.{name}", rule) if rule.type == "string" else _of_number(definition, file, name)


def _of_text(file: str, key: str, rule: FieldRule) -> Iterator[DefinitionError]:
    shortest, longest = rule.min_length or 0, inf if rule.max_length is None else rule.max_length
    if shortest > longest:
        yield DefinitionError(file, f"{key}.min_length", shortest, f"is above max_length, {longest}")
    if rule.values is not None:
        if not rule.values:
            yield DefinitionError(file, f"{key}.values", [], "allows no value; name one, or leave values out")
        for value in dict.fromkeys(rule.values):
            if rule.values.count(value) > 1:
                yield DefinitionError(file, f"{key}.values", value, "is named twice")
            elif not shortest <= len(value) <= longest:
                yield DefinitionError(file, f"{key}.values", value, "is shorter or longer than min_length, max_length")
    yield from _of_exclusion(file, f"{key}.excluded", rule, longest)


def _of_exclusion(file: str, key: str, rule: FieldRule, longest: float) -> Iterator[DefinitionError]:
    if rule.excluded is True and rule.required:
        yield DefinitionError(file, key, True, "excludes every message, for all have the field; say required = false")
    if rule.excluded == ():
        yield DefinitionError(file, key, [], "excludes no value; name one, or leave excluded out")
    named = set[bytes]()
    for text in rule.excluded if isinstance(rule.excluded, tuple) else ():
        if not text:
            yield DefinitionError(file, key, text, "is in every value; say excluded = true if none is to count")
        elif len(text) > longest:
            yield DefinitionError(file, key, text, f"is in no value, which has at most {longest} characters")
        elif folded(text) in named:
            yield DefinitionError(file, key, text, "is named twice")
        named.add(folded(text))


def _of_number(definition: Definition, file: str, name: str) -> Iterator[DefinitionError]:
    rule = definition.fields[name]
    values = _allowed(definition, name)
    exclusive = (rule.above is not None and rule.above == values.low) or (
        rule.below is not None and rule.below == values.high
    )
    if rule.type == "integer":
        least = ceil(values.low) if values.low > -inf else -inf
        least += rule.above is not None and least == rule.above
        most = floor(values.high) if values.high < inf else inf
        most -= rule.below is not None and most == rule.below
        empty = least > most
    else:
        empty = values.low > values.high or (values.low == values.high and exclusive)
    if empty:
        bound = next(bound for bound in ("min", "above", "max", "below") if getattr(rule, bound) is not None)
        reason = f"leaves no value between {values.low:g} and {values.high:g}"
        yield DefinitionError(file, f"fields.{name}.{bound}", getattr(rule, bound), reason)


def _allowed(definition: Definition, name: str) -> _Range:
    """The values that a number may have by its own bounds, and by those of the fields that they name."""
    rule = definition.fields[name]
    low = max(_bound(definition, rule.min, -inf), -inf if rule.above is None else rule.above)
    high = min(_bound(definition, rule.max, inf), inf if rule.below is None else rule.below)
    return _Range(low, high, name)


def _bound(definition: Definition, bound: float | str | None, unbound: float) -> float:
    """A bound that is another field is that field's own, where that is a number."""
    if not isinstance(bound, str):
        return unbound if bound is None else bound
    other = definition.fields[bound]
    ends = (other.min, other.above) if unbound < 0 else (other.max, other.below)
    numbers = [end for end in ends if isinstance(end, int | float)]
    return (max if unbound < 0 else min)(numbers, default=unbound)


def _range_of(definition: Definition, steps: Expression) -> _Range | str:
    """The values that an expression may have, or why it has none."""
    names, stack = list(definition.fields), list[_Range]()
    for step in steps:
        if step.field is not None:
            stack.append(_allowed(definition, names[step.field]))
        elif step.number is not None:
            stack.append(_Range(step.number, step.number, repr(step.number)))
        elif step.op == "neg":
            it = stack.pop()
            stack.append(_Range(-it.high, -it.low, f"-{it.text}"))
        else:
            right, left = stack.pop(), stack.pop()
            if step.op == "/" and right.is_zero:
                return f"divides by zero for every message: {right.text} is 0"
            stack.append(_combined(step.op or "", left, right))
    return stack[0]


def _combined(op: str, left: _Range, right: _Range) -> _Range:
    text = f"({left.text} {op} {right.text})"
    if op == "-" and left.text == right.text:
        return _Range(0, 0, text)
    if op == "/" and right.low <= 0 <= right.high:
        return _Range(-inf, inf, text)
    pairs = [(one, other) for one in (left.low, left.high) for other in (right.low, right.high)]
    match op:
        case "+":
            ends = [left.low + right.low, left.high + right.high]
        case "-":
            ends = [left.low - right.high, left.high - right.low]
        case "*":
            ends = [one * other for one, other in pairs]
        case _:
            ends = [one / other for one, other in pairs]
    # Infinite ends may leave no number: nothing is known then.
    return _Range(-inf, inf, text) if any(map(isnan, ends)) else _Range(min(ends), max(ends), text)
