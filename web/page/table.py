"""Tables of groups: rows of an answer under columns that a page gives, sorted and paged. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from web.page.times import Detail, long_moment, moment_of, short_moment
from web.page.units import NOTHING, UNCHANGED, change_of, count, more_messages, quantity

__all__ = ["Cell", "Column", "Group", "Row", "Table", "reader", "sorted_groups", "table_of"]

Group = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key` sorts by it; `heading` joins the columns of a measure; `read` takes the value from a group."""

    key: str
    label: str
    heading: str
    kind: str  # text, count, quantity, moment or since
    unit: str
    essential: bool
    read: Callable[[Group], Any]
    explained: str = ""

    @property
    def compared(self) -> bool:
        """Whether the page says what its numbers were at the time compared with: counts and means."""
        return self.kind == "count" or self.key.endswith(".mean")

    @property
    def first_order(self) -> str:
        """What a first click sorts by: names from A, numbers from the largest."""
        return self.key if self.kind == "text" else f"-{self.key}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: as text, as what it sorts by, how long its bar is (0 to 20, or None for no bar), and its change."""

    column: Column
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

    columns: tuple[Column, ...]
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


def reader(*path: str) -> Callable[[Group], Any]:
    """Takes what lies at a path of a group; None where there is nothing."""

    def read(group: Group) -> Any:
        value: Any = group
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    return read


def sorted_groups(groups: Sequence[Group], columns: Sequence[Column], sort: str) -> list[Group]:
    """Groups by a column's key, descending after `-`; missing values last; any other text leaves them as they are."""
    column = next((c for c in columns if c.key == sort.removeprefix("-")), None)
    if column is None:
        return list(groups)
    have = [group for group in groups if column.read(group) is not None]
    lack = [group for group in groups if column.read(group) is None]
    return sorted(have, key=column.read, reverse=sort.startswith("-")) + lack


def table_of(
    groups: Sequence[Group], columns: tuple[Column, ...], page: int, per_page: int, zone: ZoneInfo, detail: Detail
) -> Table:
    """One page of already sorted groups, as text."""
    pages = max(1, -(-len(groups) // per_page))
    page = min(page, pages)
    tops = {c.key: _top(groups, c) for c in columns if c.kind in ("count", "quantity")}
    first = (page - 1) * per_page
    texts = [column for column in columns if column.kind == "text"]

    def row(group: Group) -> Row:
        cells = tuple(_cell(column, group, tops, zone, detail) for column in columns)
        return Row(tuple(str(text.read(group)) for text in texts), cells)

    rows = tuple(row(group) for group in groups[first : first + per_page])
    return Table(columns, rows, len(groups), page, pages, first + 1)


def _top(groups: Sequence[Group], column: Column) -> float:
    """What a full bar means: everything for a ratio, else the largest value of the column."""
    if column.unit == "ratio":
        return 1.0
    return max((float(value) for group in groups if (value := column.read(group)) is not None), default=0.0)


def _cell(column: Column, group: Group, tops: Mapping[str, float], zone: ZoneInfo, detail: Detail) -> Cell:
    value = column.read(group)
    if value is None:
        return Cell(column, NOTHING, None)
    if column.kind == "moment":
        at = moment_of(value, zone)
        return Cell(column, short_moment(at, detail), at.timestamp(), f"{long_moment(at)}:{at:%S.%f}"[:-3])
    if column.kind == "since":
        return Cell(column, _since_text(group["since"]), value)
    if column.kind == "text":
        return Cell(column, str(value), str(value))
    text = count(value) if column.kind == "count" else quantity(value, column.unit)
    bar = None
    if column.key.endswith((".mean", ".max")) and tops[column.key] > 0:
        bar = max(0, min(20, round(20 * float(value) / tops[column.key])))
    if "before" not in group or not column.compared:
        return Cell(column, text, float(value), "", bar)
    was = column.read(group["before"])
    before = NOTHING if was is None else count(was) if column.kind == "count" else quantity(was, column.unit)
    change = change_of(value, was, column.unit, relative=column.kind == "count")
    return Cell(column, text, float(value), f"before: {before}", bar, "" if change == UNCHANGED else change)


def _since_text(since: Mapping[str, Any]) -> str:
    if not since["changed"]:
        return "unchanged"
    return more_messages(since["messages"]) if since["messages"] else "other values"
