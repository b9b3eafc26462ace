"""Which archives a JVM is told to use or to write, and which of those it left are kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from compose.embedded.class_archives import arguments_file, being_written, collect, write_arguments


def jvm_option(folder: Path, release: int = 25) -> str:
    """The option that a JVM of that release gets."""
    write_arguments(folder / "etc", folder / "new", folder / "cache", "trino", folder / "jdk", ["a.jar"], release)
    return arguments_file(folder / "etc", "trino").read_text().splitlines()[0].strip('"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("release", "writes", "uses"),
    [(17, "ArchiveClassesAtExit", "SharedArchiveFile"), (25, "AOTCacheOutput", "AOTCache")],
)
def test_what_one_leaves_the_next_uses(folder: Path, release: int, writes: str, uses: str) -> None:
    option, _, file = jvm_option(folder, release).partition("=")
    assert option == f"-XX:{writes}"
    assert being_written(folder / "etc")
    Path(file).write_bytes(b"learnt")
    collect(folder / "new", folder / "cache")
    assert jvm_option(folder, release) == f"-XX:{uses}={folder / 'cache' / 'classes' / Path(file).name}"
    assert not being_written(folder / "etc")


def test_each_compiler_has_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JDK_JAVA_OPTIONS", raising=False)
    optimizing = jvm_option(folder)
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    assert jvm_option(folder) != optimizing


def test_only_whole_ones_are_kept(folder: Path) -> None:
    collect(folder / "new", folder / "cache")  # no JVM ever ran here
    new = folder / "new"
    new.mkdir()
    (new / "killed.jsa").write_bytes(bytes(100))
    (new / "begun.aot.config").write_bytes(b"classes")
    (new / "whole.aot").write_bytes(b"classes")
    collect(new, folder / "cache")
    assert [path.name for path in (folder / "cache" / "classes").iterdir()] == ["whole.aot"]
    assert list(new.iterdir()) == []


def test_what_nothing_started_with_for_a_month_is_removed(folder: Path) -> None:
    file = Path(jvm_option(folder).partition("=")[2])
    other = folder / "cache" / "classes" / "older.aot"
    file.write_bytes(b"learnt")
    collect(folder / "new", folder / "cache")
    other.write_bytes(b"learnt")
    used = folder / "cache" / "classes" / file.name
    month_ago = time.time() - 31 * 86_400
    for archive in (used, other):
        os.utime(archive, (month_ago, month_ago))
    assert "AOTCache=" in jvm_option(folder)
    collect(folder / "new", folder / "cache")
    assert list(used.parent.iterdir()) == [used]
