"""Whoever asks: found once for each request, with all grants that apply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from access.grants import EVERY_STREAM, Action, Grant
from access.scope import EVERYTHING, Scope, scope_of
from streams.definition import Definition


class Door(StrEnum):
    """How an asker was told from others."""

    NOBODY = "nobody"
    OPEN = "open"
    OPERATOR = "operator"
    SESSION = "session"
    KEY = "key"
    TOKEN = "token"
    LINK = "link"
    """A link that somebody shared: no user, and no more than what the link shows."""


@dataclass(frozen=True)
class Asker:
    """One asker. `name`: of the user, or of the person at the command line. `key`, `session`: their ids, by that door.

    `grants`: those of the user, of its groups and of the key. `seen_by`: the administrator who sees as this asker.
    """

    door: Door
    name: str = ""
    administrator: bool = False
    groups: frozenset[str] = frozenset()
    grants: tuple[Grant, ...] = ()
    key: str | None = None
    session: str | None = None
    seen_by: str = ""
    _scopes: dict[tuple[str, str, Action], Scope | None] = field(default_factory=dict, repr=False, compare=False)

    def scope(self, definition: Definition, action: Action) -> Scope | None:
        """What it may see of a stream by an action; None: nothing at all."""
        if self.administrator:
            return EVERYTHING
        known = (definition.name, definition.digest, action)
        if known not in self._scopes:
            self._scopes[known] = scope_of(self.grants, definition, action)
        return self._scopes[known]

    def scopes(self, definition: Definition) -> Iterator[tuple[Action, Scope]]:
        """Each action that it has with a stream, and what it may see by it; each is made when it is asked for."""
        for action in Action:
            if (scope := self.scope(definition, action)) is not None:
                yield action, scope

    def knows(self, stream: str) -> bool:
        """Whether any grant is of this stream; for all others there is no such stream."""
        return self.administrator or any(grant.is_of(stream) for grant in self.grants)

    @property
    def sees_all(self) -> bool:
        """Whether it administers every stream: how engines stand is for such alone."""
        return self.administrator or any(
            grant.stream == EVERY_STREAM and Action.ADMINISTER in grant.can and not grant.where and not grant.hide
            for grant in self.grants
        )


NOBODY = Asker(Door.NOBODY)
ANYBODY = Asker(Door.OPEN, "anybody", administrator=True)
"""Whoever asks in open mode."""
