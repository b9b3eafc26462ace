"""Looks through the XML of a sheet before it is read as a whole: how large it is, and which cells hold no value.

What reads sheets makes room for every cell between the outermost two, so that two cells could ask for half a terabyte;
and to it an error, or a formula that was never computed, is an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from sources.reading.outcomes import Refused

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_LONGEST_ERROR = 50
MOST_NOTED = 100_000
"""Cells without a value that are known by place; a sheet with more is refused."""


@dataclass
class SheetCells:
    """Of a sheet, rows and columns from 0: what its errors say, and where formulas are that nobody computed."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncomputed: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0


def look_through(chunks: Iterable[bytes], most_cells: int, most_columns: int) -> SheetCells:
    """Raises Refused: it is no XML or declares a DTD, or has room for more cells than may be."""
    look = _Look(most_cells, most_columns)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = look.doctype
    parser.StartElementHandler = look.start
    parser.CharacterDataHandler = look.text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused(f"its sheet is damaged ({error}); save and send it again") from error
    look.finish_cell()
    return look.found


class _Look:
    def __init__(self, most_cells: int, most_columns: int) -> None:
        self.found = SheetCells()
        self._most_cells, self._most_columns = most_cells, most_columns
        self._row, self._column = -1, -1
        self._kind, self._formula, self._in_value, self._text = "", False, False, ""

    def doctype(self, *_: Any) -> None:
        raise Refused("its sheet declares a DTD, which is not read")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "c":
            self.finish_cell()
            self._place(attributes.get("r"))
            self._kind = attributes.get("t", "")
        elif name == "row":
            self.finish_cell()
            number = attributes.get("r", "")
            self._row, self._column = int(number) - 1 if number.isdecimal() else self._row + 1, -1
        elif name == "f":
            self._formula, self._in_value = True, False
        elif name in ("v", "t"):
            self._in_value = True

    def text(self, text: str) -> None:
        if self._in_value and len(self._text) < _LONGEST_ERROR:
            self._text += text.strip()

    def finish_cell(self) -> None:
        place = (self._row, self._column)
        if self._kind == "e" and self._text:
            self.found.errors[place] = self._text[:_LONGEST_ERROR]
        elif self._formula and not self._text and self._kind != "str":  # of a text, the value may be empty
            self.found.uncomputed.setdefault(self._row, f"{_letters(self._column)}{self._row + 1}")
        if len(self.found.errors) > MOST_NOTED:
            raise Refused(f"has more than {MOST_NOTED:,} cells with errors; mend the sheet")
        self._kind, self._formula, self._in_value, self._text = "", False, False, ""

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
        elif match := _PLACE.fullmatch(reference):
            self._row, self._column = int(match[2]) - 1, _number(match[1]) - 1
        else:
            raise Refused(f"has a cell at {reference[:20]!r}, which is no place; save it anew")
        found = self.found
        found.rows, found.columns = max(found.rows, self._row + 1), max(found.columns, self._column + 1)
        if found.columns > self._most_columns:
            raise Refused(f"has more than {self._most_columns:,} columns; raise limits.columns if it may have")
        if found.rows * found.columns > self._most_cells:
            raise Refused(
                f"has {found.rows:,} rows of {found.columns:,} columns, as a cell stands in "
                f"{_letters(self._column)}{self._row + 1}; take out what lies far away, or raise limits.memory_bytes"
            )


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    """How a sheet calls a column, counted from 0."""
    text, number = "", column + 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
