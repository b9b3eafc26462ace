"""What the columns of a file look like, small enough to be kept of every file. JSON in and out. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from statistics import median
from typing import Any

from sources.drift.documents import DOC, values_of
from sources.drift.shapes import DATES, EITHER_FIRST, EMPTY, NUMBERS, first_two, shape

SAMPLE = 5000
"""Rows that are looked at."""
_RARE = 0.05
_FEW = 12
_REPEATED = 3
"""As often, on average, the values of a column are there that are kept: what is there once may name somebody."""
DATED = "one column a date: "


@dataclass(frozen=True, slots=True)
class ColumnPrint:
    """One column. `place`: from 0; `empty`: share of values that are; `shapes`: those of more than a twentieth of the
    others, by name; `order`: which comes first in its dates, day or month, empty where none says; `values`: all
    of them if they are few; `middle`: median of the absolute numbers.
    """

    place: int
    empty: float = 0.0
    shapes: tuple[str, ...] = ()
    order: str = ""
    values: tuple[str, ...] | None = None
    middle: float | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All columns by name; those that are named after dates are one, by how their dates are written."""

    columns: Mapping[str, ColumnPrint]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"columns": {name: asdict(column) for name, column in self.columns.items()}}


def from_json(kept: Mapping[str, Any]) -> Fingerprint:
    """What `as_json` gave, also by way of text."""
    return Fingerprint({name: _column(each) for name, each in kept["columns"].items()})


class Fingerprinting:
    """Looks at rows as they come by, at the first of them (`SAMPLE`); the others cost nothing.

    The columns of documents (`doc` alone) are the paths that have values.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._documents = tuple(columns) == DOC
        self._rows, self._seen = 0, dict[str, _Seen]()
        names = () if self._documents else [column_family(name) for name in columns]
        for place, name in enumerate(names):
            self._seen.setdefault(name, _Seen(place))
        self._in_order = [self._seen[name] for name in names]

    @property
    def wanted(self) -> int:
        """How many more rows are looked at."""
        return SAMPLE - self._rows

    def add(self, row: Sequence[str | None]) -> None:
        """Look at one row."""
        if self._rows == SAMPLE:
            return
        self._rows += 1
        if self._documents:
            for path, text in values_of(row[0] or ""):
                self._seen.setdefault(path, _Seen(len(self._seen))).add(text)
        else:
            for each, value in zip(self._in_order, row, strict=False):
                each.add(value)

    def fingerprint(self) -> Fingerprint:
        """What was seen so far."""
        rows = self._rows
        return Fingerprint(
            {name: each.column(rows if self._documents else each.count) for name, each in self._seen.items()}
        )


def fingerprint(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Fingerprint:
    """Of the first rows of a table."""
    looking = Fingerprinting(columns)
    for row in islice(rows, SAMPLE):
        looking.add(row)
    return looking.fingerprint()


def column_family(name: str) -> str:
    """The name, or how its date is written if it is one: a table may have a column a day, and get one more each day."""
    kind = shape(name)
    return f"{DATED}{kind}" if kind in DATES else name


@dataclass(slots=True)
class _Seen:
    place: int
    count: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    values: set[str] = field(default_factory=set)
    numbers: list[float] = field(default_factory=list)
    largest: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, value: str | None) -> None:
        self.count += 1
        kind = shape(value)
        self.shapes[kind] += 1
        if value is None or kind == EMPTY:
            return
        if len(self.values) <= _FEW:
            self.values.add(value[:100])
        if kind in NUMBERS and len(self.numbers) < SAMPLE:
            self.numbers.append(abs(float(value.strip())))
        elif kind in EITHER_FIRST:
            self.largest = [max(pair) for pair in zip(self.largest, first_two(value), strict=True)]

    def column(self, rows: int) -> ColumnPrint:
        filled = self.count - self.shapes[EMPTY]
        first, second = self.largest
        return ColumnPrint(
            self.place,
            round(max(0.0, 1 - filled / rows), 3) if rows else 0.0,
            tuple(sorted(kind for kind, times in self.shapes.items() if kind != EMPTY and times > _RARE * filled)),
            "day first" if first > 12 >= second else "month first" if second > 12 >= first else "",
            tuple(sorted(self.values)) if self.values and len(self.values) <= min(_FEW, filled / _REPEATED) else None,
            _middle(self.numbers),
        )


def _middle(numbers: list[float]) -> float | None:
    return float(f"{median(numbers):.6g}") if numbers else None


def _column(kept: Mapping[str, Any]) -> ColumnPrint:
    values = kept["values"]
    return ColumnPrint(
        int(kept["place"]),
        float(kept["empty"]),
        tuple(kept["shapes"]),
        str(kept["order"]),
        None if values is None else tuple(values),
        kept["middle"],
    )


def plain_name(name: str) -> str:
    """Its letters and digits, in lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
