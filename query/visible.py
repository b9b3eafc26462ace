"""What an asker may see of a stream: its definition within a scope. Every question is made of one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from access.scope import EVERYTHING, Scope
from streams.definition import Definition


@dataclass(frozen=True)
class Visible:
    """A stream as its asker sees it. `definition` is the whole of it, as panes are made; `shown` what may be named."""

    definition: Definition
    scope: Scope = EVERYTHING

    @cached_property
    def shown(self) -> Definition:
        """The definition without what is hidden."""
        return self.definition
