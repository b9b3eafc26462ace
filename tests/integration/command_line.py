"""The command line on a stack, as a person types it."""

from __future__ import annotations

import os
import subprocess

from compose.embedded.settings import CHECKOUT
from compose.embedded.stack import Stack
from scripts.stack.test_command import PLACES


def windowpane(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `./windowpane` with these words, in another folder."""
    return _run(stack, [str(CHECKOUT / "windowpane"), *words], cwd="/")


def printed(stack: Stack, *words: str, code: int = 0) -> str:
    """What a command prints that ends as it should."""
    done = windowpane(stack, *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def typed(stack: Stack, line: str) -> str:
    """What a shell in the checkout prints for a line."""
    done = _run(stack, ["bash", "-c", line], cwd=str(CHECKOUT))
    return done.stdout + done.stderr


def environment_of(stack: Stack) -> dict[str, str]:
    """The variables that a person sets who types commands for this stack, and those that say where things are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINDOWPANE_") or name in PLACES}
    settings = {"home": stack.layout.home, "port": stack.settings.port, "streams": stack.settings.streams}
    return kept | {f"WINDOWPANE_{name.upper()}": str(value) for name, value in settings.items()} | {"COLUMNS": "200"}


def _run(stack: Stack, command: list[str], cwd: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env=environment_of(stack), timeout=300
    )
