"""Lines of CSV that are plain are read by Arrow, thousands at once, with the same outcome as one by one.

Plain are lines of as many values as there are columns, each without any sign that means something within it, or quoted
from its first character to its last.
"""

from __future__ import annotations

import re

import pyarrow as pa
from pyarrow import csv

from sources.formats import Format
from sources.reading.outcomes import Rows

_MOST_COLUMNS = 2000

_MARK = "\ufeff"
"""Arrow would take it for no part of the first value."""


class PlainCsv:
    """Reads plain lines as a format says; `columns`: how many there are."""

    def __init__(self, form: Format, columns: int) -> None:
        self._names = [str(place) for place in range(columns)]
        signs = form.delimiter + form.quote
        fits = columns <= _MOST_COLUMNS and signs.isascii() and signs.replace("\t", " ").isprintable()
        self._lines = re.compile(_pattern(form, columns)) if fits else None
        quote = form.quote or False
        self._parsed = csv.ParseOptions(delimiter=form.delimiter, quote_char=quote, double_quote=bool(quote))
        self._texts = csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(self._names, pa.string()),
            null_values=["", *form.missing],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )

    def rows(self, block: str, line: int) -> Rows | None:
        """The rows of a text, all of whose lines are plain, from `line` on; None for any other text."""
        if self._lines is None or block.startswith(_MARK) or self._lines.fullmatch(block) is None:
            return None
        content = block.encode()
        read = csv.ReadOptions(use_threads=False, column_names=self._names, block_size=len(content) + 1)
        table = csv.read_csv(pa.BufferReader(content), read, self._parsed, self._texts).combine_chunks()
        return Rows(line, table.to_batches()[0])


def _pattern(form: Format, columns: int) -> str:
    delimiter, quote = re.escape(form.delimiter), re.escape(form.quote)
    value = f"[^{delimiter}{quote}\\r\\n\\0]*+"
    if quote:
        value = f"(?:{quote}(?:[^{quote}\\r\\n\\0]|{quote}{quote})*+{quote}|{value})"
    line = f"{value}(?:{delimiter}{value}){{{columns - 1}}}" if columns > 1 else f"(?![\\r\\n]){value}"
    return f"(?:{line}\\r?\\n)++"
