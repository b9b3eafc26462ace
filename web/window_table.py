"""The window page's table: columns that a definition gives it, rows of an answer, sorted and paged. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from streams.definition import Definition
from web.times import Detail, long_moment, short_moment
from web.units import NOTHING, UNCHANGED, change_of, count, more_messages, quantity, spoken_name

__all__ = [
    "QUANTILES",
    "Cell",
    "Column",
    "Row",
    "Table",
    "columns_of",
    "group_label",
    "moment_of",
    "row_key",
    "sorted_groups",
    "table_of",
]

QUANTILES = (0.5, 0.95, 0.99)
"""The quantiles that the page asks for when a stream keeps any."""

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


def columns_of(definition: Definition, by: Sequence[str], *, every: bool, since: bool = False) -> tuple[Column, ...]:
    """The columns for a grouping; without `every` only the essential ones. `since`: with what changed since."""
    found = [
        Column(name, spoken_name(name, definition.dimensions[name].title), "", "text", "", True, _reader(name))
        for name in by
    ]
    found.append(Column("messages", "Messages", "", "count", "", True, _reader("messages")))
    if since:
        explained = "Whether the group is not the same now: messages came late, or something was published"
        found.append(Column("since", "Since then", "", "since", "", True, _reader("since", "order"), explained))
    for name, distinct in definition.distincts.items():
        label = spoken_name(name, distinct.title)
        read = _reader(name, "distinct")
        found.append(Column(name, label, "", "count", "", True, read, "Different values, within 3%"))
    for name, measure in definition.measures.items():
        found += _measure_columns(name, spoken_name(name, measure.title), measure.unit, quantiles=measure.quantiles)
    return tuple(column for column in found if every or column.essential)


def _measure_columns(name: str, title: str, unit: str, *, quantiles: bool) -> list[Column]:
    def column(part: str, label: str, explained: str, essential: bool, kind: str = "quantity") -> Column:
        return Column(f"{name}.{part}", label, title, kind, unit, essential, _reader(name, part), explained)

    found = [
        column("mean", "mean", f"Mean {title}", True),
        column("min", "min", f"Smallest {title}", False),
    ]
    for level in QUANTILES if quantiles else ():
        label = f"p{level * 100:g}"
        explained = f"{level * 100:g}% of messages have at most this {title}"
        read = _quantile_reader(name, f"{level:g}")
        found.append(Column(f"{name}.{label}", label, title, "quantity", unit, level == 0.95, read, explained))
    found.append(column("max", "max", f"Largest {title}", True))
    found.append(column("max_at", "at", f"When {title} was largest", True, "moment"))
    return found


def _reader(*path: str) -> Callable[[Group], Any]:
    def read(group: Group) -> Any:
        value: Any = group
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    return read


def _quantile_reader(measure: str, level: str) -> Callable[[Group], Any]:
    return _reader(measure, "quantiles", level)


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


def row_key(group: Group, by: Sequence[str]) -> tuple[str, ...]:
    """A group's values as an address writes them."""
    return tuple(str(group[name]) for name in by)


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


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """A time of an answer, in the reader's zone."""
    return datetime.fromisoformat(text).astimezone(zone)


def group_label(group: Group, by: Sequence[str]) -> str:
    """What a group is called: its values, or `all` when there are none."""
    return " · ".join(str(group[name]) for name in by) or "all"
