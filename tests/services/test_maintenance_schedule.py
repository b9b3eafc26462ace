"""When the keeper maintains: after the time that is set, one at a time, never if that is zero."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from services.maintenance_schedule import MaintenanceSchedule


def noting(path: Path, *, seconds: float = 0) -> list[str]:
    """A command that writes a line and stays."""
    return [sys.executable, "-S", "-c", f"import time; open({str(path)!r}, 'a').write('.'); time.sleep({seconds})"]


def ended(schedule: MaintenanceSchedule) -> None:
    running = schedule._process._running
    assert running is not None
    assert running.wait(timeout=30) == 0


def test_begins_when_due(tmp_path: Path) -> None:
    noted = tmp_path / "noted"
    schedule = MaintenanceSchedule(100, 1000, noting(noted))
    schedule.look(1099)
    assert schedule._process._running is None
    schedule.look(1100)
    ended(schedule)
    schedule.look(1150)
    assert schedule._process._running is None
    schedule.look(1200)
    ended(schedule)
    assert noted.read_text() == ".."


def test_never_runs_twice_at_once_and_is_stopped(tmp_path: Path) -> None:
    schedule = MaintenanceSchedule(1, 0, noting(tmp_path / "noted", seconds=600))
    schedule.look(1)
    first = schedule._process._running
    schedule.look(5)
    assert schedule._process._running is first
    began = time.monotonic()
    schedule.close()
    assert time.monotonic() - began < 30
    assert first is not None
    assert first.poll() is not None


def test_no_seconds_is_never(tmp_path: Path) -> None:
    schedule = MaintenanceSchedule(0, 0, noting(tmp_path / "noted"))
    schedule.look(1e9)
    assert schedule._process._running is None
    schedule.close()
