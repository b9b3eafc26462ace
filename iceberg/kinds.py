"""The kinds of tables that a stream has: their names, and which of their columns say when a row arrived."""

from __future__ import annotations

from dataclasses import dataclass

from pyiceberg.table import Table


@dataclass(frozen=True, slots=True)
class TableKind:
    """One kind of table.

    `arrival`: the column that says when a row, or the first message in it, arrived. `last_arrival`: the one that says
    when its last did. `replaced`: whether publications replace its rows, so that replays make it. `dated`: the column
    that its retention counts from, empty where that is not one; `kept`: what the definition calls that. `optional`:
    whether streams may lack it. Maintenance packs all.
    """

    name: str
    arrival: str
    last_arrival: str
    replaced: bool = True
    dated: str = ""
    kept: str = ""
    optional: bool = False

    @property
    def windowed(self) -> bool:
        """Whether a row is of a whole arrival window, and not of a single message."""
        return self.arrival != self.last_arrival


LEDGER = TableKind("ledger", "arrived_from", "arrived_until")
PANES = TableKind("panes", "arrived_from", "arrived_until")
REJECTED = TableKind("rejected", "arrived", "arrived", dated="arrived", kept="rejected")
RECORDS = TableKind("accepted", "arrived", "arrived", dated="event_time", kept="records", optional=True)
EVENTS = TableKind("events", "arrived", "arrived", replaced=False, dated="arrived", kept="events", optional=True)

KINDS = (LEDGER, PANES, REJECTED, RECORDS, EVENTS)
"""In the order in which readers load them: what is read later may only be newer."""


def kind_of(table: Table) -> TableKind:
    """The kind of a table of a stream or of a replay's staging."""
    return next(kind for kind in KINDS if kind.name == table.name()[-1])
