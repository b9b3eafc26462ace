from __future__ import annotations

from pathlib import Path

from compose.embedded.secrets import load_or_make, write_private


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = load_or_make(path)
    assert load_or_make(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_make(tmp_path / "other.json") != made


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json")
    assert made.postgres_password not in f"{made} {made!r}"


def test_private_file_replaces_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
