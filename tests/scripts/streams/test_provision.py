"""What can be refused before any engine is asked. Its work on real engines is an integration test."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.streams.apply import command
from streams.errors import DefinitionError, KafkaAwayError, UnknownNameError
from tests.definitions import SHIPPED

ADDRESSES = {
    "KAFKA": "127.0.0.1:1",
    "CATALOG_URI": "postgresql://windowpane:x@127.0.0.1:1/windowpane",
    "S3_ENDPOINT": "http://127.0.0.1:1",
    "S3_ACCESS_KEY": "x",
    "S3_SECRET_KEY": "x",
    "TRINO": "127.0.0.1:1",
}


@pytest.fixture(autouse=True)
def nothing_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, value in ADDRESSES.items():
        monkeypatch.setenv(f"WINDOWPANE_{name}", value)
    monkeypatch.setenv("WINDOWPANE_STREAMS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "arguments", "part"),
    [
        ("health", None, ["nope"], "there is no stream 'nope'; known: access_log, health"),
        ("health", "title = 3", [], "health.toml: title = 3"),
        ("odd-name", None, [], "odd-name.toml: name = 'odd-name'"),
    ],
)
def test_refuses_definitions_first(
    nothing_listens: Path, name: str, text: str | None, arguments: list[str], part: str
) -> None:
    shipped = SHIPPED["health"].read_text("utf-8")
    (nothing_listens / f"{name}.toml").write_text(shipped if text is None else text, "utf-8")
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, UnknownNameError if arguments else KafkaAwayError)
    assert part in f"{result.stderr}{result.exception}"


def test_names_every_file_that_cannot_be_read(nothing_listens: Path) -> None:
    for name in ("a", "b"):
        (nothing_listens / f"{name}.toml").write_text("title =", "utf-8")
    result = CliRunner().invoke(command, ["--plan"])
    assert isinstance(result.exception, KafkaAwayError)  # which the access log, which is always declared, needs
    first, second = result.stderr.splitlines()
    assert first.startswith("windowpane: a.toml: file: cannot be read")
    assert second.startswith("windowpane: b.toml: file: cannot be read")


def test_says_that_the_folder_is_empty() -> None:
    result = CliRunner().invoke(command, ["--plan"])
    assert isinstance(result.exception, DefinitionError)
    assert "holds no stream definition" in str(result.exception)


def test_says_when_kafka_is_away(nothing_listens: Path) -> None:
    (nothing_listens / "health.toml").write_bytes(SHIPPED["health"].read_bytes())
    result = CliRunner().invoke(command, ["--plan"])
    assert isinstance(result.exception, KafkaAwayError)
    assert "windowpane status" in str(result.exception)
