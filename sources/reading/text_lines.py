"""Lines of a text for a reader of CSV, each and each record of several of them bounded."""

from __future__ import annotations

import io

from sources.reading.outcomes import LONGEST_TEXT, Refused, shown
from sources.reading.texts import wrong_byte


class LongLineError(Exception):
    """A line is longer than it may be, and was passed over. `text`: how it begins."""

    def __init__(self, text: str, length: int) -> None:
        super().__init__(text)
        self.text, self.length = text, length


class TextLines:
    """An iterator over lines, with their ends; `begin` is called before each record.

    `number`: lines given so far; `nul`: whether one of the record's holds a NUL. Raises LongLineError, after which
    it goes on; Refused where the encoding does not hold, or a quoted value goes on for longer than a line may be.
    """

    def __init__(self, text: io.TextIOWrapper, most: int, quote: str) -> None:
        self.number, self.nul = 0, False
        self._readline, self._most, self._quote = text.readline, most, quote
        self._record: list[str] = []
        self._size, self._after_cut = 0, False

    def __iter__(self) -> TextLines:
        return self

    def __next__(self) -> str:
        line = self._line()
        if self._after_cut:
            self._after_cut = False
            if line == "\n":  # of a carriage return that ended what was passed over
                line = self._line()
        if not line:
            raise StopIteration
        self.number += 1
        self._size += len(line)
        if self._size > self._most:
            self._pass_over(line)
        if "\0" in line:
            self.nul = True
        self._record.append(line)
        return line

    def begin(self) -> int:
        """Begin a record; the number of the line that it begins in."""
        self._record.clear()
        self._size, self.nul = 0, False
        return self.number + 1

    @property
    def text(self) -> str:
        """How the record begins as it is written, fit to be kept."""
        return shown("".join(self._record))

    @property
    def spanned(self) -> int:
        """Lines of the record."""
        return len(self._record)

    def _line(self) -> str:
        try:
            return self._readline(self._most + 1)
        except UnicodeDecodeError as error:
            raise wrong_byte(error, self.number) from error

    def _pass_over(self, line: str) -> None:
        began = self.number - self.spanned
        if self._record:
            raise Refused(f"line {began:,}: a quote is opened that nothing closes within {self._most:,} characters")
        first, length, quotes = line[:LONGEST_TEXT], len(line), line.count(self._quote) if self._quote else 0
        while not line.endswith(("\n", "\r")) and (line := self._line()):
            length += len(line)
            quotes += line.count(self._quote) if self._quote else 0
        self._after_cut = line.endswith("\r")
        if quotes % 2:
            raise Refused(f"line {began:,} is longer than {self._most:,} characters, and a quote in it is not closed")
        raise LongLineError(shown(first), length)
