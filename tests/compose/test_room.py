"""Kafka is stopped before its disk is full, and starts once there is room: never does it recover a log without any."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from compose.embedded.room import RoomWatch, enough_to_start, free_mib, without_room
from compose.embedded.settings import CHECKOUT


def test_stopped_once_for_each_want_of_room() -> None:
    watch = RoomWatch(100)
    free = [500, 100, 99, 0, 150, 99, 199, 200, 99]
    assert [watch.look(each) for each in free] == [False, False, True, False, False, False, False, False, True]


def test_a_program_becomes_its_command_only_with_room(tmp_path: Path) -> None:
    def begun(needed: int) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "compose.embedded.room", str(tmp_path), str(needed), "echo", "begun"]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)

    with begun(0) as process:
        assert process.communicate(timeout=20)[0] == "begun\n"
    with begun(1 << 40) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ERROR No room: ")
        assert process.poll() is None
        process.terminate()
        assert "begun" not in process.communicate(timeout=20)[0]


def test_says_how_much_is_missing(tmp_path: Path) -> None:
    assert without_room(tmp_path, 0) == ""
    reserve = free_mib(tmp_path) + 1
    assert f"{enough_to_start(reserve):,} are needed" in without_room(tmp_path, reserve)
