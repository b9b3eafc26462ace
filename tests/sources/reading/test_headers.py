from __future__ import annotations

import pytest

from sources.reading import Refused
from sources.reading.headers import column_names, numbered_columns


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["a", "B"], ("a", "B")),
        ([" Last\n Update ", "x"], ("Last Update", "x")),
        (["\ufeffcases", "de\u00adaths", "a\u00a0b", "Île"], ("cases", "deaths", "a b", "Île")),
        (["", "a", None], ("column_1", "a", "column_3")),
        (["cases", "Cases", "deaths"], ("cases_1", "Cases_2", "deaths")),
        (["a", "a", "a_1"], ("a_2", "a_3", "a_1")),
        (["column_2", ""], ("column_2", "column_3")),
        (["_row", "_NAME", "x"], ("_row_1", "_NAME_1", "x")),
    ],
)
def test_columns_have_different_names(header: list[str | None], expected: tuple[str, ...]) -> None:
    assert column_names(header, 10) == expected


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ([], "has no header"),
        (["", " "], "has no header"),
        (["a"] * 11, "has 11 columns; at most 10 are read"),
        (["a", "b\x07"], "has no text as the name of column 2"),
        (["x" * 501], "has no text as the name of column 1"),
    ],
)
def test_what_is_no_header_is_refused(header: list[str | None], message: str) -> None:
    with pytest.raises(Refused, match=message):
        column_names(header, 10)


def test_columns_without_names_are_numbered() -> None:
    assert numbered_columns(3, 10) == ("column_1", "column_2", "column_3")
