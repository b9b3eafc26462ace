"""What reading a file gives: a table whose rows are each accepted or told unreadable; or a refusal of it all."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from sources.errors import SourceError

LONGEST_TEXT = 500
"""Characters of what cannot be read that are kept of it."""


class Refused(SourceError):  # noqa: N818 - it is told to people by this word
    """A file cannot be read at all. `reason`: one line that says what is wrong and what to do; `name`: of the file."""

    def __init__(self, reason: str, name: str = "") -> None:
        self.reason, self.name = reason, name
        super().__init__(f"{name}: {reason}" if name else reason)


class Row(NamedTuple):
    """One row: as many values as the table has columns, None for what is empty. `line`: where it begins, from 1; it
    counts lines of text, rows of a sheet, or records of what has no lines.

    A named tuple, as there are millions of them.
    """

    line: int
    values: tuple[str | None, ...]


class Unreadable(NamedTuple):
    """What stands where a row should: where it begins, why it is none, and the first characters of it."""

    line: int
    reason: str
    text: str


Outcome: TypeAlias = Row | Unreadable


@dataclass(frozen=True, slots=True)
class Rows:
    """Many rows at once, each of one line, from `line` on; `values`: columns of texts in the order of the table's."""

    line: int
    values: pa.RecordBatch

    def first(self, most: int) -> Iterator[Row]:
        """The first of them, one by one."""
        columns = self.values.slice(0, most).columns
        for place, values in enumerate(zip(*(column.to_pylist() for column in columns), strict=True)):
            yield Row(self.line + place, values)


Outcomes: TypeAlias = Generator[Outcome | Rows, None, None]


@dataclass(frozen=True, slots=True)
class Table:
    """A file while it is read, once: columns, and the outcomes in order; iterating gives rows one by one.

    Both raise Refused where the rest of the file cannot be read; nothing of the file should be used then.
    """

    columns: tuple[str, ...]
    outcomes: Outcomes

    def __iter__(self) -> Iterator[Outcome]:
        for outcome in self.outcomes:
            if isinstance(outcome, Rows):
                yield from outcome.first(outcome.values.num_rows)
            else:
                yield outcome

    def close(self) -> None:
        """Close the file, read to its end or not."""
        self.outcomes.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def shown(text: str | bytes) -> str:
    """The first characters of what cannot be read, fit to be kept as text: no NUL, no byte that is no character."""
    if isinstance(text, bytes):
        text = text[: 4 * LONGEST_TEXT].decode("utf-8", "backslashreplace")
    text = text[:LONGEST_TEXT].replace("\0", "␀")
    return text.encode("utf-8", "backslashreplace").decode().rstrip("\r\n")
