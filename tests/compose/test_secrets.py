from __future__ import annotations

import json
from dataclasses import replace
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


def test_secrets_that_an_earlier_version_lacked_are_made(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = load_or_make(path)
    known = json.loads(path.read_text())
    del known["trino_user"]
    path.write_text(json.dumps(known))
    again = load_or_make(path)
    assert again.trino_user != made.trino_user
    assert replace(again, trino_user=made.trino_user) == made
    assert load_or_make(path) == again
