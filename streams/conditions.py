"""Conditions of forms: `school == "GP" and Medu >= 2`, a closed language over answers that were given before.

It has `and`, `or`, `not`, comparisons of one answer with a value, `in` with a list of values, `true` and `false`.
An answer that was not given meets no comparison.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

_LONGEST = 2_000
_ORDERS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TRUTHS = {"true": True, "false": False}

_Test: TypeAlias = Callable[[Mapping[str, Any]], bool]


class ConditionError(ValueError):
    """The text is no condition; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`compared`: the answers that it looks at, each with a value that it is compared with."""

    compared: tuple[tuple[str, Any], ...]
    holds: _Test


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """Read a condition. Raises ConditionError."""
    try:
        if len(text) > _LONGEST:
            raise ConditionError(f"is longer than {_LONGEST:,} characters")
        compared: list[tuple[str, Any]] = []
        test = _test(ast.parse(text.strip(), mode="eval").body, compared)
    except ConditionError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError('is no condition; write one like: school == "GP" and age >= 18') from error
    return Condition(tuple(compared), test)


def _test(node: ast.expr, compared: list[tuple[str, Any]]) -> _Test:
    match node:
        case ast.BoolOp(op=op, values=values):
            tests = [_test(each, compared) for each in values]
            of_all = all if isinstance(op, ast.And) else any
            return lambda answers: of_all(test(answers) for test in tests)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _test(operand, compared)
            return lambda answers: not inner(answers)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(_name(left), op, right, compared)
        case ast.Name() | ast.Attribute():
            name = _name(node)
            compared.append((name, True))
            return lambda answers: answers.get(name) is True
    raise ConditionError(f"{ast.unparse(node)!r} is not allowed; compare an answer with a value, use and, or, not, in")


def _comparison(name: str, op: ast.cmpop, right: ast.expr, compared: list[tuple[str, Any]]) -> _Test:
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise ConditionError(f"{ast.unparse(right)!r} is no list of values, like ['GP', 'MS']")
        values = [_value(each) for each in right.elts]
        compared.extend((name, value) for value in values)
        within = isinstance(op, ast.In)
        return lambda answers: name in answers and (answers[name] in values) is within
    value = _value(right)
    compared.append((name, value))
    if isinstance(op, ast.Eq | ast.NotEq):
        same = isinstance(op, ast.Eq)
        return lambda answers: name in answers and (answers[name] == value) is same
    order = _ORDERS.get(type(op))
    if order is None or isinstance(value, str | bool):
        raise ConditionError(f"{ast.unparse(right)!r}: only numbers are smaller or larger than others")
    return lambda answers: isinstance(answers.get(name), int | float) and order(answers[name], value)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name | ast.Attribute) and (name := ast.unparse(node)) not in _TRUTHS:
        return name
    raise ConditionError(f"{ast.unparse(node)!r} is no question; a comparison begins with one")


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Name(id=name) if name in _TRUTHS:
            return _TRUTHS[name]
        case ast.Constant(value=value) if type(value) in (int, float, str):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise ConditionError(f"{ast.unparse(node)!r} is no value; write a number, a text in quotation marks, true or false")
