"""A sheet of a workbook (XLSX): values as they were computed when it was saved, no formula is evaluated."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from posixpath import join, normpath
from typing import Any, cast
from zipfile import ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from python_calamine import CalamineError, CalamineSheet, load_workbook

from sources.formats import Format
from sources.limits import Limits
from sources.reading.archive_bytes import inflated
from sources.reading.bounded import DAMAGED, whole
from sources.reading.csv_rows import cells
from sources.reading.headers import column_names, numbered_columns
from sources.reading.outcomes import Outcomes, Refused, Row, Table, Unreadable, shown
from sources.reading.shared_strings import check_shared_strings, is_shared_strings
from sources.reading.sheet_cells import SheetCells, look_through
from sources.reading.unpacking import is_archive

_MEMORY = 16
"""Bytes of memory that one byte of a workbook may take."""
_CELL_BYTES = 64
_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_EXACT = 2**53
"""Below it, a whole number of a cell is written with all its digits."""


def xlsx_table(stream: io.BufferedReader, form: Format, limits: Limits) -> Table:
    """The table of a sheet. `line` of an outcome is its row. Rows without any value are passed over. Raises Refused."""
    with stream:
        if not is_archive(stream.peek(4)):
            raise Refused("is no workbook of the kind XLSX; an older or encrypted one is to be saved as XLSX")
        content = whole(stream, limits.memory_bytes // _MEMORY, "a workbook")
    try:
        sheet, found = _sheet(content, form.sheet, limits)
    except (CalamineError, DefusedXmlException, ParseError, LookupError, StopIteration, *DAMAGED) as error:
        raise Refused(f"is no workbook that can be read ({error}); save it anew") from error
    rows = cast("Iterator[list[Any]]", sheet.iter_rows()) if found.rows else iter(())
    for _ in range(form.skip_rows):
        next(rows, None)
    begun, values = form.skip_rows + form.header_row, cells(form)
    if form.header_row:
        for _ in range(form.header_row - 1):
            next(rows, None)
        columns = column_names(_texts(next(rows, []), begun - 1, found), limits.columns)
    else:
        columns = numbered_columns(found.columns, limits.columns)
    return Table(columns, _rows(rows, begun, len(columns), found, values))


def _rows(rows: Iterator[list[Any]], begun: int, count: int, found: SheetCells, values: Any) -> Outcomes:
    for row, read in enumerate(rows, begun):
        texts = _texts(read, row, found)
        if row in found.uncomputed:
            place = found.uncomputed[row]
            yield Unreadable(row + 1, f"{place} holds a formula that was never computed", shown(", ".join(texts)))
        elif len(texts) > count or any("\0" in text for text in texts):
            yield Unreadable(row + 1, f"has {len(texts):,} values; the header has {count:,}", shown(", ".join(texts)))
        elif any(texts):
            yield Row(row + 1, values([*texts, *[""] * (count - len(texts))]))


def _sheet(content: bytes, wanted: str | None, limits: Limits) -> tuple[CalamineSheet, SheetCells]:
    """The sheet, checked before it takes up memory."""
    with ZipFile(io.BytesIO(content)) as archive:
        read = 0
        for entry in archive.infolist():
            read += sum(map(len, inflated(content, entry, limits.unpacked_bytes, read)))
            if is_shared_strings(entry):
                check_shared_strings(inflated(content, entry, limits.unpacked_bytes), entry)
        workbook = load_workbook(io.BytesIO(content))
        if not workbook.sheet_names:
            raise Refused("has no sheet")
        name = workbook.sheet_names[0] if wanted is None else wanted
        if name not in workbook.sheet_names:
            raise Refused(f"has no sheet {name!r}; set sheet to one of: {', '.join(workbook.sheet_names[:20])}")
        entry = archive.getinfo(_member(content, archive, name))
        most_cells = limits.memory_bytes // _CELL_BYTES
        found = look_through(inflated(content, entry, limits.unpacked_bytes), most_cells, limits.columns)
    return workbook.get_sheet_by_name(name), found


def _member(content: bytes, archive: ZipFile, sheet: str) -> str:
    """Which member of the archive is a sheet."""

    def tree(member: str) -> Any:
        return fromstring(b"".join(inflated(content, archive.getinfo(member), 1 << 24)), forbid_dtd=True)

    relation = next(
        value
        for each in tree(_WORKBOOK).iter()
        if each.tag.endswith("}sheet") and each.get("name") == sheet
        for key, value in each.attrib.items()
        if key.endswith("}id")
    )
    target = next(each.get("Target") for each in tree(_RELATIONS) if each.get("Id") == relation)
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _texts(row: Sequence[Any], number: int, found: SheetCells) -> list[str]:
    texts = [_text(value) for value in row]
    if found.errors:
        texts = [found.errors.get((number, column), text) for column, text in enumerate(texts)]
    return texts


def _text(value: Any) -> str:
    """A value as text: whole numbers without a point, times as ISO 8601, true and false."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{int(minutes // 60):02}:{int(minutes % 60):02}:{seconds:02g}"
    return str(value)
