"""A definition whose rules no value can keep is refused when it is read from a file, every such rule at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.definition import Definition
from streams.definition_files import load_definition, parse_definition
from streams.definition_sense import _range_of, nonsense
from streams.errors import DefinitionError
from streams.expression import Expression
from streams.measure_programs import compile_measure
from tests.definitions import HEALTH, PAGE_VIEWS, edited, raw

SENSELESS = [
    ("fields/CPU/min", 2, "fields.CPU.min = 2.0: leaves no value between 2 and 1"),
    ("fields/CPU/above", 1, "fields.CPU.min = 0.0: leaves no value between 1 and 1"),
    ("fields/RAM.Total/below", -1, "fields.RAM.Total.above = 0.0: leaves no value between 0 and -1"),
    ("fields/RAM.Total/max", -1, "fields.RAM.Free.min = 0.0: leaves no value between 0 and -1"),
    ("fields/cores", {"type": "integer", "above": 1, "below": 2}, "fields.cores.above = 1.0: leaves no value"),
    ("fields/cores", {"type": "integer", "min": 1.2, "max": 1.8}, "fields.cores.min = 1.2: leaves no value"),
    ("fields/serviceName/min_length", 201, "fields.serviceName.min_length = 201: is above max_length, 200"),
    ("fields/serviceName/values", [], "fields.serviceName.values = []: allows no value"),
    ("fields/serviceName/values", ["a", "b", "a"], "fields.serviceName.values = 'a': is named twice"),
    ("fields/serviceName/values", ["a", ""], "fields.serviceName.values = '': is shorter or longer"),
    ("fields/serviceName/excluded", True, "fields.serviceName.excluded = True: excludes every message"),
    ("fields/serviceName/excluded", [], "fields.serviceName.excluded = []: excludes no value"),
    ("fields/serviceName/excluded", ["a", ""], "fields.serviceName.excluded = '': is in every value"),
    ("fields/serviceName/excluded", ["Bot", "bOT"], "fields.serviceName.excluded = 'bOT': is named twice"),
    ("fields/serviceName/excluded", ["x" * 201], "is in no value, which has at most 200 characters"),
    ("measures/cpu/value", "CPU / 0", "divides by zero for every message: 0.0 is 0"),
    ("measures/cpu/value", "CPU / (RAM.Free - RAM.Free)", "divides by zero for every message: (RAM.Free - RAM.Free)"),
    ("measures/cpu/value", "1 / (0 * CPU)", "divides by zero for every message"),
    ("measures/cpu/value", "CPU + 2", "measures.cpu.max = 1.0: is below every value of CPU + 2, which is at least 2"),
    ("measures/cpu/value", "-CPU - 1", "measures.cpu.min = 0.0: is above every value of -CPU - 1, which is at most -1"),
]


def problems(key: str, value: object) -> list[str]:
    definition = parse_definition(edited(raw(), key, value), "health.toml")
    return [str(error) for error in nonsense(definition, "health.toml")]


@pytest.mark.parametrize(("key", "value", "part"), SENSELESS)
def test_refuses_what_no_value_keeps(key: str, value: object, part: str) -> None:
    errors = problems(key, value)
    assert any(part in each for each in errors), errors
    assert all(each.startswith("health.toml: ") for each in errors)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fields/CPU/max", 0),
        ("fields/cores", {"type": "integer", "min": 1, "max": 1}),
        ("fields/cores", {"type": "integer", "above": 0, "below": 2}),
        ("fields/serviceName/min_length", 200),
        ("fields/serviceName/values", ["a", "b"]),
        ("fields/serviceName/excluded", ["é", "É", "bot"]),
        ("fields/agent", {"type": "string", "required": False, "excluded": True}),
        ("measures/cpu/value", "RAM.Free / Disk.Free"),
        ("measures/cpu/value", "CPU + 1"),
        ("measures/cpu/value", "1 / RAM.Total - 1 / Disk.Total"),
    ],
)
def test_lets_through_what_some_value_keeps(key: str, value: object) -> None:
    assert problems(key, value) == []


def test_shipped_definitions_make_sense() -> None:
    for definition in (HEALTH, PAGE_VIEWS):
        assert list(nonsense(definition, definition.name)) == []


EXPRESSIONS = st.recursive(
    st.sampled_from(["CPU", "RAM.Free", "RAM.Total", "0", "1", "2.5"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join).map("({})".format),
    max_leaves=6,
)


@given(EXPRESSIONS, st.floats(0, 1), st.floats(0.001, 1e6), st.floats(0, 1))
def test_no_possible_value_is_called_nonsense(value: str, cpu: float, total: float, part: float) -> None:
    """Whatever a message may hold, the measure it gives lies in the range that was worked out.

    Where a division by zero was told instead, what it divides by is zero.
    """
    values = _range_of(*_measured(value))
    zero = re.fullmatch(r"divides by zero for every message: (.+) is 0", values) if isinstance(values, str) else None
    steps = _measured(zero[1] if zero else value)[1]
    stored = compile_measure({"expression": [step.as_plan() for step in steps], "scale": 0})(
        [None, cpu, total, min(total * part, total)] + [1.0] * 2
    )
    if isinstance(stored, int):
        low, high = (0, 0) if isinstance(values, str) else (values.low, values.high)
        assert low - 1 <= stored <= high + 1


def _measured(value: str) -> tuple[Definition, Expression]:
    definition = parse_definition(edited(raw(), "measures/cpu/value", value), "health.toml")
    return definition, definition.expression("cpu")


def test_names_every_mistake_and_the_key_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(
        'title = 3\ntopik = "odd"\n[event_time]\nfeild = "at"\n[fields]\na = { type = "string", requird = true }\n'
    )
    with pytest.raises(DefinitionError) as caught:
        load_definition(path)
    errors = [str(each) for each in (caught.value, *caught.value.others)]
    assert [each.split(":")[1].split("=")[0].strip() for each in errors] == [
        "title", "topic", "event_time.field", "event_time.feild", "fields.a.requird", "dimensions", "topik",
    ]  # fmt: skip
    assert "did you mean topic?" in errors[-1]
    assert "did you mean field?" in errors[3]
    assert "did you mean required?" in errors[4]


def test_names_every_broken_rule() -> None:
    broken = edited(edited(raw(), "dimensions/cpu", "nope"), "measures/ram/value", "RAM.Fre")
    with pytest.raises(DefinitionError) as caught:
        parse_definition(broken, "health.toml")
    assert [each.key for each in (caught.value, *caught.value.others)] == [
        "cpu",
        "dimensions.cpu.field",
        "measures.ram.value",
    ]


def test_what_was_applied_before_is_read_all_the_same() -> None:
    assert parse_definition(edited(raw(), "fields/CPU/min", 2), "health (as applied)").fields["CPU"].min == 2
