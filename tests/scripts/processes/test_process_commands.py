"""Processes at the command line, on a real PostgreSQL and tables on local disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from iceberg.catalog import Catalog
from processing.store import ProcessStore
from scripts.access import operating
from scripts.processes import process_commands
from scripts.processes.process_commands import command
from streams.errors import UnknownNameError, WindowpaneError
from tests.processing.conftest import catalog, engine, store  # noqa: F401
from tests.processing.made import append, recorded, students
from tests.sources.test_settings import PLACES

DECLARED = """
[process.study]
title = "What marks go with"
stream = "marks"
every = "1 day"
correlations = {}
[process.study.prediction]
target = "Mark"
trees = 10
folds = 3
[process.broken]
title = "No stream"
"""


@pytest.fixture
def home(
    tmp_path: Path,
    engine: sa.Engine,  # noqa: F811
    store: ProcessStore,  # noqa: F811, ARG001
    catalog: Catalog,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Catalog:
    monkeypatch.setattr(operating, "tell", lambda _: None)
    monkeypatch.setattr(process_commands, "open_catalog", lambda _: catalog)
    uri = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    for name, value in {**PLACES, "CATALOG_URI": uri, "STREAMS": str(tmp_path / "streams")}.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    (tmp_path / "streams").mkdir()
    (tmp_path / "processes.toml").write_text(DECLARED)
    return catalog


def typed(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_a_process_is_listed_run_and_shown(home: Catalog) -> None:
    append(recorded(home), students(200))
    listed = {each["process"]: each for each in json.loads(typed("list", "--json").stdout)["processes"]}
    assert (listed["study"]["state"], listed["broken"]["state"]) == ("not run yet", "broken")
    assert isinstance(typed("show", "study").exception, WindowpaneError)
    done = typed("run", "study")
    assert done.exit_code == 0, done.output
    assert "Mark: RMSE" in done.stdout
    shown = json.loads(typed("show", "study", "--json").stdout)
    assert (shown["run"]["rows"], shown["run"]["state"], len(shown["runs"])) == (200, "done", 1)
    assert "Runs, the newest first" in typed("show", "study").stdout
    assert "done" in typed().stdout


def test_what_is_not_declared_is_said(home: Catalog) -> None:
    assert isinstance(typed("run", "studi").exception, UnknownNameError)
    error = typed("run", "study").exception
    assert isinstance(error, WindowpaneError)
    assert "not applied" in str(error)
    assert home is not None
