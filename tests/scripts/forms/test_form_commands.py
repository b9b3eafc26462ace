"""Forms at the command line: listed, drafted, imported; never over a file that is there."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from scripts.forms.form_commands import command
from streams import load_definition
from streams.errors import WindowpaneError


@pytest.fixture
def streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "streams"
    folder.mkdir()
    monkeypatch.setenv("WINDOWPANE_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("WINDOWPANE_STREAMS", str(folder))
    return folder


def typed(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_a_draft_is_written_once_and_listed(streams: Path) -> None:
    assert "There are no forms" in typed("list").stdout
    assert typed("new", "visitors", "--title", "Who came").exit_code == 0
    definition = load_definition(streams / "visitors.toml")
    assert definition.form is not None
    assert definition.title == "Who came"
    [listed] = json.loads(typed("list", "--json").stdout)["forms"]
    assert (listed["stream"], listed["questions"]) == ("visitors", 3)
    assert listed["address"].endswith("/forms/visitors")
    before = (streams / "visitors.toml").read_text()
    again = typed("new", "visitors")
    assert isinstance(again.exception, WindowpaneError)
    assert "is there already" in str(again.exception)
    assert (streams / "visitors.toml").read_text() == before
    assert typed("new", "visitors", "--title", "Who came", "--stdout").stdout == before


def test_a_wrong_name_is_refused(streams: Path) -> None:
    refused = typed("new", "../etc")
    assert isinstance(refused.exception, WindowpaneError)
    assert "is no name of a stream" in str(refused.exception)
    assert [*streams.iterdir()] == []


def test_an_xlsform_becomes_a_stream_and_says_what_is_left_out(streams: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in (["type", "name", "label"], ["integer", "age", "Age?"], ["image", "face", "Face?"]):
        book.active.append(row)
    book.save(tmp_path / "My Survey.xlsx")
    done = typed("import", str(tmp_path / "My Survey.xlsx"))
    assert done.exit_code == 0, done.exception
    assert "survey 3: face: image is not understood, and left out" in done.stderr
    definition = load_definition(streams / "my_survey.toml")
    assert definition.form is not None
    assert [each.field for each in definition.form.questions] == ["age"]
    assert "# survey 3" in (streams / "my_survey.toml").read_text()


def test_what_is_no_xlsx_is_refused(streams: Path, tmp_path: Path) -> None:
    (tmp_path / "survey.xlsx").write_text("type,name\n")
    refused = typed("import", str(tmp_path / "survey.xlsx"))
    assert isinstance(refused.exception, WindowpaneError)
    assert "is no XLSForm" in str(refused.exception)
    assert [*streams.iterdir()] == []
