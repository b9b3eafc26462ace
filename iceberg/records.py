"""The table `accepted`: records, a typed row of each accepted message, since the stream began to keep them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pyiceberg.table import Table

from iceberg.kinds import RECORDS
from streams.arrivals import Arrivals
from streams.definition import Definition

MADE_PROPERTY = "windowpane.made-at"
"""Of a table that came later than its stream: when. States of before lack it, and have lost nothing."""

_SINCE = "windowpane.records-since"
_BEFORE = "windowpane.records-since-before-replay"


def kept_since(table: Table) -> datetime | None:
    """The arrival time since which every accepted message has its record; None: since the stream began."""
    noted = table.properties.get(_SINCE)
    return datetime.fromisoformat(noted) if noted else None


def records_begun_at(at: datetime, before: Definition | None) -> Mapping[str, str]:
    """What is noted of records when all tables are closed at a moment: if the definition of before kept none, that
    they begin there."""
    return {_SINCE: at.isoformat()} if before is not None and before.records is None else {}


def with_replay(table: Table, replay: int, arrivals: Arrivals) -> Mapping[str, str]:
    """What is noted when a replay's records are published: they may reach further back than those that were there."""
    since = kept_since(table)
    if table.name()[-1] != RECORDS.name or since is None:
        return {}
    reached = arrivals.start if arrivals.start < since <= arrivals.end else since
    return {_SINCE: reached.isoformat(), f"{_BEFORE}-{replay}": since.isoformat()}


def without_replay(table: Table, replay: int) -> Mapping[str, str]:
    """What is noted when it is rolled back."""
    since, before = kept_since(table), table.properties.get(f"{_BEFORE}-{replay}")
    if since is None or before is None:
        return {}
    return {_SINCE: max(since, datetime.fromisoformat(before)).isoformat()}
