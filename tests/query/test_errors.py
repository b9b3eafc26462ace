"""Every error class of Trino's client, of its HTTP client and of the lake has a row in the table of translations."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest
import requests.exceptions
import sqlalchemy.exc
import trino.exceptions

import database.errors
import iceberg.errors
from query.errors import TRANSLATIONS, EngineAwayError, NotReadyError, translated

WARNINGS = (Warning, trino.exceptions.Warning)


@pytest.mark.parametrize("module", [trino.exceptions, requests.exceptions, database.errors, iceberg.errors])
def test_every_error_is_translated(module: ModuleType) -> None:
    rows = tuple(row[0] for row in TRANSLATIONS)
    kinds = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == module.__name__]
    errors = [kind for kind in kinds if issubclass(kind, Exception) and not issubclass(kind, WARNINGS)]
    assert errors
    assert [kind for kind in errors if not issubclass(kind, rows)] == []


@pytest.mark.parametrize(
    ("error", "engine"),
    [
        (trino.exceptions.Http503Error("busy"), "trino"),
        (trino.exceptions.TrinoConnectionError("gone"), "trino"),
        (OSError("gone"), "lake"),
        (sqlalchemy.exc.TimeoutError("QueuePool limit"), "lake"),
    ],
)
def test_an_engine_that_is_away_is_said_to_be(error: Exception, engine: str) -> None:
    with pytest.raises(EngineAwayError, match=engine), translated(), iceberg.errors.translated():
        raise error


def test_what_is_not_ready_says_why() -> None:
    assert "windowpane apply makes them" in str(NotReadyError("health"))
    asked = str(NotReadyError("health", "has not looked at the lake yet"))
    assert "apply" not in asked
    assert "has not looked" in asked
