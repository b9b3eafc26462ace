"""A measure's postfix program, compiled to a function of the fields' numbers; IEEE doubles, as in the JVM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import copysign, inf, isfinite
from typing import Any, TypeAlias

from streams.field_checks import EXACT
from streams.reasons import Reason

Numbers: TypeAlias = Sequence[Any]
Measure: TypeAlias = Callable[[Numbers], int | Reason | None]
_Value: TypeAlias = Callable[[Numbers], float]


def compile_measure(column: Mapping[str, Any]) -> Measure:
    """The stored integer of a measure column; None if a field it reads is None, or the Reason why it has no place."""
    value = _compile(column["expression"])
    reads = tuple({step["field"] for step in column["expression"] if "field" in step})
    factor = 10.0 ** column["scale"]
    low, high = column.get("min", -EXACT), column.get("max", EXACT)

    def measure(numbers: Numbers) -> int | Reason | None:
        for field in reads:
            if numbers[field] is None:
                return None
        scaled = value(numbers) * factor
        if not isfinite(scaled):
            return Reason.NOT_FINITE
        stored = round(scaled)
        if stored < low:
            return Reason.TOO_SMALL
        return Reason.TOO_LARGE if stored > high else stored

    return measure


def _compile(steps: Sequence[Mapping[str, Any]]) -> _Value:
    stack: list[_Value] = []
    for step in steps:
        if "field" in step:
            stack.append(_field(step["field"]))
        elif "number" in step:
            stack.append(_constant(float(step["number"])))
        elif step["op"] == "neg":
            stack.append(_negative(stack.pop()))
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(_OPERATIONS[step["op"]](left, right))
    (program,) = stack
    return program


def _field(index: int) -> _Value:
    return lambda numbers: numbers[index]


def _constant(number: float) -> _Value:
    return lambda _: number


def _negative(operand: _Value) -> _Value:
    return lambda numbers: -operand(numbers)


def _add(left: _Value, right: _Value) -> _Value:
    return lambda numbers: left(numbers) + right(numbers)


def _subtract(left: _Value, right: _Value) -> _Value:
    return lambda numbers: left(numbers) - right(numbers)


def _multiply(left: _Value, right: _Value) -> _Value:
    return lambda numbers: left(numbers) * right(numbers)


def _divide(left: _Value, right: _Value) -> _Value:
    def divide(numbers: Numbers) -> float:
        dividend, divisor = left(numbers), right(numbers)
        if divisor == 0:
            return dividend * copysign(inf, divisor)
        return dividend / divisor

    return divide


_OPERATIONS: Mapping[str, Callable[[_Value, _Value], _Value]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
}
