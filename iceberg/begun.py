"""Since when panes are by a breakdown that a stream had not from its beginning: of what arrived since, they hold all.

A replay of what arrived before may move that back when it is published, and forth again when it is rolled back, or when
one is published that was made before there was the breakdown. So each generation of the table has its own moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pyiceberg.table import Table

from iceberg.noted import noted_definition
from streams.arrivals import NEVER, Arrivals
from streams.breakdowns import breakdowns
from streams.definition import Definition

BEGUN_PROPERTY = "windowpane.begun"
"""Property of panes, for each breakdown that was added: by generation since when, and how far messages were ahead."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The arrival since which panes by a breakdown hold everything, and by how many seconds messages may be ahead.

    No message of an event time of that sum or later had arrived before.
    """

    since: datetime
    ahead: int


def begun_in(panes: Table, generation: int) -> dict[str, Begun]:
    """Breakdown → since when, in a generation of the table; those that are not named hold everything.

    One that was not there yet has begun at no time.
    """
    found = {}
    for each in breakdowns(noted_definition(panes)):
        known = [begun for of, begun in _entries(panes, each.name) if of <= generation]
        if known and known[-1] is not None:
            found[each.name] = known[-1]
    return found


def newly_begun(panes: Table, running: Definition | None, at: datetime, generation: int) -> dict[str, str]:
    """Properties that note that the breakdowns which the running definition lacks begin at a moment.

    There is nothing to be noted where no job ran yet.
    """
    applied = noted_definition(panes)
    if running is None:
        return {}
    had = {each.name for each in breakdowns(running)}
    ahead = max(applied.event_time.max_ahead_seconds, running.event_time.max_ahead_seconds)
    new = [each.name for each in breakdowns(applied) if each.name not in had]
    return dict(_noted(panes, name, generation, Begun(at, ahead), before=Begun(NEVER, 0)) for name in new)


def begun_after(
    panes: Table, replaced: Arrivals, source: Mapping[str, Begun | None], first: datetime | None, generation: int
) -> dict[str, str]:
    """Properties of a generation in which the arrivals of a range are replaced by those of a source.

    `source`: since when it holds the breakdowns; None for one of which it holds all. `first`: the stream's first
    arrival.
    """
    properties: dict[str, str] = {}
    before = begun_in(panes, generation - 1)
    for each in breakdowns(noted_definition(panes)):
        old, given = before.get(each.name), source.get(each.name, Begun(NEVER, 0))
        ahead = old.ahead if old else given.ahead if given else 0
        since = _since(old.since if old else None, replaced, given.since if given else None)
        if since is not None and first is not None and since <= first:
            since = None
        if since != (old.since if old else None):
            name, value = _noted(panes, each.name, generation, None if since is None else Begun(since, ahead))
            properties[name] = value
    return properties


def _since(old: datetime | None, replaced: Arrivals, given: datetime | None) -> datetime | None:
    """Since when everything is held, once a range is replaced by a source that holds what arrived since `given`."""
    if old is not None and old > replaced.end:
        return old
    if given is None or given <= replaced.start:
        return old if old is None or old <= replaced.start else replaced.start
    return min(given, replaced.end)


def _entries(panes: Table, breakdown: str) -> list[tuple[int, Begun | None]]:
    """Since which generation it has begun when; in those before any other, as the first says."""
    noted = json.loads(panes.properties.get(f"{BEGUN_PROPERTY}.{breakdown}") or "[]")
    return [
        (generation, None if since is None else Begun(datetime.fromisoformat(since), ahead))
        for generation, since, ahead in noted
    ]


def _noted(
    panes: Table, breakdown: str, generation: int, begun: Begun | None, before: Begun | None = None
) -> tuple[str, str]:
    """The property with another entry; `before`: of the generations before it, if nothing was noted of them."""
    known = [entry for entry in _entries(panes, breakdown) if entry[0] < generation] or [(-1, before)]
    entries = [*known, (generation, begun)]
    noted = [(of, each and each.since.isoformat(), each.ahead if each else 0) for of, each in entries]
    return f"{BEGUN_PROPERTY}.{breakdown}", json.dumps(noted)
