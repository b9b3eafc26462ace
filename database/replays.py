"""What a replay is, and a publication: the states of their lives, and what is recorded of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from streams.arrivals import Arrivals
from streams.definition import Definition
from streams.errors import DefinitionError
from streams.stored_definition import stored_definition

Offsets = Mapping[int, tuple[int, int]]
"""Partition → first offset, and the one to stop before."""


def messages_in(offsets: Offsets) -> int:
    """How many messages these are, heartbeats included."""
    return sum(end - first for first, end in offsets.values())


class ReplayState(StrEnum):
    """Where a replay is in its life."""

    RUNNING = "running"
    STAGED = "staged"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    DROPPED = "dropped"

    @property
    def open(self) -> bool:
        """Whether the range is still to be decided on, so that no other replay may begin in it."""
        return self not in (ReplayState.PUBLISHED, ReplayState.DROPPED)


MOVES: Mapping[ReplayState, frozenset[ReplayState]] = {
    ReplayState.RUNNING: frozenset({ReplayState.STAGED, ReplayState.DROPPED}),
    ReplayState.STAGED: frozenset({ReplayState.PUBLISHING, ReplayState.DROPPED}),
    ReplayState.PUBLISHING: frozenset({ReplayState.PUBLISHED}),
    ReplayState.PUBLISHED: frozenset({ReplayState.ROLLING_BACK, ReplayState.DROPPED}),
    ReplayState.ROLLING_BACK: frozenset({ReplayState.ROLLED_BACK}),
    ReplayState.ROLLED_BACK: frozenset({ReplayState.PUBLISHING, ReplayState.DROPPED}),
    ReplayState.DROPPED: frozenset(),
}
"""State → the states that a replay may move to from there; no other move is ever written."""


class Action(StrEnum):
    """What changed published panes."""

    PUBLISH = "publish"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class Replay:
    """A reprocessing of the arrivals in a range.

    `stored`: its definition as it is kept. `generation`: that of its newest publication or roll back.
    """

    id: int
    stream: str
    state: ReplayState
    arrivals: Arrivals
    offsets: Offsets
    stored: str
    made_at: datetime
    made_by: str
    generation: int | None = None

    @property
    def definition(self) -> Definition:
        """Raises DefinitionError where it cannot be read any more."""
        return stored_definition(self.stored, f"replay {self.id} of {self.stream}")

    @property
    def digest(self) -> str:
        """Of its definition, as it is shown and recorded; so is that it cannot be read any more."""
        try:
            return self.definition.digest
        except DefinitionError:
            return "unreadable"

    @property
    def messages(self) -> int:
        """How many messages it reads, heartbeats included."""
        return messages_in(self.offsets)


@dataclass(frozen=True, slots=True)
class Publication:
    """One change of published panes. `rows`: table → rows taken out, rows put in; empty until it is complete."""

    generation: int
    replay: int
    stream: str
    action: Action
    arrivals: Arrivals
    definition_digest: str
    at: datetime
    by: str
    reason: str
    rows: Mapping[str, tuple[int, int]]
    completed: bool
