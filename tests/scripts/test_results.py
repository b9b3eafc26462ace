"""A table never cuts a value: too wide for the terminal, it stacks; a pipe is as wide as it needs to be."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from scripts.results import Column, Format, Result, Sheet, number, right, show

HEADS = ("service", "messages", "cpu mean", "cpu max at")
ROWS = [("checkout-of-a-long-name", 1_234_567, 0.123456789, "2026-03-02T14:03:11.250Z"), ("cart", 1, None, None)]
SHEET = Sheet([Column("service"), right("messages"), right("cpu mean"), Column("cpu max at")], ROWS, "Title")
VALUES = ("checkout-of-a-long-name", "1,234,567", "0.123457", "2026-03-02T14:03:11.250Z")


def on_a_terminal(sheet: Sheet, width: int) -> str:
    file = io.StringIO()
    show(Result(None, [sheet]), Format.TABLE, Console(file=file, force_terminal=True, width=width, color_system=None))
    return re.sub(r"\x1b\[\d*m", "", file.getvalue())


@pytest.mark.parametrize("width", [10, 24, 40, 66, 67, 68, 69, 70, 80, 200])
def test_no_width_cuts_a_value(width: int) -> None:
    text = on_a_terminal(SHEET, width)
    assert [value for value in VALUES if value not in text] == []
    assert "…" not in text


def test_too_wide_a_table_stacks() -> None:
    assert on_a_terminal(SHEET, 40).splitlines() == [
        "Title", "service: checkout-of-a-long-name", "messages: 1,234,567", "cpu mean: 0.123457",
        "cpu max at: 2026-03-02T14:03:11.250Z", "", "service: cart", "messages: 1",
    ]  # fmt: skip


def test_a_table_that_fits_has_a_line_a_row() -> None:
    lines = on_a_terminal(SHEET, 80).splitlines()
    assert len(lines) == 4
    assert re.split(r"  +", lines[2]) == list(VALUES)


def test_long_text_wraps_where_it_may() -> None:
    sheet = Sheet([Column("check"), Column("found", wraps=True)], [("disk", "words " * 30)])
    lines = on_a_terminal(sheet, 50).splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 50


def test_a_pipe_is_as_wide_as_needed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    show(Result(None, [Sheet(SHEET.columns, [("x" * 5000, 1, 2.0, "y")]), "A long line. " * 50]), Format.TABLE)
    lines = capsys.readouterr().out.splitlines()
    assert [len(line) > 500 for line in lines] == [True, True, True]


@given(st.text(), st.floats(allow_nan=False), st.integers())
def test_any_value_is_whole(text: str, real: float, integer: int) -> None:
    lines = on_a_terminal(Sheet([Column("a"), right("b"), right("c")], [(text, real, integer)]), 1000).splitlines()
    assert len(lines) == 2
    assert lines[1].endswith(f"{integer:,}")
    assert number(real) in lines[1]


@pytest.mark.parametrize(
    ("value", "text"), [(0.123456789, "0.123457"), (1234567.89, "1,234,568"), (12_345_678_901.0, "12,345,678,901")]
)
def test_numbers_keep_their_whole_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_csv_separates_sheets_and_leaves_lines_out(capsys: pytest.CaptureFixture[str]) -> None:
    moment = datetime(2026, 3, 1, 10, 17, tzinfo=UTC)
    second = Sheet([Column("at"), Column("ok")], [(moment, True)])
    show(Result(None, [SHEET, "A line.", second]), Format.CSV)
    out, err = capsys.readouterr()
    rows = list(csv.reader(io.StringIO(out)))
    assert rows == [
        list(HEADS), ["checkout-of-a-long-name", "1234567", "0.123456789", "2026-03-02T14:03:11.250Z"],
        ["cart", "1", "", ""], [], ["at", "ok"], ["2026-03-01T10:17:00Z", "true"],
    ]  # fmt: skip
    assert err == "A line.\n"
