"""Arithmetic of measures: `1 - RAM.Free / RAM.Total` as a postfix program over IEEE doubles.

The program is what both decoders run, so Python and Java take the same steps in the same order and get the same bits.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class ExpressionError(ValueError):
    """The text is not arithmetic over known fields; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the program: push a field's value, push a number, or apply an operator (`+ - * / neg`)."""

    field: int | None = None
    number: float | None = None
    op: str | None = None

    def as_plan(self) -> dict[str, int | float | str]:
        """The step as the decoders read it: an object with exactly one key."""
        if self.field is not None:
            return {"field": self.field}
        if self.number is not None:
            return {"number": self.number}
        assert self.op is not None
        return {"op": self.op}


Expression = tuple[Step, ...]


def parse(text: str, fields: Mapping[str, int]) -> Expression:
    """Compile arithmetic over the dotted names in `fields` (name → index in the plan) to postfix steps.

    Raises ExpressionError with the offending part.
    """
    try:
        return tuple(_steps(ast.parse(text, mode="eval").body, fields))
    except ExpressionError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("is not an arithmetic expression") from error


def _steps(node: ast.expr, fields: Mapping[str, int]) -> list[Step]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return [*_steps(left, fields), *_steps(right, fields), Step(op=_OPERATORS[type(op)])]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [*_steps(operand, fields), Step(op="neg")]
        case ast.Constant(value=value) if type(value) in (int, float):
            return [Step(number=_finite(value))]  # type: ignore[arg-type]
        case ast.Name() | ast.Attribute():
            name = ast.unparse(node)
            if name in fields:
                return [Step(field=fields[name])]
            raise ExpressionError(f"names the unknown field {name!r}; known: {', '.join(fields)}")
    raise ExpressionError(f"{ast.unparse(node)!r} is not allowed; use fields, numbers, + - * / and parentheses")


def _finite(value: float) -> float:
    if value > sys.float_info.max:
        raise ExpressionError("holds a number that is too large; numbers are finite")
    return float(value)
