"""Errors of the lake's tables.

database.errors.LakeError
├── IncompatibleChangeError a definition would break what the tables hold
├── RetiredError            a stream takes no more messages and is changed no more
├── BetweenStatesError      some tables hold a publication already, others not yet; ask again in a moment
├── UnreadableFilesError    rows of a table were deleted in a way that only Trino reads
├── BackupError             a backup cannot be made, or a folder holds none that can be restored
└── LostStateError          a state that a publication replaced is no longer there, though it was kept
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pyarrow
from pyiceberg import exceptions

import database.errors
from database.errors import LakeAwayError, LakeError, Translations


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


class BackupError(LakeError):
    """A backup cannot be made, or a folder holds none that can be restored."""


class BetweenStatesError(LakeError):
    """A publication is under way: the tables of a stream are not all of one generation."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"{stream} is being published. Ask again in a moment")


class UnreadableFilesError(LakeError):
    """Somebody's engine deleted rows by their values (equality deletes), which none but Trino leaves out."""

    def __init__(self, stream: str) -> None:
        super().__init__(f"{stream}: its files have deletes that only Trino reads")


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

TRANSLATIONS: Translations = (
    (exceptions.NoSuchTableError, LakeError, "The table does not exist yet. Run: windowpane apply"),
    (exceptions.CommitFailedException, LakeError, "The table changed meanwhile. Try again"),
    (exceptions.ValidationException, LakeError, "The table changed meanwhile. Try again"),
    (exceptions.WaitingForLockException, LakeError, "The table is locked. Try again"),
    (exceptions.RESTError, LakeAwayError, "The catalog does not answer. Run: windowpane status"),
    *((refused, LakeError, "The catalog refuses. Look at: windowpane doctor") for refused in _REFUSED),
    *database.errors.TRANSLATIONS,  # the catalog is in PostgreSQL
    (OSError, LakeAwayError, "The object store does not answer. Run: windowpane status"),
    (pyarrow.ArrowException, LakeError, "A file of the lake cannot be read. Look at: windowpane audit"),
)

translated = partial(database.errors.translated, TRANSLATIONS)
"""Raise third-party errors of the block as LakeErrors, by the table above."""
