"""What is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.streams.produce import command
from tests.definitions import STREAMS


@pytest.mark.parametrize("more", [[], ["--file", "lines"], ["--count", "1"]])
def test_the_access_log_is_not_made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines").write_text("{}\n", "utf-8")
    for name, value in {"KAFKA": "127.0.0.1:1", "STREAMS": str(STREAMS)}.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    done = CliRunner().invoke(command, ["access_log", *more])
    assert done.exit_code == 2
    assert "access_log takes messages of Windowpane itself alone" in done.output
