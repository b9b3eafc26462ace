"""Tables of what a page found: rows under columns that the page gives, sorted and paged. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from web.page.times import Detail, long_moment, short_moment
from web.page.units import NOTHING, UNCHANGED, change_of, count, quantity, total

G = TypeVar("G")
"""What a row shows: a group, perhaps with more beside it."""


@dataclass(frozen=True, slots=True)
class Column(Generic[G]):
    """One column. `key` sorts by it; `heading` joins the columns of a measure; `read` takes the value from a group.

    `before` takes what the value was at the time compared with, if it is compared. `said`: the text, if it is not just
    the value.
    """

    key: str
    label: str
    heading: str
    kind: str  # text, count, quantity, total, moment or since
    unit: str
    essential: bool
    read: Callable[[G], Any]
    explained: str = ""
    before: Callable[[G], Any] | None = None
    said: Callable[[G], str] | None = None

    @property
    def first_order(self) -> str:
        """What a first click sorts by: names from A, numbers from the largest."""
        return self.key if self.kind == "text" else f"-{self.key}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as text, as what it sorts by, how long its bar is (0 to 20, or None for no bar), and its change."""

    column: Column[Any]
    text: str
    sort: str | float | None
    title: str = ""
    bar: int | None = None
    change: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one group. `key`: its dimensions' values."""

    key: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one page of the table. `first`: the place of its first row among all groups, from 1."""

    columns: tuple[Column[Any], ...]
    rows: tuple[Row, ...]
    groups: int
    page: int
    pages: int
    first: int

    @property
    def headings(self) -> list[tuple[str, int]]:
        """The upper row of the head: (heading, how many columns it spans)."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and spans[-1][0] == column.heading and column.heading:
                spans[-1] = (column.heading, spans[-1][1] + 1)
            else:
                spans.append((column.heading, 1))
        return spans


def sorted_groups(groups: Sequence[G], columns: Sequence[Column[G]], sort: str) -> list[G]:
    """Groups by a column's key, descending after `-`; missing values last; any other text leaves them as they are."""
    column = next((c for c in columns if c.key == sort.removeprefix("-")), None)
    if column is None:
        return list(groups)
    have = [group for group in groups if column.read(group) is not None]
    lack = [group for group in groups if column.read(group) is None]
    return sorted(have, key=column.read, reverse=sort.startswith("-")) + lack


def table_of(
    groups: Sequence[G], columns: tuple[Column[G], ...], page: int, per_page: int, zone: ZoneInfo, detail: Detail
) -> Table:
    """One page of already sorted groups, as text."""
    pages = max(1, -(-len(groups) // per_page))
    page = min(page, pages)
    tops = {c.key: _top(groups, c) for c in columns if c.kind in ("count", "quantity")}
    first = (page - 1) * per_page
    texts = [column for column in columns if column.kind == "text"]

    def row(group: G) -> Row:
        cells = tuple(_cell(column, group, tops, zone, detail) for column in columns)
        return Row(tuple(str(text.read(group)) for text in texts), cells)

    rows = tuple(row(group) for group in groups[first : first + per_page])
    return Table(columns, rows, len(groups), page, pages, first + 1)


def _top(groups: Sequence[G], column: Column[G]) -> float:
    """What a full bar means: everything for a ratio, else the largest value of the column."""
    if column.unit == "ratio":
        return 1.0
    return max((float(value) for group in groups if (value := column.read(group)) is not None), default=0.0)


def _cell(column: Column[G], group: G, tops: Mapping[str, float], zone: ZoneInfo, detail: Detail) -> Cell:
    value = column.read(group)
    if value is None:
        return Cell(column, NOTHING, None)
    if column.kind == "moment":
        at = value.astimezone(zone)
        return Cell(column, short_moment(at, detail), at.timestamp(), f"{long_moment(at)}:{at:%S.%f}"[:-3])
    if column.said is not None:
        return Cell(column, column.said(group), value)
    if column.kind == "text":
        return Cell(column, str(value), str(value))
    text = _number(column, value)
    bar = None
    if column.key.endswith((".mean", ".max")) and tops[column.key] > 0:
        bar = max(0, min(20, round(20 * float(value) / tops[column.key])))
    if column.before is None:
        return Cell(column, text, float(value), "", bar)
    was = column.before(group)
    before = NOTHING if was is None else _number(column, was)
    change = change_of(value, was, column.unit, relative=column.kind in ("count", "total"))
    return Cell(column, text, float(value), f"before: {before}", bar, "" if change == UNCHANGED else change)


def _number(column: Column[Any], value: Any) -> str:
    if column.kind == "count":
        return count(value)
    return total(value, column.unit) if column.kind == "total" else quantity(value, column.unit)
