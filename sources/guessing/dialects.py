"""A guess of how a table of text is written: which sign is between values, where the header is. Pure.

Only people who look at the guess use it; what a source reads later is what they kept of it.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sources.drift.shapes import DATES, EMPTY, TEXT, shape

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "cp1252", "iso8859-1")
_ROWS = 200
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MISSING = frozenset({"NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "-", "..", "."})
"""Texts that stand for no value in many files."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skip_rows` lines are before the header, or before the first row if there is none (`header_row` 0)."""

    delimiter: str
    skip_rows: int
    header_row: int


def encoding_of(head: bytes) -> str:
    """The first encoding that fits: what its mark says, UTF-16 by its NULs, UTF-8, then Western ones."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked:
        return marked
    if (zeros := head.count(0)) and 4 * zeros > len(head):
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    for encoding in ENCODINGS:
        try:
            # A character may be cut at the end.
            head[: max(0, len(head) - 4)].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 8:
                continue
        return encoding
    return ENCODINGS[-1]


def dialect_of(text: str) -> Dialect:
    """By which most rows have the same number of values, at least two; a comma where none has."""
    best, rows = max(
        ((delimiter, _rows(text, delimiter)) for delimiter in DELIMITERS), key=lambda each: _score(each[1])
    )
    if not rows:
        return Dialect(",", 0, 1)
    width, _ = Counter(map(len, rows)).most_common(1)[0]
    first = next(number for number, row in enumerate(rows) if len(row) == width)
    skipped = _lines_before(text, best, first)
    return Dialect(best, skipped, 1 if is_header(rows[first], rows[first + 1 :]) else 0)


def is_header(row: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a row names columns: words where those after it have something else, or all words and none twice."""
    shapes = [shape(value) for value in row]
    if not any(kind in (TEXT, "code") or kind in DATES for kind in shapes):
        return False
    for place, kind in enumerate(shapes):
        below = Counter(shape(each[place]) for each in rows if len(each) > place)
        del below[EMPTY]
        if below and below.most_common(1)[0][0] not in (TEXT, "code", kind):
            return kind in (TEXT, "code", EMPTY) or kind in DATES
    return all(kind in (TEXT, "code", EMPTY) for kind in shapes) and len(set(row)) == len(row)


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), _ROWS) if row]
    except csv.Error:
        return []


def _score(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    if not rows:
        return (0.0, 0)
    width, times = Counter(map(len, rows)).most_common(1)[0]
    return (times / len(rows) if width > 1 else 0.0, width)


def _lines_before(text: str, delimiter: str, rows: int) -> int:
    """Lines before the row of this number, counted from 0, and empty ones right before it."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    seen, before = 0, 0
    for row in reader:
        if row and seen == rows:
            return before
        seen, before = seen + bool(row), reader.line_num
    return 0
