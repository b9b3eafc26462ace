from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from compose.embedded.machine import GIB, check_disk, check_machine, existing
from compose.embedded.unprivileged import as_ordinary_user
from compose.errors import MachineError


def test_missing_setpriv_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineError, match="setpriv is missing; install util-linux"):
        check_machine(tmp_path)


def test_nearest_directory_is_found(tmp_path: Path) -> None:
    assert existing(tmp_path / "not" / "there") == tmp_path


def test_ordinary_user_runs_the_command_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert as_ordinary_user(("postgres", "-D", "data")) == ("postgres", "-D", "data")


def test_root_keeps_one_capability(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    command = as_ordinary_user(("postgres",), dies_with_parent=True)
    assert command[0] == "setpriv"
    assert "--reuid=0" not in command
    assert [word for word in command if "caps" in word] == ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


def test_full_disk_is_told_of_a_running_stack_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=GIB // 5))
    check_disk(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=0))
    with pytest.raises(MachineError, match=r"0\.0 GB of disk are free at .*, 0\.1 GB are needed; make room"):
        check_disk(tmp_path / "not" / "there")
