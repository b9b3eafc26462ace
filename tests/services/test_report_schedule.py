"""Reports are sent by a process of its own, when there are any to send, and by one at a time."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from access.records import Records, access_engine
from database.errors import LakeAwayError
from services.report_schedule import LONGEST_SECONDS, SECONDS, ReportSchedule
from systems.merchants.reports.subscriptions import Subscriptions


def command(path: Path, seconds: float = 0) -> list[str]:
    """Adds a dot to a file, and goes on for some seconds."""
    return [sys.executable, "-S", "-c", f"import time; open({str(path)!r}, 'a').write('.'); time.sleep({seconds})"]


def dots(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


def await_dots(path: Path, count: int) -> None:
    until = time.monotonic() + 20
    while dots(path) < count and time.monotonic() < until:
        time.sleep(0.02)
    assert dots(path) == count


def test_a_run_begins_when_reports_are_due(tmp_path: Path) -> None:
    due, path = [False], tmp_path / "runs"
    schedule = ReportSchedule(lambda: due[0], command(path))
    schedule.look(1000.0)
    due[0] = True
    schedule.look(1000.0 + SECONDS - 1)
    assert dots(path) == 0
    schedule.look(1000.0 + SECONDS)
    await_dots(path, 1)
    schedule.close()


def test_two_runs_never_overlap(tmp_path: Path) -> None:
    path = tmp_path / "runs"
    schedule = ReportSchedule(lambda: True, command(path, 60))
    for minute in range(1, 5):
        schedule.look(minute * SECONDS)
    await_dots(path, 1)
    schedule.look(SECONDS + LONGEST_SECONDS + 1)  # what hangs is ended, and another one begins
    assert schedule._process._running is not None
    schedule._process._running.wait(20)
    schedule.look(SECONDS + LONGEST_SECONDS + 2)
    await_dots(path, 2)
    schedule.close()


def test_nothing_is_asked_where_no_mail_is_sent(tmp_path: Path) -> None:
    schedule = ReportSchedule(None, command(tmp_path / "runs"))
    schedule.look(1000.0)
    schedule.close()
    assert dots(tmp_path / "runs") == 0


def test_postgresql_may_be_away(tmp_path: Path) -> None:
    def away() -> bool:
        raise LakeAwayError("PostgreSQL is away")

    schedule = ReportSchedule(away, command(tmp_path / "runs"))
    schedule.look(1000.0)
    schedule.close()


def test_wrong_settings_stop_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WINDOWPANE_SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("WINDOWPANE_SMTP_PASSWORD", "a secret")
    schedule = ReportSchedule.of(Subscriptions(Records(access_engine("postgresql://127.0.0.1:1/nothing"))))
    schedule.look(1000.0)
    schedule.close()
    told = capsys.readouterr().out
    assert "WINDOWPANE_SMTP_FROM is needed" in told
    assert "a secret" not in told
