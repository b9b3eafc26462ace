"""Which sites an asker may see or change: made of the scope that grants of the stream give. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from access.scope import Scope
from systems.merchants.sites import SITE


@dataclass(frozen=True, slots=True)
class SiteScope:
    """Some sites by their names, or every one. Every method of the store that is for an asker takes one."""

    every: bool = False
    names: frozenset[str] = frozenset()

    @classmethod
    def seen(cls, scope: Scope | None) -> Self:
        """The sites of which any row is in a scope; None: no scope, no site."""
        if scope is None:
            return cls()
        named = [dict(rows).get(SITE) for rows in scope.rows]
        return cls(None in named, frozenset(name for names in named for name in names or ()))

    @classmethod
    def whole(cls, scope: Scope | None) -> Self:
        """The sites of which all rows are in a scope, with all their fields: of `administer`, those one may change."""
        if scope is None or scope.hidden:
            return cls()
        named = [rows[0][1] for rows in scope.rows if len(rows) == 1 and rows[0][0] == SITE]
        return cls(scope.all_rows, frozenset(name for names in named for name in names))

    def __contains__(self, name: str) -> bool:
        return self.every or name in self.names

    def __bool__(self) -> bool:
        return self.every or bool(self.names)


EVERY_SITE = SiteScope(every=True)
"""Of administrators, and of what is no asker's: the edge, the command line, what sends reports."""
