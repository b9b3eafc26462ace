"""Exports of records as a spreadsheet (XLSX), sent while it is written: libraries that write one keep all of it first.

A workbook is a ZIP of XML. Sheets are as long as spreadsheet programs read them; what does not fit is on the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa

from query.record_answers import record_names
from query.record_requests import RecordsRequest
from query.sent_file import SentFile

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How texts begin that a spreadsheet takes for a formula."""

MOST_ROWS = 1_048_576
"""Of a sheet, with its head."""

MOST_CHARACTERS = 32_767
"""Of a cell; a longer text is cut, and says so."""

_MOST_BYTES = 1 << 30
"""Of a sheet: from twice as many on, its ZIP would be of another kind, which not all programs read."""

_CUT = " … (cut)"
_EPOCH_DAYS, _DAY_MS = 25_569, 86_400_000
"""A time is the days since the end of 1899."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PLAIN, _TIME, _QUOTED = 0, 1, 2
_STYLES = f"""<styleSheet {_MAIN}><numFmts count="1">
<numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm:ss.000"/></numFmts>
<fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="164" applyNumberFormat="1"/>
<xf quotePrefix="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


class XlsxWriter:
    """Headed by the names; times are times, in UTC; a text that might be a formula is marked as a text."""

    def __init__(self, request: RecordsRequest) -> None:
        self._names = record_names(request)
        self._file = SentFile()
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED, compresslevel=4)
        self._sheets = self._written = self._bytes = 0
        self._sheet: IO[bytes] | None = None

    def batch(self, batch: pa.RecordBatch) -> bytes:
        """See Writer."""
        times = [pa.types.is_timestamp(column.type) for column in batch.columns]
        columns = [
            column.cast(pa.int64()) if time else column for column, time in zip(batch.columns, times, strict=True)
        ]
        for row in zip(*(column.to_pylist() for column in columns), strict=True):
            self._write([_cell(value, time=time) for value, time in zip(row, times, strict=True)])
        return self._file.taken()

    def end(self) -> bytes:
        """See Writer."""
        if self._sheet is None:
            self._begin_sheet()
        self._end_sheet()
        for name, text in self._parts():
            self._zip.writestr(name, _XML + text)
        self._zip.close()
        return self._file.taken()

    def _write(self, cells: Sequence[str]) -> None:
        if self._sheet is None or self._written >= MOST_ROWS or self._bytes >= _MOST_BYTES:
            self._end_sheet()
            self._begin_sheet()
        assert self._sheet is not None
        self._bytes += self._sheet.write(f"<row>{''.join(cells)}</row>".encode())
        self._written += 1

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        self._written = self._bytes = 0
        self._sheet.write(f"{_XML}<worksheet {_MAIN}><sheetData>".encode())
        self._write([_cell(name) for name in self._names])

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.write(b"</sheetData></worksheet>")
            self._sheet.close()
            self._sheet = None

    def _parts(self) -> Iterator[tuple[str, str]]:
        """What a workbook has beside its sheets."""
        sheets = range(1, self._sheets + 1)
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in sheets
        )
        relations = "".join(
            f'<Relationship Id="s{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in sheets
        )
        listed = "".join(f'<sheet name="Records {n}" sheetId="{n}" r:id="s{n}"/>' for n in sheets)
        yield (
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
        )
        book = f'<Relationship Id="b" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        yield "_rels/.rels", f"<Relationships {_RELATIONS}>{book}</Relationships>"
        yield "xl/workbook.xml", f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        styles = f'<Relationship Id="t" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        yield "xl/_rels/workbook.xml.rels", f"<Relationships {_RELATIONS}>{relations}{styles}</Relationships>"
        yield "xl/styles.xml", _STYLES


def _cell(value: Any, *, time: bool = False) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case int() | float() if time:
            return f'<c s="{_TIME}"><v>{value / _DAY_MS + _EPOCH_DAYS!r}</v></c>'
        case int() | float():
            return f"<c><v>{value!r}</v></c>"
    text = str(value)
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS - len(_CUT)] + _CUT
    style = _QUOTED if text.startswith(FORMULAS) else _PLAIN
    written = escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{written}</t></is></c>'
