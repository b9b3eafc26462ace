"""Errors of the lake.

LakeError
├── LakeAwayError           the catalog or the object store cannot be reached; retry later
├── IncompatibleChangeError a definition would break what the tables hold
├── RetiredError            a stream takes no more messages and is changed no more
├── LakeLockedError         somebody else publishes, maintains or copies the lake; run it again when they are done
├── BetweenStatesError      some tables hold a publication already, others not yet; ask again in a moment
├── BackupError             a backup cannot be made, or a folder holds none that can be restored
├── ReplayError             a replay cannot be begun, published, rolled back or dropped
└── LostStateError          a state that a publication replaced is no longer there, though it was kept
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pyarrow
import sqlalchemy.exc
from alembic.util import CommandError
from pyiceberg import exceptions

from streams.errors import WindowpaneError

__all__ = [
    "BackupError",
    "BetweenStatesError",
    "IncompatibleChangeError",
    "LakeAwayError",
    "LakeError",
    "LakeLockedError",
    "LostStateError",
    "ReplayError",
    "RetiredError",
    "translated",
]


class LakeError(WindowpaneError):
    """A table, snapshot or commit is not as it must be."""


class LakeAwayError(LakeError):
    """The catalog or the object store does not answer."""


class IncompatibleChangeError(LakeError):
    """A changed definition would make stored panes unreadable or wrong."""

    def __init__(self, stream: str, key: str, reason: str) -> None:
        self.stream, self.key, self.reason = stream, key, reason
        super().__init__(f"{stream}: {key} {reason}")


class RetiredError(LakeError):
    """A stream was retired."""

    def __init__(self, stream: str, since: datetime) -> None:
        self.stream, self.since = stream, since
        super().__init__(
            f"{stream} is retired since {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}; "
            f"it is taken up again by: windowpane streams resume {stream}"
        )


class LakeLockedError(LakeError):
    """Somebody else holds the lock of a stream or of the lake."""


class BackupError(LakeError):
    """A backup cannot be made, or a folder holds none that can be restored."""


class BetweenStatesError(LakeError):
    """A publication is under way: the tables of a stream are not all of one generation."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"{stream} is being published. Ask again in a moment")


class ReplayError(LakeError):
    """A replay is not in a state, or its range not one, that allows what was asked."""


class LostStateError(LakeError):
    """The tags that kept a past state are gone; somebody else removed them."""


_REFUSED = (
    exceptions.TableAlreadyExistsError,
    exceptions.ViewAlreadyExistsError,
    exceptions.NamespaceAlreadyExistsError,
    exceptions.NamespaceNotEmptyError,
    exceptions.NoSuchNamespaceError,
    exceptions.NoSuchViewError,
    exceptions.NoSuchIdentifierError,
    exceptions.NoSuchPropertyException,
    exceptions.ValidationError,
    exceptions.NotInstalledError,
    exceptions.ResolveError,
)

# What a third-party error becomes; the first match counts.
TRANSLATIONS: tuple[tuple[type[Exception], type[LakeError], str], ...] = (
    (exceptions.NoSuchTableError, LakeError, "The table does not exist yet. Run: windowpane apply"),
    (exceptions.CommitFailedException, LakeError, "The table changed meanwhile. Try again"),
    (exceptions.ValidationException, LakeError, "The table changed meanwhile. Try again"),
    (exceptions.WaitingForLockException, LakeError, "The table is locked. Try again"),
    (exceptions.RESTError, LakeAwayError, "The catalog does not answer. Run: windowpane status"),
    *((refused, LakeError, "The catalog refuses. Look at: windowpane doctor") for refused in _REFUSED),
    (sqlalchemy.exc.TimeoutError, LakeAwayError, "Every connection to the catalog is in use. Try again"),
    (sqlalchemy.exc.SQLAlchemyError, LakeAwayError, "The catalog (PostgreSQL) does not answer. Run: windowpane status"),
    (psycopg.Error, LakeAwayError, "The catalog (PostgreSQL) does not answer. Run: windowpane status"),
    (CommandError, LakeError, "A newer Windowpane has changed the records of this lake. Run that one"),
    (OSError, LakeAwayError, "The object store does not answer. Run: windowpane status"),
    (pyarrow.ArrowException, LakeError, "A file of the lake cannot be read. Look at: windowpane audit"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise third-party errors of the block as LakeErrors, by the table above."""
    try:
        yield
    except tuple(source for source, _, _ in TRANSLATIONS) as error:
        target, advice = next((t, a) for source, t, a in TRANSLATIONS if isinstance(error, source))
        detail = (str(error).splitlines() or [type(error).__name__])[0]
        raise target(f"{advice} ({detail})") from error
