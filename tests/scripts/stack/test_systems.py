"""`up --with`: systems that come on demand, by links in the folder of streams."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.stack import systems
from scripts.stack.systems import UnknownSystemError, named_systems, take
from streams import definition_files
from streams.errors import WindowpaneError
from tests.definitions import SHIPPED


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of systems in which one comes on demand."""
    folder = tmp_path / "shipped"
    declared = folder / "clinical" / systems.ON_DEMAND / "visits.toml"
    declared.parent.mkdir(parents=True)
    declared.write_bytes(SHIPPED["page_views"].read_bytes())
    monkeypatch.setattr(systems, "SYSTEMS", folder)
    return folder


def test_names_are_read_once_each() -> None:
    assert named_systems("") == ()
    assert named_systems(" merchants,merchants ,") == ("merchants",)


def test_what_is_no_system_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownSystemError, match=r"'shops' is no system .* merchants"):
        named_systems("merchants,shops")


def test_definitions_of_a_system_are_declared_by_links(shipped: Path, tmp_path: Path) -> None:
    folder, said = tmp_path / "new" / "streams", list[str]()
    take(["clinical"], folder, said.append)
    assert definition_files(folder)["visits"] == (folder / "visits.toml",)
    assert (folder / "visits.toml").resolve() == shipped / "clinical" / systems.ON_DEMAND / "visits.toml"
    take(["clinical"], folder, said.append)
    assert len(said) == 1


def test_a_file_of_the_users_stays(shipped: Path, tmp_path: Path) -> None:
    assert shipped
    own = tmp_path / "streams" / "visits.toml"
    own.parent.mkdir()
    own.write_text("mine")
    take(["clinical"], own.parent, lambda _: None)
    assert own.read_text() == "mine"


def test_a_link_that_leads_nowhere_is_made_anew(shipped: Path, tmp_path: Path) -> None:
    assert shipped
    link = tmp_path / "streams" / "visits.toml"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "gone.toml")
    take(["clinical"], link.parent, lambda _: None)
    assert link.read_bytes() == SHIPPED["page_views"].read_bytes()


def test_a_folder_that_cannot_be_written_is_named(shipped: Path, tmp_path: Path) -> None:
    assert shipped
    (tmp_path / "file").write_text("")
    with pytest.raises(WindowpaneError, match="WINDOWPANE_STREAMS names another folder"):
        take(["clinical"], tmp_path / "file", lambda _: None)
