"""The processes that map files are kept, and made anew when they are gone."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from sources.errors import Held
from sources.mapping import map_file, mothers
from tests.sources.made_sources import made


def free_process() -> int:
    """The id of one that waits for a file."""
    return mothers._free[-1]._process.pid


def test_process_is_kept_for_the_next_file(tmp_path: Path) -> None:
    """And made anew once it is gone."""
    source, file = made(tmp_path), tmp_path / "a.csv"
    file.write_text("region,cases\nDE,1\n")
    assert map_file(source, file, "a.csv", tmp_path / "1").messages == 1
    kept = free_process()
    assert map_file(source, file, "a.csv", tmp_path / "2").messages == 1
    assert free_process() == kept
    os.kill(kept, signal.SIGKILL)
    assert map_file(source, file, "a.csv", tmp_path / "3").messages == 1
    assert free_process() != kept


def test_process_that_has_children_has_one_thread(tmp_path: Path) -> None:
    """Others would be gone in the children, with whatever they held; jemalloc knows what to do about its own."""
    source, file = made(tmp_path), tmp_path / "a.csv"
    file.write_text("region,cases\nDE,1\n")
    map_file(source, file, "a.csv", tmp_path / "1")
    threads = [task.read_text().strip() for task in Path(f"/proc/{free_process()}/task").glob("*/comm")]
    assert len([name for name in threads if not name.startswith("jemalloc")]) == 1


def test_files_of_many_threads_are_mapped(tmp_path: Path) -> None:
    """Each gets the answer to its own."""
    source, counts = made(tmp_path), dict[int, int]()

    def one(number: int) -> None:
        file = tmp_path / f"{number}.csv"
        file.write_text("region,cases\n" + "DE,1\n" * number)
        counts[number] = map_file(source, file, file.name, tmp_path / str(number)).messages

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {number: number for number in range(6)}


def test_mother_that_says_nothing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a wait without end."""
    source, file = made(tmp_path), tmp_path / "a.csv"
    file.write_text("region,cases\nDE,1\n")
    map_file(source, file, "a.csv", tmp_path / "1")
    monkeypatch.setattr(mothers, "_GRACE_SECONDS", -source.limits.seconds * 10)
    os.kill(free_process(), signal.SIGSTOP)
    with pytest.raises(Held, match="does not answer; try again"):
        map_file(source, file, "a.csv", tmp_path / "2")


def test_secrets_of_the_service_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has an environment of its own."""
    monkeypatch.setenv("WINDOWPANE_S3_SECRET_KEY", "secret")
    mother = mothers._Mother()
    try:
        environment = Path(f"/proc/{mother._process.pid}/environ").read_bytes()
    finally:
        mother.end()
    assert b"secret" not in environment.lower()
