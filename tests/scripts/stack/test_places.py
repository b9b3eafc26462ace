from __future__ import annotations

from pathlib import Path

import pytest

from compose.embedded.settings import StackSettings
from compose.embedded.stack import Stack
from scripts.stack.test_command import PLACES
from tests.integration.command_line import environment_of


def test_commands_of_tests_find_what_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in PLACES:
        monkeypatch.setenv(name, f"/somewhere/{name}")
    monkeypatch.setenv("WINDOWPANE_KAFKA", "of another stack")
    typed = environment_of(Stack(StackSettings(home=tmp_path)))
    assert {name: typed[name] for name in PLACES} == {name: f"/somewhere/{name}" for name in PLACES}
    assert "WINDOWPANE_KAFKA" not in typed


def test_every_setting_of_a_place_is_among_them() -> None:
    paths = {name for name, field in StackSettings.model_fields.items() if "Path" in str(field.annotation)}
    own = {"home", "streams", "sources", "trino_certificate", "rpc_certificate"}
    assert {f"WINDOWPANE_{name.upper()}" for name in paths - own} <= set(PLACES)
