"""Conditions: `school == "GP" and Medu >= 2`, a closed language over answers, or over fields that were read before.

It has `and`, `or`, `not`, comparisons of one answer with a value, `in` with a list of values, `true` and `false`.
An answer that was not given meets no comparison. A condition is read into a tree of plain JSON values, which both
decoders run too: `["and", tree…]`, `["or", tree…]`, `["not", tree]`, `[operator, name, value]`.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

_LONGEST = 2_000
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_TRUTHS = {"true": True, "false": False}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int, float),
    "boolean": (bool,),
}

Tree: TypeAlias = list[Any]
_Test: TypeAlias = Callable[[Any], bool]


class ConditionError(ValueError):
    """The text is no condition; the message says what is wrong with it."""


@dataclass(frozen=True)
class Condition:
    """`compared`: the answers that it looks at, each with a value that it is compared with."""

    compared: tuple[tuple[str, Any], ...]
    tree: Tree

    @cached_property
    def holds(self) -> Callable[[Mapping[str, Any]], bool]:
        """Whether it does for answers."""
        return test_of(self.tree, lambda answers, name: answers.get(name))


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """Read a condition. Raises ConditionError."""
    try:
        if len(text) > _LONGEST:
            raise ConditionError(f"is longer than {_LONGEST:,} characters")
        compared: list[tuple[str, Any]] = []
        tree = _tree(ast.parse(text.strip(), mode="eval").body, compared)
    except ConditionError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError('is no condition; write one like: school == "GP" and age >= 18') from error
    return Condition(tuple(compared), tree)


def comparable(kind: str, value: Any) -> bool:
    """Whether a field of a type can be compared with a value."""
    return type(value) in _KINDS.get(kind, ())


def test_of(tree: Tree, find: Callable[[Any, Any], Any]) -> _Test:
    """The test that a tree is; `find` gives the value of a name among what is tested, None if there is none."""
    match tree:
        case ["and" | "or" as word, *parts]:
            tests = [test_of(part, find) for part in parts]
            of_all = all if word == "and" else any
            return lambda answers: of_all(test(answers) for test in tests)
        case ["not", part]:
            inner = test_of(part, find)
            return lambda answers: not inner(answers)
        case ["==" | "!=" | "in" | "not in" as word, name, value]:
            values = value if isinstance(value, list) else [value]
            within = word in ("==", "in")
            return lambda answers: (found := find(answers, name)) is not None and _is_one(found, values) is within
        case [word, name, value]:
            order = _ORDERS[word]
            return lambda answers: type(found := find(answers, name)) in (int, float) and order(found, value)
    raise ValueError(f"{tree!r} is no tree of a condition")


def _is_one(found: Any, values: Sequence[Any]) -> bool:
    """Whether a value is one of others: true is not 1."""
    return any(found == each and (type(found) is bool) is (type(each) is bool) for each in values)


def _tree(node: ast.expr, compared: list[tuple[str, Any]]) -> Tree:
    match node:
        case ast.BoolOp(op=op, values=values):
            return ["and" if isinstance(op, ast.And) else "or", *(_tree(each, compared) for each in values)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ["not", _tree(operand, compared)]
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(_name(left), op, right, compared)
        case ast.Name() | ast.Attribute():
            name = _name(node)
            compared.append((name, True))
            return ["==", name, True]
    raise ConditionError(f"{ast.unparse(node)!r} is not allowed; compare an answer with a value, use and, or, not, in")


def _comparison(name: str, op: ast.cmpop, right: ast.expr, compared: list[tuple[str, Any]]) -> Tree:
    word = _OPERATORS.get(type(op))
    if word in ("in", "not in"):
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise ConditionError(f"{ast.unparse(right)!r} is no list of values, like ['GP', 'MS']")
        values = [_value(each) for each in right.elts]
        compared.extend((name, value) for value in values)
        return [word, name, values]
    value = _value(right)
    compared.append((name, value))
    if word is None or (word in _ORDERS and isinstance(value, str | bool)):
        raise ConditionError(f"{ast.unparse(right)!r}: only numbers are smaller or larger than others")
    return [word, name, value]


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
