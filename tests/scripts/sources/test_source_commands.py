"""Sources at the command line, on a real PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from scripts.access import operating
from scripts.sources.source_commands import command
from sources.files import Kind, NewFile
from sources.store import SourceStore
from streams.errors import UnknownNameError, WindowpaneError
from tests.sources.conftest import KEY
from tests.sources.runs.running import CASES_SOURCE
from tests.sources.test_settings import PLACES


@pytest.fixture
def place(tmp_path: Path, store: SourceStore, made: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> SourceStore:
    """A home with one source, and another one whose file is broken."""
    monkeypatch.setattr(operating, "tell", lambda _: None)
    uri = made.url.set(drivername="postgresql").render_as_string(hide_password=False)
    own = {"CATALOG_URI": uri, "STREAMS": str(tmp_path / "streams"), "SOURCES_KEY": KEY.get_secret_value()}
    for name, value in {**PLACES, **own, "SOURCES": ""}.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    folder = tmp_path / "sources.d"
    folder.mkdir()
    (folder / "cases.toml").write_text(CASES_SOURCE)
    (folder / "broken.toml").write_text("title = 1")
    return store


def typed(*words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(command, list(words), input=stdin)


def test_a_secret_comes_from_standard_input_alone(place: SourceStore) -> None:
    done = typed("secrets", "set", "lab_token", stdin="s3cr3t\nmore\n")
    assert done.exit_code == 0, done.output
    assert place.secrets.get("lab_token").get_secret_value() == "s3cr3t"
    listed = typed("secrets", "list", "--json")
    assert [each["name"] for each in json.loads(listed.stdout)["secrets"]] == ["lab_token"]
    assert "s3cr3t" not in done.output + listed.output
    assert typed("secrets", "set", "lab_token", "s3cr3t").exit_code == 2
    assert isinstance(typed("secrets", "set", "other", stdin="\n").exception, WindowpaneError)
    assert typed("secrets", "remove", "lab_token").exit_code == 0
    assert isinstance(typed("secrets", "remove", "lab_token").exception, WindowpaneError)


def test_sources_are_listed_with_how_they_stand(place: SourceStore) -> None:
    place.states.note("cases", problem="https://a.example answers 500", failures=2)
    listed = {each["source"]: each for each in json.loads(typed("list", "--json").stdout)["sources"]}
    assert (listed["cases"]["state"], listed["cases"]["stream"]) == ("failing", "case_reports")
    assert (listed["broken"]["state"], "broken.toml" in listed["broken"]["problem"]) == ("broken", True)
    assert "answers 500" in typed().stdout


def test_pause_and_resume(place: SourceStore) -> None:
    assert typed("pause", "cases").exit_code == 0
    assert place.states.get("cases").paused
    assert isinstance(typed("run", "cases").exception, WindowpaneError)
    assert typed("resume", "cases").exit_code == 0
    assert place.states.get("cases").asked_at is not None
    assert isinstance(typed("resume", "cases").exception, WindowpaneError)
    assert isinstance(typed("pause", "case").exception, UnknownNameError)


def test_a_held_file_is_shown_and_redriven(place: SourceStore) -> None:
    run = place.states.begin("cases", "test")
    new = NewFile("a.csv", "d1", ("d1",), 10, Kind.FILE, "/a.csv", "CC-BY-4.0")
    file = place.files.land("cases", new, by="test")
    assert file is not None
    assert "Nothing" in typed("redrive", "cases").output
    place.files.hold(file, run, "column not in the file: total")
    shown = json.loads(typed("show", "cases", "--held", "--json").stdout)
    assert [(each["name"], each["reason"]) for each in shown["files"]] == [("a.csv", "column not in the file: total")]
    assert shown["runs"][0]["by"] == "test"
    assert typed("show", "cases", "--file", str(file.id)).exit_code == 0
    assert typed("redrive", "cases", "--later", "--accept-losses").exit_code == 0
    again = place.files.unfinished("cases")
    assert [(each.attempt, each.accepts_losses) for each in again] == [(1, True)]


def test_a_trial_is_told_how_to_read_the_file(place: SourceStore, tmp_path: Path) -> None:  # noqa: ARG001
    file = tmp_path / "a.csv"
    file.write_text("region,date,total\nA,2022-01-01,5\n")
    assert typed("try", str(file)).exit_code == 2
    assert typed("try", str(file), "--source", "cases", "--stream", "x").exit_code == 2
