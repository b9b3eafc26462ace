from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sources.limits import Limits
from sources.reading import Refused, Row, Unreadable
from tests.sources.reading.files import gzipped, read_all, rows_of, zipped


def workbook(*rows: Sequence[Any], cells: dict[str, Any] | None = None, sheets: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for place, value in (cells or {}).items():
        sheet[place] = value
    for name in sheets:
        book.create_sheet(name).append([name])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_member(content: bytes, name: str, data: bytes) -> bytes:
    """The same workbook with one member replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return zipped({**members, name: data})


def sheet_xml(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


SHEET = "xl/worksheets/sheet1.xml"


def test_values_become_text(tmp_path: Path) -> None:
    content = workbook(
        ["whole", "part", "flag", "day", "moment", "text", "hour", "long"],
        [1, 0.1, True, date(2020, 1, 2), datetime(2020, 1, 2, 3, 4, 5), "007", time(1, 2, 3), timedelta(hours=26)],
        [10**15, 1e300, False, None, None, " a ", None, None],
    )
    columns, outcomes = read_all(tmp_path, content, type="xlsx")
    assert columns == ("whole", "part", "flag", "day", "moment", "text", "hour", "long")
    assert rows_of(outcomes) == [
        (2, ("1", "0.1", "true", "2020-01-02", "2020-01-02T03:04:05", "007", "01:02:03", "26:00:00")),
        (3, ("1000000000000000", "1e+300", "false", None, None, " a ", None, None)),
    ]


@pytest.mark.parametrize("pack", [gzipped, lambda content: zipped({"cases.xlsx": content})])
def test_workbooks_may_be_packed(tmp_path: Path, pack: Any) -> None:
    assert read_all(tmp_path, pack(workbook(["a"], ["1"])), type="xlsx")[1] == [Row(2, ("1",))]


def test_rows_and_the_sheet_are_stated(tmp_path: Path) -> None:
    content = workbook(
        ["Ministry"], [], ["unit", "persons"], ["name", "number"], ["A", 1], [], ["B", 2], sheets=["two"]
    )
    columns, outcomes = read_all(tmp_path, content, type="xlsx", skip_rows=2, header_row=2)
    assert (columns, rows_of(outcomes)) == (("name", "number"), [(5, ("A", "1")), (7, ("B", "2"))])
    assert rows_of(read_all(tmp_path, content, type="xlsx", sheet="two", header_row=0)[1]) == [(1, ("two",))]
    with pytest.raises(Refused, match="has no sheet 'three'; set sheet to one of: Sheet, two"):
        read_all(tmp_path, content, type="xlsx", sheet="three")


def test_formulas_are_not_evaluated(tmp_path: Path) -> None:
    content = workbook(["a", "b"], [1, "=1+1"], [2, 3])
    _, outcomes = read_all(tmp_path, content, type="xlsx")
    assert outcomes == [Unreadable(2, "B2 holds a formula that was never computed", "1, "), Row(3, ("2", "3"))]


def test_computed_formulas_and_errors_are_told_as_they_stand(tmp_path: Path) -> None:
    content = with_member(
        workbook(["a"]),
        SHEET,
        sheet_xml(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c>'
            '<c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
            '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
            '<row r="3"><c r="A3"><v>3</v></c><c r="B3" t="str"><f>""</f><v></v></c></row>'
        ),
    )
    assert read_all(tmp_path, content, type="xlsx")[1] == [Row(2, ("2", "#DIV/0!")), Row(3, ("3", None))]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c x="&gt;" r="ZZ999999"><v>2</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row><row r='9999999'><c><v>2</v></c><c r='zz9999999'><v>1</v></c></row>",
    ],
)
def test_far_cells_are_refused_before_they_take_memory(tmp_path: Path, rows: str) -> None:
    content = with_member(workbook(["a"]), SHEET, sheet_xml(rows))
    with pytest.raises(Refused, match=r"has [\d,]+ rows of [\d,]+ columns|has more than 10,000 columns"):
        read_all(tmp_path, content, type="xlsx")


def test_bombs_are_refused(tmp_path: Path) -> None:
    content = with_member(workbook(["a"]), "xl/sharedStrings.xml", b" " * 50_000_000)
    with pytest.raises(Refused, match="is larger than 1,000,000 bytes when unpacked"):
        read_all(tmp_path, content, Limits(unpacked_bytes=1_000_000), type="xlsx")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "is no workbook of the kind XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is no workbook of the kind XLSX"),
        (zipped({"[Content_Types].xml": b"<x/>"}), "is no workbook that can be read"),
        (workbook(["a"], [1])[:-30], "its packing is damaged"),
        (workbook(), "has no header where its source says"),
        (with_member(workbook(["a"]), SHEET, b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>"), "declares a DTD"),
        (with_member(workbook(["a"]), SHEET, b"<worksheet><sheetData>"), "its sheet is damaged"),
        (with_member(workbook(["a"]), SHEET, sheet_xml('<row><c r="?"/></row>')), "which is no place"),
        (with_member(workbook(["a"]), "xl/_rels/workbook.xml.rels", b"<x/>"), "is no workbook that can be read"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_all(tmp_path, content, type="xlsx")
