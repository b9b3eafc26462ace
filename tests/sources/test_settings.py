"""Where sources are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.catalogue import CatalogueReader, catalogue
from sources.errors import SourceDefinitionError
from sources.settings import SourceSettings
from streams.errors import UnknownNameError
from tests.sources.runs.running import CASES_SOURCE

PLACES = {
    "CATALOG_URI": "postgresql://x", "S3_ENDPOINT": "http://x", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b",
    "KAFKA": "k:1",
}  # fmt: skip


def test_own_sources_lie_beside_the_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**PLACES, "STREAMS": str(tmp_path / "streams"), "SOURCES": ""}.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    (tmp_path / "systems" / "epidemic" / "sources").mkdir(parents=True)
    assert SourceSettings().folders == [tmp_path / "sources.d", tmp_path / "systems" / "epidemic" / "sources"]
    assert SourceSettings().kept == "s3://lake/sources"
    monkeypatch.setenv("WINDOWPANE_SOURCES", str(tmp_path / "mine"))
    assert SourceSettings().folders[0] == tmp_path / "mine"


def test_what_is_wrong_with_one_source_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(CASES_SOURCE)
    (tmp_path / "bad.toml").write_text("title = 1")
    known = catalogue([tmp_path, tmp_path / "nowhere"])
    assert known.get("good").beside(tmp_path / "home") == tmp_path.parent
    own = tmp_path / "systems" / "epidemic" / "sources"
    own.mkdir(parents=True)
    (own / "shipped.toml").write_text(CASES_SOURCE)
    assert catalogue([own]).get("shipped").beside(tmp_path / "home") == tmp_path / "home"
    with pytest.raises(SourceDefinitionError, match=r"bad\.toml"):
        known.get("bad")
    with pytest.raises(UnknownNameError, match="did you mean good"):
        known.get("god")


def test_folders_are_read_again_when_a_file_changed(tmp_path: Path) -> None:
    reader = CatalogueReader([tmp_path])
    assert reader.read().declared == {}
    (tmp_path / "s.toml").write_text(CASES_SOURCE)
    first = reader.read()
    assert reader.read() is first
    (tmp_path / "s.toml").write_text(CASES_SOURCE.replace("CC-BY-4.0", "CC0-1.0"))
    assert reader.read().sources["s"].licence == "CC0-1.0"
    (tmp_path / "s.toml").unlink()
    assert reader.read().declared == {}
