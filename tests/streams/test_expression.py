"""Measures' arithmetic becomes postfix steps that give the same bits as Python's own arithmetic."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.expression import Expression, ExpressionError, Step, parse

FIELDS = {"CPU": 0, "RAM.Free": 1, "RAM.Total": 2}


def number(value: float) -> Step:
    return Step(number=value)


def field(index: int) -> Step:
    return Step(field=index)


def op(name: str) -> Step:
    return Step(op=name)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("CPU", (field(0),)),
        ("RAM.Free", (field(1),)),
        ("2", (number(2.0),)),
        ("-CPU", (field(0), op("neg"))),
        ("1 - RAM.Free / RAM.Total", (number(1.0), field(1), field(2), op("/"), op("-"))),
        ("(1 - RAM.Free) / RAM.Total", (number(1.0), field(1), op("-"), field(2), op("/"))),
        ("CPU - 1 - 2", (field(0), number(1.0), op("-"), number(2.0), op("-"))),
        ("CPU*1e-3+.5", (field(0), number(0.001), op("*"), number(0.5), op("+"))),
    ],
)
def test_compiles_to_postfix(text: str, steps: Expression) -> None:
    assert parse(text, FIELDS) == steps


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "not an arithmetic expression"),
        ("CPU +", "not an arithmetic expression"),
        ("CPU\n+ 1", "not an arithmetic expression"),
        ("CPU; 1", "not an arithmetic expression"),
        ("CPU\x00", "not an arithmetic expression"),
        ("-" * 20_000 + "CPU", "not an arithmetic expression"),
        ("(" * 300 + "CPU" + ")" * 300, "not an arithmetic expression"),
        ("+".join(["CPU"] * 20_000), "not an arithmetic expression"),
        ("cpu", "unknown field 'cpu'; known: CPU, RAM.Free, RAM.Total"),
        ("RAM", "unknown field 'RAM'"),
        ("CPU.x", "unknown field 'CPU.x'"),
        ("CPU ** 2", "not allowed"),
        ("CPU % 2", "not allowed"),
        ("+CPU", "not allowed"),
        ("abs(CPU)", "not allowed"),
        ("CPU if CPU else 1", "not allowed"),
        ("True", "not allowed"),
        ("'CPU'", "not allowed"),
        ("1j", "not allowed"),
        ("__import__('os').system('true')", "not allowed"),
        ("CPU * 1e999", "finite"),
        ("1" + "0" * 400, "finite"),
    ],
)
def test_refuses_all_but_arithmetic(text: str, part: str) -> None:
    with pytest.raises(ExpressionError, match=part):
        parse(text, FIELDS)


def test_steps_are_plain_json() -> None:
    planned = [step.as_plan() for step in parse("1 - -CPU", FIELDS)]
    assert planned == [{"number": 1.0}, {"field": 0}, {"op": "neg"}, {"op": "-"}]
    assert json.loads(json.dumps(planned, allow_nan=False)) == planned


def run(steps: Expression, values: list[float]) -> float:
    stack: list[float] = []
    for step in steps:
        if step.field is not None:
            stack.append(values[step.field])
        elif step.number is not None:
            stack.append(step.number)
        elif step.op == "neg":
            stack.append(-stack.pop())
        else:
            right, left = stack.pop(), stack.pop()
            done = {"+": left + right, "-": left - right, "*": left * right, "/": left / right if right else 0.0}
            stack.append(done[step.op or ""])
    [result] = stack
    return result


leaves = st.sampled_from(["a", "b", "c"]) | st.integers(0, 99).map(str) | st.floats(0, 999).map(repr)
texts = st.recursive(
    leaves,
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner) | st.builds("-{}".format, inner),
    max_leaves=12,
)


@given(text=texts, values=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_postfix_gives_pythons_bits(text: str, values: list[float]) -> None:
    expected = eval(text, {}, dict(zip("abc", values, strict=True)))
    assert run(parse(text, {"a": 0, "b": 1, "c": 2}), values) == expected
