"""The command line as a whole."""

from __future__ import annotations

import os
import subprocess
import sys

from compose.embedded.settings import CHECKOUT
from scripts.cli import BEHIND_READERS, COMMANDS, NICENESS


def niceness(command: str) -> int:
    """How nice a process is once it has looked up a command."""
    code = f"import os; from scripts.cli import cli; cli.get_command(None, {command!r}); print(os.nice(0))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_work_on_tables_lets_readers_go_first() -> None:
    assert COMMANDS.keys() >= BEHIND_READERS
    assert niceness("replays") == os.nice(0) + NICENESS
    assert niceness("window") == os.nice(0)
