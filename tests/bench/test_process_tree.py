"""What is measured of a program and its children, and what is made of programs that fail."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.process_tree import run_measured
from streams.errors import WindowpaneError


def run(code: str, log: Path, seconds: float = 30.0) -> Any:
    return run_measured([sys.executable, "-c", code], dict(os.environ), log, seconds)


def test_children_count_for_their_program(tmp_path: Path) -> None:
    child = "sum(range(20_000_000))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    ended = run(code, tmp_path / "log")
    assert ended.cpu_seconds > 0.15
    assert ended.peak_rss_bytes > 5_000_000
    assert 0 < ended.ended - ended.begun < 30


def test_failed_program_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(WindowpaneError, match=r"ended with 1: ValueError: no such luck"):
        run("raise ValueError('no such luck')", tmp_path / "log")


def test_endless_program_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(WindowpaneError, match="not done after 0 s"):
        run("import time; time.sleep(60)", tmp_path / "log", 0.3)
