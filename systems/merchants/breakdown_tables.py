"""Tables of a dashboard: what its numbers are, broken down by one thing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from query.groups import Group
from systems.merchants.numbers import Numbers, numbers_of
from systems.merchants.panels import Tab
from systems.merchants.record_statements import CURRENCY, Made

Answered: TypeAlias = Sequence[Any]
"""A row of a statement over records: each key, the panel's bits, what was counted."""


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


def of_visits(tab: Tab, rows: Iterable[Answered], made: Made, limit: int, after: int = 0) -> Table:
    """Of the rows of `record_statements.by_visits`."""
    return _page(
        tab, [Row(key, Numbers(*counted)) for key, counted in _panel(rows, made, tab.visit_columns)], limit, after
    )


def total_of_visits(rows: Iterable[Answered], made: Made) -> Numbers:
    """Of the same rows the total, without what was earned."""
    return next((Numbers(*counted) for _, counted in _panel(rows, made, ())), Numbers())


def of_events(tab: Tab, rows: Iterable[Answered], made: Made, limit: int, after: int = 0) -> Table:
    """Of the rows of `record_statements.by_events`."""
    mine = [
        Row(key, Numbers(visitors=visitors, views=int(views or 0), events=events))
        for key, (visitors, views, events, _) in _panel(rows, made, tab.by)
    ]
    return _page(tab, mine, limit, after)


def earned_of_events(rows: Iterable[Answered], made: Made) -> dict[str, float]:
    """Of the same rows: currency → what was earned in it, the most first."""
    found = ((key[0], counted[-1]) for key, counted in _panel(rows, made, (CURRENCY,)))
    earned = [(currency, float(total)) for currency, total in found if currency and total is not None]
    return dict(sorted(earned, key=lambda pair: (-pair[1], pair[0])))


def _panel(rows: Iterable[Answered], made: Made, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Answered]]:
    """The rows of a panel: its keys, and what was counted."""
    places, width, bits = [made.keys.index(name) for name in by], len(made.keys), made.bits(by)
    for row in rows:
        if row[width] == bits:
            yield tuple(row[place] for place in places), row[width + 1 :]


def _page(tab: Tab, rows: Sequence[Row], limit: int, after: int) -> Table:
    """As many as are wanted, of which there may be one more."""
    return Table(tab, tuple(rows[:limit]), after + limit if len(rows) > limit else None)
