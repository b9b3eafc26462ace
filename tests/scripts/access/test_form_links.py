"""`forms links`: each opens the form of its stream for a person, and is printed alone on its line."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from access.store import AccessStore
from scripts.forms.form_commands import command
from streams.errors import WindowpaneError


@pytest.fixture(autouse=True)
def streams(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home
    folder = tmp_path / "streams"
    folder.mkdir()
    monkeypatch.setenv("WINDOWPANE_STREAMS", str(folder))
    assert CliRunner().invoke(command, ["new", "visitors"]).exit_code == 0


def test_links_are_of_one_person_each(store: AccessStore) -> None:
    done = CliRunner().invoke(command, ["links", "visitors", "-n", "3"])
    assert done.exit_code == 0, done.exception
    links = [urlsplit(line) for line in done.stdout.splitlines()]
    assert {each.path for each in links} == {"/forms/visitors"}
    persons = {store.form_keys.read("visitors", parse_qs(each.query)["key"][0]) for each in links}
    assert len(persons) == 3
    assert all(each is not None and each.person for each in persons)


def test_there_are_none_of_what_is_no_form() -> None:
    for name in ("health", "nothing"):
        refused = CliRunner().invoke(command, ["links", name])
        assert isinstance(refused.exception, WindowpaneError)
        assert "there is no form" in str(refused.exception)
    assert CliRunner().invoke(command, ["links", "visitors", "-n", "0"]).exit_code == 2
