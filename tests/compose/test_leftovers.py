from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from compose.embedded.layout import Layout
from compose.embedded.leftovers import MARK, end_leftovers, find_leftovers, remove_stale_pid_file


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.postgres.mkdir(parents=True)
    return made


def note_postmaster(layout: Layout, pid: int, started: float) -> Path:
    file = layout.postgres / "postmaster.pid"
    file.write_text(f"{pid}\n{layout.postgres}\n{int(started)}\n5432\n")
    return file


@pytest.mark.parametrize("pid", [os.getpid(), 1 << 30, None], ids=["of another", "of nobody", "unreadable"])
def test_pid_file_of_before_a_reboot_is_removed(layout: Layout, pid: int | None) -> None:
    """Its pid may be that of any other process by now, which is left alone."""
    file = note_postmaster(layout, pid or 0, psutil.Process().create_time())
    if pid is None:
        file.write_text("")
    assert find_leftovers(layout) == []
    remove_stale_pid_file(layout)
    assert not file.exists()
    remove_stale_pid_file(layout)


def test_pid_file_of_a_running_postmaster_is_kept(layout: Layout, tmp_path: Path) -> None:
    program = tmp_path / "postgres"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "600"]) as process:
        file = note_postmaster(layout, process.pid, psutil.Process(process.pid).create_time())
        remove_stale_pid_file(layout)
        assert file.exists()
        assert [leftover.pid for leftover in find_leftovers(layout)] == [process.pid]
        process.kill()


def test_marked_processes_are_ended(layout: Layout) -> None:
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]
    with subprocess.Popen(command, env={**os.environ, MARK: str(layout.home)}, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert end_leftovers(layout) == 1
        assert find_leftovers(layout) == []
