"""Conditions of forms hold as they read, and anything else is refused in one line."""

from __future__ import annotations

from typing import Any

import pytest

from streams.conditions import ConditionError, condition

ANSWERS = {"school": "GP", "age": 17, "works": False}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('school == "GP"', True),
        ('school != "GP"', False),
        ("age >= 18 or works", False),
        ("age > -1 and not works", True),
        ('school in ["MS", "GP"]', True),
        ('school not in ["MS"]', True),
        ("works == false", True),
        ("missing > 1", False),
        ("missing != 1", False),
    ],
)
def test_conditions_hold_as_they_read(text: str, holds: Any) -> None:
    assert condition(text).holds(ANSWERS) is holds


@pytest.mark.parametrize("text", ["", "1 +", "age + 1", "f()", "1 < age < 3", 'age < "x"', "[1]", "(" * 3000])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConditionError) as refused:
        condition(text)
    assert "\n" not in str(refused.value)
