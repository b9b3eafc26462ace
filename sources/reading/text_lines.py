"""Lines of a text for a reader of CSV, each and each record of several of them bounded."""

from __future__ import annotations

import io

from sources.reading.outcomes import LONGEST_TEXT, Refused, shown
from sources.reading.texts import wrong_byte


class Blocks:
    """A text that is read by blocks of whole lines, and by lines what was given back of one."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self._left, self._end = text, io.StringIO(), 0
        self.spent = True
        """Whether nothing is left of what was given back."""

    def block(self, size: int) -> str:
        """So many characters and the rest of their last line, of which there may be as many; empty at the end."""
        block = self._text.read(size)
        block += self._text.readline(size) if block else ""
        return block + self._text.read(1) if block.endswith("\r") else block

    def give_back(self, block: str) -> None:
        """Have it read by lines."""
        self._left, self._end, self.spent = io.StringIO(block, newline=""), len(block), not block

    def readline(self, size: int) -> str:
        """As that of a file."""
        if self.spent:
            return self._text.readline(size)
        line = self._left.readline(size)
        self.spent = self._left.tell() == self._end
        is_cut = self.spent and len(line) < size and not line.endswith(("\n", "\r"))
        return line + self._text.readline(size - len(line)) if is_cut else line


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

    def __init__(self, text: Blocks, most: int, quote: str) -> None:
        self.number, self.nul = 0, False
        self._text, self._most, self._quote = text, most, quote
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

    def block(self, size: int) -> str:
        """What comes next, in whole lines unless one is longer than it may be: to be given back, or passed by."""
        try:
            return self._text.block(max(1, min(size, self._most // 2)))
        except UnicodeDecodeError as error:
            raise wrong_byte(error, self.number) from error

    def pass_by(self, lines: int) -> None:
        """So many lines of a block are read."""
        self.number += lines

    def give_back(self, block: str) -> None:
        """Have the block read by lines."""
        self._text.give_back(block)

    @property
    def is_given_back(self) -> bool:
        """Whether something is left of a block that was given back."""
        return not self._text.spent

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
            return self._text.readline(self._most + 1)
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
