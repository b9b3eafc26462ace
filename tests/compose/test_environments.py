from __future__ import annotations

import ast
import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from compose.embedded.environments import REQUIREMENTS, cache_directory, once
from compose.embedded.settings import CHECKOUT

LAUNCHER = CHECKOUT / "windowpane"


def test_directory_is_made_once(tmp_path: Path) -> None:
    made: list[Path] = []
    for _ in range(2):
        assert once(tmp_path / "thing", made.append) == tmp_path / "thing"
    assert len(made) == 1


def test_half_made_directory_is_made_again(tmp_path: Path) -> None:
    def fail(directory: Path) -> None:
        (directory / "half").touch()
        raise OSError("power cut")

    with pytest.raises(OSError, match="power cut"):
        once(tmp_path / "thing", fail)
    once(tmp_path / "thing", lambda directory: (directory / "whole").touch())
    assert sorted(path.name for path in (tmp_path / "thing").iterdir()) == [".complete", "whole"]


def note_making(directory: Path) -> None:
    with (directory.parent / "made").open("a") as file:
        file.write("x")


def test_two_processes_make_it_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=once, args=(tmp_path / "thing", note_making)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert (tmp_path / "made").read_text() == "x"


def test_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WINDOWPANE_CACHE", str(tmp_path))
    assert cache_directory() == tmp_path
    monkeypatch.delenv("WINDOWPANE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_directory() == tmp_path / "xdg" / "windowpane"


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda path: path.stem)
def test_requirements_are_pinned_with_hashes(path: Path) -> None:
    text = path.read_text()
    assert "--index-url" not in text
    assert "http://" not in text
    pinned = [line for line in text.splitlines() if line and line[0] not in " #-"]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert text.count("--hash=sha256:") >= len(pinned)


def test_launcher_is_executable_and_readable_by_old_pythons() -> None:
    assert LAUNCHER.stat().st_mode & stat.S_IXUSR
    ast.parse(LAUNCHER.read_text(), feature_version=(3, 4))


def test_launcher_names_the_python_it_needs() -> None:
    lie = "import sys; sys.version_info = (3, 9, 1); sys.argv = ['windowpane']; import runpy; "
    code = lie + f"runpy.run_path({str(LAUNCHER)!r}, run_name='__main__')"
    environment = {"PATH": "/nowhere", "HOME": os.environ["HOME"]}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr == "windowpane needs Python 3.11; this is 3.9. Install python3.11 and run it again.\n"
