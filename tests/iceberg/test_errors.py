"""Every error class of the libraries behind the lake has a row in the table of translations."""

from __future__ import annotations

import inspect
from types import ModuleType

import psycopg
import pyarrow.lib
import pytest
import sqlalchemy.exc
from pyiceberg import exceptions

from database.errors import LakeAwayError, LakeError
from iceberg.errors import TRANSLATIONS, translated

NEVER = {
    # No errors: how a block of a transaction is left, and a warning that only has the name of one.
    psycopg.Rollback,
    psycopg.Warning,
    # Only of drivers that have no error classes of their own.
    sqlalchemy.exc.EmulatedDBAPIException,
    # Of other catalogs than this one.
    exceptions.DynamoDbError,
    exceptions.ConditionalCheckFailedException,
    exceptions.GenericDynamoDbError,
    exceptions.SignError,
    exceptions.NoSuchPlanTaskError,
}


def errors_of(module: ModuleType) -> list[type[Exception]]:
    """Those of its own."""
    package = module.__name__.partition(".")[0]
    kinds = {kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, Exception)} - NEVER
    own = (kind for kind in kinds if kind.__module__.partition(".")[0] == package and not issubclass(kind, Warning))
    return sorted(own, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("module", [exceptions, sqlalchemy.exc, psycopg, psycopg.errors, pyarrow.lib])
def test_every_error_is_translated(module: ModuleType) -> None:
    rows = tuple(row[0] for row in TRANSLATIONS)
    errors = errors_of(module)
    assert errors
    assert [kind for kind in errors if not issubclass(kind, rows)] == []


@pytest.mark.parametrize("row", TRANSLATIONS, ids=lambda row: row[0].__name__)
def test_no_row_hides_a_later_one(row: tuple[type[Exception], type[LakeError], str]) -> None:
    before = TRANSLATIONS[: TRANSLATIONS.index(row)]
    assert not any(issubclass(row[0], earlier) for earlier, _, _ in before)


def test_no_free_connection_is_a_reason_to_try_again() -> None:
    with pytest.raises(LakeAwayError, match="Every connection to the catalog is in use"), translated():
        raise sqlalchemy.exc.TimeoutError("QueuePool limit")
