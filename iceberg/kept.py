"""What retention has taken of a table, as its properties note it: since when there is all, and what arrived with it.

It takes whole parts of panes, and whole days of other tables. What is noted is for good, for each grain of panes and
for each other table: neither a publication nor a longer retention brings anything of before back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from iceberg.bounds import part_in, time_of_bound
from iceberg.kinds import PANES, kind_of
from streams.arrivals import Arrivals
from streams.panes import Grain, grain_of, span_of

KEPT_PROPERTY = "windowpane.kept-from"
"""Table property, of panes for each grain: since which moment there is everything that retention may take."""

TAKEN_PROPERTY = "windowpane.taken"
"""Table property, of panes for each grain: arrivals of which some rows were taken, as `[[start, end], …]`."""

RETAINED = "windowpane.retained"
"""Of a commit's summary: retention took something with it, or with the one before."""

MOST_RANGES = 50
"""Ranges that are noted; of more, those that lie nearest to each other become one."""


KeptFrom: TypeAlias = tuple[tuple[str, datetime], ...]
"""Grain of panes, or name of another table, since when it has everything; what was whole from the beginning is not in
it."""

Taken: TypeAlias = tuple[tuple[str, tuple[Arrivals, ...]], ...]
"""The same names, with the arrivals of which some rows were taken."""


def kept_from(table: Table, grain: Grain | None = None) -> datetime | None:
    """Since which moment a table has everything, of panes those of a grain; None: nothing was taken."""
    noted = table.properties.get(_noted_as(KEPT_PROPERTY, grain))
    return datetime.fromisoformat(noted) if noted else None


def all_kept_from(tables: Mapping[str, Table]) -> KeptFrom:
    """The same of all that a stream's tables note."""
    panes = tables[PANES.name]
    noted = [*((str(grain), kept_from(panes, grain)) for grain in Grain)]
    noted += [(name, kept_from(table)) for name, table in tables.items() if name != PANES.name]
    return tuple((name, since) for name, since in noted if since is not None)


def all_taken(tables: Mapping[str, Table]) -> Taken:
    """The arrivals of which some rows were taken, of all that a stream's tables note."""
    panes = tables[PANES.name]
    noted = [*((str(grain), taken(panes, grain)) for grain in Grain)]
    noted += [(name, taken(table)) for name, table in tables.items() if name != PANES.name]
    return tuple((name, ranges) for name, ranges in noted if ranges)


def taken(table: Table, grain: Grain | None = None) -> tuple[Arrivals, ...]:
    """The arrivals of which some rows of a table, or panes of a grain, were taken, in order."""
    noted = json.loads(table.properties.get(_noted_as(TAKEN_PROPERTY, grain)) or "[]")
    return tuple(Arrivals(*map(datetime.fromisoformat, pair)) for pair in noted)


def noting(table: Table, gone: Mapping[Grain | None, tuple[datetime, Iterable[Arrivals]]]) -> dict[str, str]:
    """Properties that note since when there is everything now, and which arrivals were taken besides."""
    properties = {}
    for grain, (since, arrivals) in gone.items():
        before = kept_from(table, grain)
        properties[_noted_as(KEPT_PROPERTY, grain)] = max(since, before or since).isoformat()
        ranges = _few([*taken(table, grain), *arrivals])
        noted = [[each.start.isoformat(), each.end.isoformat()] for each in ranges]
        properties[_noted_as(TAKEN_PROPERTY, grain)] = json.dumps(noted)
    return properties


def begun_without(panes: Table, grain: Grain) -> dict[str, str]:
    """Properties of a grain that begins: there is nothing of it of before the panes that it is made of."""
    shorter = [kept_from(panes, each) for each in Grain if each.seconds < grain.seconds]
    since = max((at for at in shorter if at is not None), default=None)
    return {} if since is None else noting(panes, {grain: (since, ())})


def dated_end(table: Table, file: DataFile) -> datetime:
    """The moment that everything in a file is before: of panes the end of their part's period."""
    if part := part_in(file):
        return span_of(part)[1]
    field_id = table.schema().find_field(kind_of(table).dated).field_id
    return time_of_bound(file.upper_bounds[field_id]) + timedelta(microseconds=1)


def grain_in(file: DataFile) -> Grain | None:
    """The grain of the panes that a file is of; None for files of other tables."""
    part = part_in(file)
    return grain_of(part) if part else None


def is_gone(table: Table, file: DataFile) -> bool:
    """Whether retention has taken what a file is of, so that it may not come back."""
    since = kept_from(table, grain_in(file))
    return since is not None and dated_end(table, file) <= since


def _noted_as(key: str, grain: Grain | None) -> str:
    return key if grain is None else f"{key}.{grain}"


def _few(ranges: Iterable[Arrivals]) -> list[Arrivals]:
    """The ranges in order, those that touch joined, and then the nearest ones until there are few."""
    few: list[Arrivals] = []
    for each in sorted(ranges, key=lambda each: each.start):
        if few and each.start <= few[-1].end:
            few[-1] = Arrivals(few[-1].start, max(few[-1].end, each.end))
        else:
            few.append(each)
    while len(few) > MOST_RANGES:
        at = min(range(1, len(few)), key=lambda place: few[place].start - few[place - 1].end)
        few[at - 1 : at + 1] = [Arrivals(few[at - 1].start, few[at].end)]
    return few
