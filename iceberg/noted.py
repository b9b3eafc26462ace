"""The definition that a table of panes was last made to match, noted in its properties, and what follows from it."""

from __future__ import annotations

from threading import Lock

from cachetools import LRUCache, cached
from pyiceberg.table import Table

from streams.breakdowns import finest_shelves
from streams.definition import Definition
from streams.stored_definition import stored_definition

DEFINITION_PROPERTY = "windowpane.definition"
"""Table property: the definition, as it is stored, that the table was last made to match."""


def noted_definition(table: Table) -> Definition:
    """The definition that a table of panes was last made to match."""
    return stored_definition(table.properties.get(DEFINITION_PROPERTY), f"{table.name()[-2]} (as applied)")


@cached(LRUCache(maxsize=1000), key=lambda panes: panes.properties.get(DEFINITION_PROPERTY), lock=Lock())
def finest_in(panes: Table) -> frozenset[str]:
    """What parts of the finest panes of a table are named before their period; of minutes all are, where none is noted.

    A breakdown's finest grain never changes.
    """
    return finest_shelves(noted_definition(panes)) if DEFINITION_PROPERTY in panes.properties else frozenset()
