"""Errors of what is kept, in PostgreSQL and in the tables of the lake, of which more are in `iceberg.errors`.

LakeError
├── LakeAwayError           PostgreSQL or the object store cannot be reached; retry later
├── LakeLockedError         somebody else publishes, maintains or copies the lake; run it again when they are done
└── ReplayError             a replay cannot be begun, published, rolled back or dropped
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
import sqlalchemy.exc
from alembic.util import CommandError

from streams.errors import WindowpaneError


class LakeError(WindowpaneError):
    """A record, table, snapshot or commit is not as it must be."""


class LakeAwayError(LakeError):
    """PostgreSQL or the object store does not answer."""


class LakeLockedError(LakeError):
    """Somebody else holds the lock of a stream or of the lake."""


class ReplayError(LakeError):
    """A replay is not in a state, or its range not one, that allows what was asked."""


Translations: TypeAlias = tuple[tuple[type[Exception], type[LakeError], str], ...]
"""What a third-party error becomes, and the advice given; the first match counts."""

TRANSLATIONS: Translations = (
    (sqlalchemy.exc.TimeoutError, LakeAwayError, "Every connection to the catalog is in use. Try again"),
    (sqlalchemy.exc.SQLAlchemyError, LakeAwayError, "The catalog (PostgreSQL) does not answer. Run: windowpane status"),
    (psycopg.Error, LakeAwayError, "The catalog (PostgreSQL) does not answer. Run: windowpane status"),
    (CommandError, LakeError, "A newer Windowpane has changed the records of this lake. Run that one"),
)


@contextmanager
def translated(translations: Translations = TRANSLATIONS) -> Iterator[None]:
    """Raise third-party errors of the block as LakeErrors, by a table."""
    try:
        yield
    except tuple(source for source, _, _ in translations) as error:
        target, advice = next((t, a) for source, t, a in translations if isinstance(error, source))
        detail = (str(error).splitlines() or [type(error).__name__])[0]
        raise target(f"{advice} ({detail})") from error
