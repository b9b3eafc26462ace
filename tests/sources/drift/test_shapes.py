from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.drift.shapes import DATES, first_two, shape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "empty"), ("  ", "empty"), ("0", "whole number"), ("-12", "whole number"), ("007", "digits after zeros"),
        ("1.5", "number"), (".5", "number"), ("1e5", "number"), ("1,234", "number in groups"),
        ("1,234,567.8", "number in groups"), ("1,5", "number with a comma"), ("1.234,5", "number with a comma"),
        ("12.5 %", "percent"), ("2020-01-02", "YYYY-MM-DD"), ("2020-01-02T03:04:05Z", "YYYY-MM-DD hh:mm"),
        ("1/22/20", "N/N/YY"), ("1/22/2020", "N/N/YYYY"), ("1/22/2020 17:00", "N/N/YYYY hh:mm"),
        ("22.1.2020", "N.N.YYYY"), ("01-22-2020", "N-N-YYYY"), ("2020/1/2", "YYYY/MM/DD"), ("20200102", "YYYYMMDD"),
        ("20201302", "whole number"), ("True", "true or false"), ("DE", "code"), ("US-NY", "code"),
        ("121503c8-9564-4b48-9086-a22df717948e", "UUID"), ("Île", "text"), ("x" * 10_000, "text"), ("1e", "text"),
    ],
)  # fmt: skip
def test_shapes_are_told(text: str | None, expected: str) -> None:
    assert shape(text) == expected


def test_dates_are_known() -> None:
    assert {shape("1/2/20"), shape("20200102"), shape("2020-01-02 03:04")} <= DATES
    assert not {"UUID", "code", "text"} & DATES
    assert first_two("13/2/2020") == (13, 2)
    assert first_two("x") == (0, 0)


@given(st.text())
def test_every_text_has_a_shape(text: str) -> None:
    assert shape(text)
