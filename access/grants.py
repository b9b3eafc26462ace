"""Grants: who may do what with which rows of a stream, without which fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from access.errors import InvalidAccessError
from streams.time_text import timestamp

EVERY_STREAM = "*"
"""The stream of a grant that is of all streams, also of those that come later."""

MOST_VALUES = 10_000
"""Most values in the row rule of a grant."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")
_STREAM = re.compile(r"[a-z][a-z0-9_]{0,62}")
_MOST_NAME = 200

Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimensions in order of their names, each with the values, sorted, that a row may have; empty: all rows."""


class Action(StrEnum):
    """What a grant allows. `ADMINISTER` includes all others."""

    ASK = "ask"
    """Windows and series, and the views for SQL clients."""
    SEND = "send"
    """Messages."""
    DETAIL = "detail"
    """Single messages: those that were rejected, and records."""
    REPLAY = "replay"
    """Replays, what they would change, and the history of what was published."""
    ADMINISTER = "administer"
    """All others, and how the stream stands."""


class SubjectKind(StrEnum):
    """Whom a grant is for."""

    USER = "user"
    GROUP = "group"
    KEY = "key"
    LINK = "link"
    """A link that somebody shared; its grant is made of it, and never kept."""


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whom a grant is for, as `user:ann`, `group:shops` or `key:` and its id."""

    kind: SubjectKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Raises InvalidAccessError."""
        kind, colon, name = text.partition(":")
        if not colon or kind not in {*SubjectKind} - {SubjectKind.LINK}:
            raise InvalidAccessError("subject", "is user:NAME, group:NAME or key:ID")
        return cls(SubjectKind(kind), checked_name("subject", name))


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant. `can` has an action at least; `where` is a conjunction; `hide` names fields, dimensions, measures."""

    subject: Subject
    stream: str
    can: frozenset[Action]
    where: Rows = ()
    hide: frozenset[str] = frozenset()
    id: int = field(default=0, compare=False)
    made_at: datetime | None = field(default=None, compare=False)
    made_by: str = field(default="", compare=False)

    def allows(self, action: Action) -> bool:
        """Whether the action is among those allowed."""
        return action in self.can or Action.ADMINISTER in self.can

    def is_of(self, stream: str) -> bool:
        """Whether it is of this stream."""
        return self.stream in (stream, EVERY_STREAM)

    def as_json(self) -> dict[str, Any]:
        """As HTTP and the command line give it."""
        return {
            "id": self.id,
            "subject": str(self.subject),
            "stream": self.stream,
            "can": [action for action in Action if action in self.can],
            "where": {name: [*values] for name, values in self.where},
            "hide": sorted(self.hide),
            "made_at": timestamp(self.made_at),
            "made_by": self.made_by,
        }


def checked_grant(
    subject: str, stream: str, can: Iterable[str], where: Mapping[str, Sequence[str]], hide: Iterable[str]
) -> Grant:
    """A grant of texts that somebody gave; whether names are of the stream is not looked at.

    Raises InvalidAccessError.
    """
    actions = [*can]
    if not actions:
        raise InvalidAccessError("can", f"is missing; some of {', '.join(Action)}")
    for action in actions:
        if action not in {*Action}:
            raise InvalidAccessError("can", f"{action[:100]!r} is not one of {', '.join(Action)}")
    if stream != EVERY_STREAM and not _STREAM.fullmatch(stream):
        raise InvalidAccessError("stream", "is the name of a stream, or * for every one")
    return Grant(
        Subject.parse(subject), stream, frozenset(map(Action, actions)), checked_rows(where), _checked_hidden(hide)
    )


def checked_rows(where: Mapping[str, Sequence[str]]) -> Rows:
    """A row rule in order. Raises InvalidAccessError: a dimension without values would be a rule that nothing meets."""
    for name, values in where.items():
        if not values:
            raise InvalidAccessError("where", f"{name[:100]!r} has no value")
    if sum(map(len, where.values())) > MOST_VALUES:
        raise InvalidAccessError("where", f"has more than {MOST_VALUES:,} values")
    return tuple((name, tuple(sorted({*values}))) for name, values in sorted(where.items()))


def is_name(name: str) -> bool:
    """Whether a user, a group or a key can have this name."""
    return _NAME.fullmatch(name) is not None


def checked_name(what: str, name: str) -> str:
    """The name of a user, a group or a key: one spelling each, so that no two look alike. Raises InvalidAccessError."""
    if not is_name(name):
        raise InvalidAccessError(what, "is 1 to 64 lower-case letters, digits and . _ @ + -, at the ends no signs")
    return name


def _checked_hidden(hide: Iterable[str]) -> frozenset[str]:
    hidden = frozenset(hide)
    if not all(0 < len(name) <= _MOST_NAME for name in hidden):
        raise InvalidAccessError("hide", f"names fields, dimensions or measures, of 1 to {_MOST_NAME} characters")
    return hidden
