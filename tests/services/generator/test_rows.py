"""Characters in, JSON out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.generator.rows import Layout, digits_column, messages_of, text_column, times_column


@given(st.lists(st.floats(0, 99_999), min_size=1, max_size=50), st.integers(0, 6))
def test_numbers_are_cut(values: list[float], decimals: int) -> None:
    shown = messages_of(digits_column(np.array(values), decimals, 99_999))
    for value, text in zip(values, shown, strict=True):
        assert abs(json.loads(text) - value) < 10.0**-decimals
        assert json.loads(text) <= value + 1e-6


@given(st.lists(st.integers(0, 253_402_300_799_999), min_size=1, max_size=20))
def test_milliseconds_are_whole(times: list[int]) -> None:
    assert [json.loads(text) for text in messages_of(times_column(np.array(times), "milliseconds"))] == times


@given(st.integers(0, 4_000_000_000_000), st.lists(st.integers(0, 86_400_000), min_size=1, max_size=20))
def test_times_are_rfc3339(start: int, steps: list[int]) -> None:
    times = [start + step for step in steps]
    for at, text in zip(times, messages_of(times_column(np.array(times), "rfc3339")), strict=True):
        parsed = datetime.fromisoformat(json.loads(text))
        assert parsed.tzinfo == UTC
        assert round(parsed.timestamp() * 1000) == at


@given(st.lists(st.text(), min_size=1, max_size=10))
def test_text_is_json(values: list[str]) -> None:
    column = text_column(values)
    assert [json.loads(text) for text in messages_of(column)] == values


def test_objects_stand_together() -> None:
    layout = Layout(["a.x", "b", "a.y", "c.d.e", "c.f"])
    columns = {name: text_column([name]) for name in ("a.x", "b", "a.y", "c.d.e", "c.f")}
    [message] = messages_of(layout.render(columns, {}))
    expected = {"a": {"x": "a.x", "y": "a.y"}, "b": "b", "c": {"d": {"e": "c.d.e"}, "f": "c.f"}}
    assert json.loads(message) == expected
    assert message.count(b'"a":') == 1


@pytest.mark.parametrize(("missing", "expected"), [([True], {"b": 1}), ([False], {"b": 1, "a": 1})])
def test_missing_fields_leave_json(missing: list[bool], expected: dict[str, int]) -> None:
    layout = Layout(["a", "b"], optional={"a"})
    columns = {name: text_column([1]) for name in ("a", "b")}
    [message] = messages_of(layout.render(columns, {"a": np.array(missing)}))
    assert json.loads(message) == expected


def test_object_needs_something() -> None:
    with pytest.raises(ValueError, match=r"a\.x may be missing"):
        Layout(["a.x", "b"], optional={"a.x"})
