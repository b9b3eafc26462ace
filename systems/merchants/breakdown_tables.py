"""Tables of a dashboard: what its numbers are, broken down by one thing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from query.groups import Group
from systems.merchants.numbers import Numbers, numbers_of
from systems.merchants.panels import Tab


@dataclass(frozen=True, slots=True)
class Row:
    """`key`: of the tab's dimensions, the last of which is shown."""

    key: tuple[str, ...]
    numbers: Numbers

    @property
    def value(self) -> str:
        """What is shown, and filtered by."""
        return self.key[-1]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of what the tab counts. `next`: the place after which there are more, if there are any."""

    tab: Tab
    rows: tuple[Row, ...]
    next: int | None = None

    @property
    def most(self) -> int:
        """The largest of what it counts, for the bars."""
        return max((getattr(row.numbers, self.tab.counts) for row in self.rows), default=0)

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {"by": self.tab.name, "rows": [_row_json(self.tab, row) for row in self.rows], "next": self.next}


def _row_json(tab: Tab, row: Row) -> dict[str, Any]:
    keys = {tab.name: row.value, **({"country": row.key[0]} if len(row.key) > 1 else {})}
    return {**keys, **row.numbers.as_json()}


def of_groups(tab: Tab, groups: Iterable[Group], limit: int, after: int = 0) -> Table:
    """Of groups in the order of what the tab counts, from the place `after` on."""
    return _page(tab, [Row(group.key, numbers_of(group)) for group in groups], limit, after)


def of_visits(tab: Tab, rows: Iterable[Sequence[Any]], keys: Sequence[str], bits: int, limit: int, after: int) -> Table:
    """Of the rows of a statement by visits: each key, the panel's bits, then numbers."""
    places, width = [keys.index(name) for name in tab.visit_columns], len(keys)
    mine = [
        Row(tuple(row[place] for place in places), Numbers(*row[width + 1 : width + 7]))
        for row in rows
        if row[width] == bits
    ]
    return _page(tab, mine, limit, after)


def of_events(tab: Tab, rows: Iterable[Sequence[Any]], keys: Sequence[str], bits: int, limit: int, after: int) -> Table:
    """Of the rows of a statement by events: each key, the panel's bits, visitors, views, events."""
    places, width = [keys.index(name) for name in tab.by], len(keys)
    mine = [
        Row(
            tuple(row[place] for place in places),
            Numbers(visitors=row[width + 1], views=int(row[width + 2] or 0), events=row[width + 3]),
        )
        for row in rows
        if row[width] == bits
    ]
    return _page(tab, mine, limit, after)


def _page(tab: Tab, rows: Sequence[Row], limit: int, after: int) -> Table:
    """As many as are wanted, of which there may be one more."""
    return Table(tab, tuple(rows[:limit]), after + limit if len(rows) > limit else None)
