"""Rows of other services' CSV files, by the names of their columns; whatever is wrong refuses the file. Pure."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from sources.reading.outcomes import Refused
from systems.merchants.filters import UNKNOWN
from systems.merchants.importing.daily import EARLIEST, LARGEST, MOST_FIGURES, Place, added, numbered
from systems.merchants.numbers import Numbers

Row = Mapping[str, str]

_LONGEST_VALUE = 1000
_NO_VALUE = {"(none)", "Direct / None", "(not set)"}


def rows(
    text: Iterator[str],
    name: str,
    needed: tuple[str, ...],
    *,
    called: Callable[[Sequence[str]], Sequence[str]] = lambda columns: columns,
    delimiter: str = ",",
    hint: str = "",
) -> Iterator[tuple[int, Row]]:
    """Line and row of a file whose head has these columns. `called`: what columns are called here; `hint`: what to do
    where one is missing. Raises Refused."""
    reader = csv.reader(text, strict=True, delimiter=delimiter)
    try:
        columns = called(next(reader, []))
        if missing := [column for column in needed if column not in columns]:
            raise Refused(f"is no export that is known: {name} has no column {', '.join(missing)}{hint}")
        for values in reader:
            if len(values) != len(columns):
                if not values:
                    continue
                raise Refused(f"is cut or damaged: {name}, line {reader.line_num} has another number of columns")
            yield reader.line_num, dict(zip(columns, values, strict=True))
    except csv.Error as error:
        raise Refused(f"cannot be read: {name}, line {reader.line_num}: {error}") from error
    except UnicodeError as error:
        raise Refused(f"is not text: {name} after line {reader.line_num}: {error}") from error


def numbers_of(row: Row, columns: Mapping[str, str], name: str, line: int) -> Numbers:
    """Of ours → the column of theirs; one that is not there, or empty, is 0."""
    return numbered({ours: _count(row.get(theirs, ""), theirs, name, line) for ours, theirs in columns.items()})


def day_of(text: str, name: str, line: int, latest: date) -> date:
    """A day that can be, at most `latest`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"has what is no day such as 2026-03-01: {name}, line {line}: {text[:40]!r}") from None
    if not EARLIEST <= day <= latest:
        raise Refused(f"has a day that cannot be: {name}, line {line}: {text}")
    return day


def value_of(text: str) -> str:
    """What a panel shows."""
    return UNKNOWN if text in _NO_VALUE else text.replace("\0", "")[:_LONGEST_VALUE]


def add(figures: dict[Place, Numbers], place: Place, numbers: Numbers) -> None:
    """Add to what there is at a place, as long as all of it is bounded."""
    added(figures, place, numbers)
    if len(figures) > MOST_FIGURES:
        raise Refused(f"has more than {MOST_FIGURES:,} figures; export fewer days at once")


def _count(text: str, column: str, name: str, line: int) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))):
        raise Refused(f"has what is no count: {name}, line {line}, {column}: {text[:40]!r}")
    return int(text)
