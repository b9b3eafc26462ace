"""What comes of a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHOWN = 50
"""Messages and rows of each kind that are shown; all are counted."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a source for a sample could be: `toml` as it is kept in `name`.toml, for people to mend."""

    name: str
    toml: str


@dataclass(frozen=True, slots=True)
class TriedMessage:
    """A message that the stream would take. `line`: of the row that it was made of."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row that is no message, or a message that the stream would reject: `field` breaks which rule."""

    line: int | None
    field: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What would be sent, against what the source of that name sent before.

    `first`: facts that are new, `corrected`: that would be other, `retracted`: taken back; `repeated`: rows that a
    later one of the file contradicts.
    """

    first: int
    corrected: int
    retracted: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out. `held`: why nothing of the file would be taken; then all else is empty.

    `rows`: that could be read; `messages`: that were made of them; `accepted`, `rejected`: how many of those to be
    sent; `taken`, `refused`: the first of them, and of what could not be read. `undeclared`: columns that the source
    does not name. `changes`: of a source with corrections.
    """

    held: str = ""
    rows: int = 0
    unreadable: int = 0
    messages: int = 0
    accepted: int = 0
    rejected: int = 0
    taken: tuple[TriedMessage, ...] = ()
    refused: tuple[TriedRow, ...] = ()
    undeclared: tuple[str, ...] = ()
    changes: Changes | None = None


def read_tried(told: Mapping[str, Any]) -> Tried:
    """As it was before it was JSON."""
    changes = told["changes"]
    return Tried(
        **{
            **told,
            "taken": tuple(TriedMessage(**each) for each in told["taken"]),
            "refused": tuple(TriedRow(**each) for each in told["refused"]),
            "undeclared": tuple(told["undeclared"]),
            "changes": None if changes is None else Changes(**changes),
        }
    )
