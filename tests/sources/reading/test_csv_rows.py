from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.formats import Format
from sources.limits import Limits
from sources.reading import Refused, Row, Rows, Unreadable, read
from sources.reading.csv_rows import csv_table
from sources.reading.plain_csv import PlainCsv
from tests.sources.reading.files import read_all, read_path, rows_of

DATA = Path(__file__).parents[2] / "data"
SPECTRUM = [path for path in sorted((DATA / "csv_spectrum").glob("*.csv")) if path.stem != "location_coordinates"]
"""But for the one whose JSON is of another telephone number than its CSV."""


@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_csv_spectrum_is_read(path: Path) -> None:
    columns, outcomes = read_path(path, type="csv")
    found = [dict(zip(columns, (value or "" for value in values), strict=True)) for _, values in rows_of(outcomes)]
    text = path.with_suffix(".json").read_text("utf-8")
    assert found == [{name: value.replace("\r\n", "\n") for name, value in each.items()} for each in json.loads(text)]


@pytest.mark.parametrize(
    ("file", "form", "expected"),
    [
        ("mac_newlines.csv", {}, [(2, ("1", "2", "3")), (3, ("Once upon\ra time", "5", "6"))]),
        ("test_utf8_bom.csv", {}, [(2, ("1", "2", "3")), (3, ("4", "5", "ʤ"))]),
        ("test_utf16_little.csv", {"encoding": "utf-16"}, [(2, ("1", "2", "3")), (3, ("4", "5", "ʤ"))]),
        ("test_latin1.csv", {"encoding": "latin-1"}, [(2, ("1", "2", "3")), (3, ("4", "5", "©"))]),
        ("no_header_row.csv", {"header_row": 0}, [(1, ("1", "2", "3"))]),
        ("dummy.tsv", {"delimiter": "\t"}, [(2, ("1", "2", "3"))]),
        ("test_locale.csv", {}, [(2, ("1,7", "200.000.000", None))]),
        ("optional_quote_characters.csv", {}, [(2, ("1", "2", "3"))]),
        ("optional_quote_characters.csv", {"quote": ""}, [(2, ('"1"', '"2"', '"3"'))]),
        ("date_like_number.csv", {}, [(2, ("4.5",))]),
        ("blanks.csv", {"missing": ("NA", "N/A", "NONE", "NULL", ".")}, [(2, (None,) * 6)]),
    ],
)
def test_csvkit_is_read(file: str, form: dict[str, Any], expected: list[object]) -> None:
    _, outcomes = read_path(DATA / "csvkit" / file, type="csv", **form)
    assert rows_of(outcomes) == expected


def test_ragged_rows_are_told() -> None:
    columns, outcomes = read_path(DATA / "csvkit" / "bad_skip_lines.csv", type="csv", skip_rows=3)
    assert columns == ("column_a", "column_b", "column_c")
    assert outcomes == [
        Unreadable(5, "has 4 values; the header has 3", '1,27,,"I\'m too long!"'),
        Unreadable(6, "has 2 values; the header has 3", ',"I\'m too short!"'),
        Row(7, ("0", "mixed types.... uh oh", "17")),
    ]


def test_a_nul_is_told() -> None:
    _, outcomes = read_path(DATA / "csvkit" / "null_byte.csv", type="csv")
    assert outcomes == [Unreadable(2, "holds a NUL", "␀,2,3")]


def test_a_quote_within_a_value_is_part_of_it() -> None:
    _, outcomes = read_path(DATA / "csv_spectrum" / "location_coordinates.csv", type="csv")
    [(line, values)] = rows_of(outcomes)
    assert (line, values[1]) == (2, "37\ufffd36'37.8\"N 121\ufffd2'17.9\"W")


@pytest.mark.parametrize("file", ["empty.csv", "bad_skip_lines.csv"])
def test_a_header_must_be_there(file: str) -> None:
    with pytest.raises(Refused, match=f"{file}: has no header where its source says"):
        read_path(DATA / "csvkit" / file, type="csv")


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    _, outcomes = read_all(tmp_path, 'a,b\n\n"1\n2\n3",x\r\n\r\n4,y\r5,z', type="csv")
    assert rows_of(outcomes) == [(3, ("1\n2\n3", "x")), (7, ("4", "y")), (8, ("5", "z"))]


def test_header_and_skipped_rows_are_stated(tmp_path: Path) -> None:
    text = 'Ministry of "Health\nunit,persons\nname,number\nA,1\n'
    columns, outcomes = read_all(tmp_path, text, type="csv", skip_rows=1, header_row=2)
    assert (columns, rows_of(outcomes)) == (("name", "number"), [(4, ("A", "1"))])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n1,"x\n2,y\n3,z', [
            Unreadable(
                2, "a quote is opened and never closed; 3 lines to the end of the file are in it", '1,"x\n2,y\n3,z'
            )
        ]),
        ('a,b\n1,"x"y\n2,z', [
            Unreadable(2, "a quote is closed, and more follows before the next delimiter", '1,"x"y'), Row(3, ("2", "z"))
        ]),
        ('a,b\n1,5" pipe\n', [Row(2, ("1", '5" pipe'))]),
        ("a,b\n=cmd|' /C calc'!A0,@SUM(1)\n", [Row(2, ("=cmd|' /C calc'!A0", "@SUM(1)"))]),
        ("a,b\n   \n1,2\n", [Unreadable(2, "has 1 values; the header has 2", "   "), Row(3, ("1", "2"))]),
        ("a,b\n1,2,\n", [Unreadable(2, "has 3 values; the header has 2", "1,2,")]),
        ("a,b\n1,2", [Row(2, ("1", "2"))]),
        ("a,b\n1", [Unreadable(2, "has 1 values; the header has 2", "1")]),
        ("a,b\n", []),
        ("a,b", []),
    ],
)  # fmt: skip
def test_each_row_is_accepted_or_told(tmp_path: Path, text: str, expected: list[object]) -> None:
    assert read_all(tmp_path, text, type="csv")[1] == expected


def test_long_lines_are_told_and_passed_over(tmp_path: Path) -> None:
    limits = Limits(line_bytes=100)
    text = "a,b\n1,2\r\n" + "," * 5000 + "\r\n3,4\n" + "x" * 101 + "\n5," + "y" * 97 + "\n6,7\r" + ";" * 201 + "\r\n8,9"
    _, outcomes = read_all(tmp_path, text, limits, type="csv")
    assert [each.line for each in outcomes] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert [each.line for each in outcomes if isinstance(each, Unreadable)] == [3, 5, 8]
    assert outcomes[1] == Unreadable(3, "is 5,002 characters long, more than a line may be", "," * 101)


def test_ten_million_columns_are_not_split(tmp_path: Path) -> None:
    _, outcomes = read_all(tmp_path, b"a,b\n" + b"," * 10_000_000 + b"\n1,2\n", type="csv")
    assert isinstance(outcomes[0], Unreadable)
    assert outcomes[0].reason == "is 10,000,001 characters long, more than a line may be"
    assert outcomes[1] == Row(3, ("1", "2"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"," * 10_000_000, "line 1 has 10,000,000 characters; at most 1,048,576 are read"),
        (b",".join(b"c%d" % number for number in range(10_001)), "has 10,001 columns; at most 10,000 are read"),
        (b'a,b\n1,"' + b"x\n" * 600_000, "line 2: a quote is opened that nothing closes within 1,048,576 characters"),
        (b'a,b\n1,"' + b"x" * 1_100_000 + b"\ny", "line 2 is longer than 1,048,576 characters, and a quote in it"),
        (b'"a"b,c\n1,2', "line 1, before the rows begin: ',' expected after '\"'"),
        (b'"a\n1,2', "line 2, before the rows begin: unexpected end of data"),
        (b"a,b\0\n1,2", "has no text as the name of column 2"),
        (b"a;" + b"b" * 500, "has no text as the name of column 1"),
    ],
)  # fmt: skip
def test_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, content, type="csv")


def test_rows_without_a_header_begin_where_they_do(tmp_path: Path) -> None:
    columns, outcomes = read_all(tmp_path, "\n\n1,2\n3,4\n", type="csv", header_row=0)
    assert (columns, rows_of(outcomes)) == (("column_1", "column_2"), [(3, ("1", "2")), (4, ("3", "4"))])
    assert read_all(tmp_path, "1,\0\n3,4 and more", type="csv", header_row=0)[1] == [
        Unreadable(1, "holds a NUL", "1,␀"), Row(2, ("3", "4 and more"))
    ]  # fmt: skip


def test_lines_before_the_header_are_bounded_each(tmp_path: Path) -> None:
    text = "x" * 80 + "\n" + "y" * 80 + "\na,b\n1,2\n"
    assert rows_of(read_all(tmp_path, text, Limits(line_bytes=100), type="csv", skip_rows=2)[1]) == [(4, ("1", "2"))]
    with pytest.raises(Refused, match="line 2 has 81 characters; at most 70 are read"):
        read_all(tmp_path, "\n" + text[81:], Limits(line_bytes=70), type="csv", skip_rows=2)


def test_an_empty_file_without_a_header_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is empty"):
        read_all(tmp_path, "", type="csv", header_row=0)


def test_too_many_rows_refuse_the_file(tmp_path: Path) -> None:
    assert len(read_all(tmp_path, "a\n1\n2\n", Limits(rows=2), type="csv")[1]) == 2
    with pytest.raises(Refused, match="file: has more than 2 rows; raise"):
        read_all(tmp_path, "a\n1\n2\n3\n", Limits(rows=2), type="csv")


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(st.lists(st.lists(_TEXT, min_size=3, max_size=3), max_size=8), st.sampled_from(["utf-8", "utf-16-le", "utf-16"]))
def test_what_was_written_is_read(records: list[list[str]], encoding: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["a", "b", "c"], *records])
    stream = io.BufferedReader(io.BytesIO(written.getvalue().encode(encoding)))
    with csv_table(cast("io.BufferedReader", stream), Format(type="csv", encoding=encoding), Limits()) as table:
        outcomes = list(table)
    assert [values for _, values in rows_of(outcomes)] == [tuple(v or None for v in record) for record in records]


@given(st.text(st.sampled_from('ab",\r\n\0;x'), max_size=60))
def test_nothing_is_dropped(text: str) -> None:
    """Whatever the text, each character of it is in a row, told as unreadable, or an end of a line."""
    stream = io.BufferedReader(io.BytesIO(b"p" * 200 + b",q\n" + text.encode()))
    with csv_table(cast("io.BufferedReader", stream), Format(type="csv"), Limits()) as table:
        outcomes = list(table)
    texts = [each.text if isinstance(each, Unreadable) else "".join(v or "" for v in each.values) for each in outcomes]
    assert "".join(texts).count("a") == text.count("a")
    assert [each.line for each in outcomes] == sorted({each.line for each in outcomes})


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["a,b,c\n", '"a","",c\r\n', '"a""b,",b,NA\n', 'a,"NA",\n']),
            st.text(st.sampled_from('ab",\r\n\0;'), max_size=12),
        ),
        max_size=30,
    ),
    st.sampled_from([Limits(), Limits(line_bytes=20), Limits(line_bytes=51)]),
    st.sampled_from([{}, {"quote": ""}, {"missing": ("NA",)}, {"delimiter": ";"}, {"header_row": 0}]),
)
def test_plain_lines_are_read_as_any_other(parts: list[str], limits: Limits, form: dict[str, Any]) -> None:
    content = ("p,q,r\n".replace(",", form.get("delimiter", ",")) + "".join(parts)).encode()

    def outcomes() -> list[object]:
        stream = cast("io.BufferedReader", io.BufferedReader(io.BytesIO(content)))
        try:
            with csv_table(stream, Format(type="csv", **form), limits) as table:
                return list(table)
        except Refused as error:
            return [error.reason]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlainCsv, "rows", lambda *_: None)
        expected = outcomes()
    assert outcomes() == expected


def test_plain_lines_of_any_encoding_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n" + 'x,"é"\r\n'.encode("iso8859-1") * 50_000 + b'7,"8\n9"\n' + b"1,\n" * 9)
    with read(path, "file", Format(type="csv", encoding="iso8859-1"), Limits()) as table:
        parts = list(table.outcomes)
    whole = [part for part in parts if isinstance(part, Rows)]
    assert sum(part.values.num_rows for part in whole) > 30_000
    assert (whole[0].line, whole[0].values.slice(0, 1).to_pylist()) == (2, [{"0": "x", "1": "é"}])
    singles = [part for part in parts if not isinstance(part, Rows)]
    assert Row(50_002, ("7", "8\n9")) in singles
    assert singles[-1] == Row(50_012, ("1", None))
