"""What can be said about the image without building it; tests/integration/stack/test_docker.py runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from compose.embedded.settings import CHECKOUT

DOCKERFILE = (CHECKOUT / "compose" / "docker" / "Dockerfile").read_text()
INSTALL = "./windowpane install"


def copied_before_install() -> list[Path]:
    """Files and folders that the image has when it fetches."""
    before, _ = DOCKERFILE.split(f" {INSTALL}\n")
    patterns = [word for words in re.findall(r"^COPY (.+) \S+$", before, re.MULTILINE) for word in words.split()]
    matches = [list(CHECKOUT.glob(pattern)) for pattern in patterns]
    assert all(matches), patterns
    return [path for paths in matches for path in paths]


def test_install_needs_only_what_is_copied_before(tmp_path: Path) -> None:
    for path in copied_before_install():
        target = tmp_path / path.relative_to(CHECKOUT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    done = subprocess.run(
        [sys.executable, "-m", "scripts", "install", "--help"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "start nothing" in done.stdout, done.stderr


def test_context_holds_every_package_and_no_state() -> None:
    _, everything, *admitted = [
        line for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if not line.startswith("**")
    ]
    assert everything == "*"
    names = {line.removeprefix("!") for line in admitted}
    assert {path.relative_to(CHECKOUT).parts[0] for path in copied_before_install()} <= names
    assert {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} - {"tests"} <= names
    assert [name for name in names if name.startswith(".") or not (CHECKOUT / name).exists()] == []


def test_ports_are_published_on_loopback_only() -> None:
    text = (CHECKOUT / "compose" / "docker" / "compose.yaml").read_text()
    published = ["127.0.0.1:${WINDOWPANE_PORT:-8000}", "127.0.0.1:${WINDOWPANE_RPC_PORT:-8001}"]
    assert re.findall(r'- "(\S+):\d+"', text) == published
