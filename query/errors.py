"""Errors of queries.

QueryError
├── InvalidRequestError         what was asked is not a question we answer; names each field and reason
│   ├── AnswerTooLargeError     it is, but the answer would be too large; ask for less
│   └── NotKeptError            what it needs is kept no longer; another window can be answered
├── UnknownStreamError          no such stream
├── UnknownReplayError          no such replay
├── OutOfScopeError             the asker may not see what was asked for, whatever there is of it
├── GivenUpError                whoever asked has gone
└── EngineAwayError             an engine does not answer; retry later
    ├── NotReadyError           the stream has no tables yet; apply it first
    └── TooSlowError            not within the time that a question may take
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from trino.exceptions import Error as TrinoError
from trino.exceptions import HttpError, OperationalError, TrinoDataError, TrinoQueryError

from access.scope import Scope
from database.errors import LakeAwayError, LakeError, LakeLockedError
from iceberg.errors import BetweenStatesError, LostStateError
from streams.errors import WindowpaneError


class QueryError(WindowpaneError):
    """A question cannot be answered."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One parameter and what is wrong with it."""

    field: str
    reason: str


class InvalidRequestError(QueryError):
    """The question breaks a rule. `status` is 400 when it cannot be parsed, 422 when a value is not allowed."""

    def __init__(self, problems: Sequence[FieldProblem], status: int = 422) -> None:
        self.errors, self.status = tuple(problems), status
        super().__init__("; ".join(f"{problem.field}: {problem.reason}" for problem in problems))


class AnswerTooLargeError(InvalidRequestError):
    """More would have to be read than one answer may hold."""

    def __init__(self, most_bytes: int) -> None:
        narrower = "ask for fewer groups (by, a filter, limit) or, of a series, for a longer step"
        super().__init__([FieldProblem("by", f"the answer would be larger than {most_bytes >> 20} MiB; {narrower}")])


class NotKeptError(InvalidRequestError):
    """What the question needs is kept no longer. `start`, `end`: the nearest window that can be answered."""

    def __init__(self, problems: Sequence[FieldProblem], start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        super().__init__(problems)


class UnknownStreamError(QueryError):
    """No definition has this name."""

    def __init__(self, stream: str, known: Sequence[str]) -> None:
        self.stream, self.known = stream, tuple(known)
        super().__init__(f"There is no stream {stream!r}; known: {', '.join(known)}")


class UnknownReplayError(QueryError):
    """No replay has this id."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"There is no replay {number}; /replays and windowpane replays list them")


class OutOfScopeError(QueryError):
    """Rejected messages have no dimensions, so whoever may not see all rows may see none of them."""

    def __init__(self) -> None:
        super().__init__("rejected messages cannot be told apart by rows; ask whoever administers the stream")


class EngineAwayError(QueryError):
    """An engine that the answer needs does not answer. `detail`: what it said or did instead, if that is told."""

    def __init__(self, engine: str, detail: str = "") -> None:
        self.engine = engine
        super().__init__(f"{engine} does not answer; try again soon" + (f" ({detail})" if detail else ""))


class NotReadyError(EngineAwayError):
    """The stream's tables have not been read yet. `problem`: what kept them from that; empty: they are not there."""

    def __init__(self, stream: str, problem: str = "") -> None:
        super().__init__("lake", problem)
        self.args = (
            f"the tables of {stream} could not be read yet; try again soon ({problem})"
            if problem
            else f"the tables of {stream} are not there yet; windowpane apply makes them",
        )


class TooSlowError(EngineAwayError):
    """There was no answer within the time that a question may take, waiting for its turn included."""

    def __init__(self, seconds: float) -> None:
        QueryError.__init__(self, f"There was no answer within {seconds:g} s; try again soon, or ask for less")
        self.engine = "trino"


class GivenUpError(QueryError):
    """Nobody waits for the answer any more."""

    def __init__(self) -> None:
        super().__init__("nobody waits for the answer any more")


_TRINO_AWAY = {"INTERNAL_ERROR", "INSUFFICIENT_RESOURCES", "EXTERNAL"}


def _of_query(error: TrinoQueryError) -> QueryError:
    if error.error_type in _TRINO_AWAY or error.error_name == "SERVER_STARTING_UP":
        return EngineAwayError("trino", error.error_name or "failed")
    return QueryError(f"Trino refused the query: {error.message}")


def _trino_away(error: Exception) -> QueryError:
    return EngineAwayError("trino", type(error).__name__)


def _lake_away(error: Exception) -> QueryError:
    return EngineAwayError("lake", str(error))


# What an error of Trino's client or of the lake becomes; the first match counts.
TRANSLATIONS: tuple[tuple[type[Exception], Callable[[Any], QueryError]], ...] = (
    (TrinoQueryError, _of_query),
    (TrinoDataError, lambda error: QueryError(f"Trino's answer cannot be read: {error}")),
    (OperationalError, _trino_away),
    (TrinoError, lambda error: QueryError(f"Trino's client refused: {error}")),
    (HttpError, _trino_away),
    (requests.RequestException, _trino_away),
    (LakeAwayError, _lake_away),
    (BetweenStatesError, _lake_away),
    (LakeLockedError, _lake_away),
    (LakeError, lambda error: QueryError(str(error))),
)


def discreet(error: QueryError) -> QueryError:
    """An error for askers who do not see all of a stream: what engines and the lake say of one names what they have."""
    match error:
        case InvalidRequestError() | OutOfScopeError() | TooSlowError() | GivenUpError():
            return error
        case EngineAwayError():
            return EngineAwayError(error.engine)
    if isinstance(error.__cause__, LostStateError):
        return error
    return QueryError("The question could not be answered; ask whoever administers the stream")


@contextmanager
def told_within(scope: Scope) -> Iterator[None]:
    """Tell whoever does not see all of a stream nothing of it by errors."""
    try:
        yield
    except QueryError as error:
        if scope.whole:
            raise
        raise discreet(error) from error


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of Trino's client and of the lake as QueryErrors, by the table above."""
    try:
        yield
    except tuple(source for source, _ in TRANSLATIONS) as error:
        made = next(make for source, make in TRANSLATIONS if isinstance(error, source))
        raise made(error) from error
