"""The process that stays: what it makes of a start that fails, and of a signal in the middle of one."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from compose.embedded.settings import CHECKOUT

STAYING = """
import sys
from pathlib import Path
from compose.embedded.settings import StackSettings
from compose.embedded.stack import Stack
from scripts.stack.foreground import stay
stack = Stack(StackSettings(home=Path(sys.argv[1])))
sys.exit(stay(stack, [sys.executable, "-c", sys.argv[2]], lambda line: print(line, flush=True)))
"""


def staying(home: Path, start: str) -> subprocess.Popen[str]:
    """A process that stays for the stack in `home`, which the Python code `start` is to bring up."""
    command = [sys.executable, "-c", STAYING, str(home), start]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)


@pytest.mark.parametrize(
    ("start", "code", "said"),
    [("raise SystemExit(2)", 2, ""), ("pass", 1, "The supervisor has ended\n")],
    ids=["start fails", "nothing runs"],
)
def test_end_is_an_error(tmp_path: Path, start: str, code: int, said: str) -> None:
    with staying(tmp_path, start) as process:
        assert process.communicate(timeout=30)[0] == said
    assert process.returncode == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_a_start(tmp_path: Path, number: signal.Signals) -> None:
    start = "import os, threading; print(os.getpid(), flush=True); threading.Event().wait()"
    with staying(tmp_path, start) as process:
        assert process.stdout
        starting = int(process.stdout.readline())
        process.send_signal(number)
        assert process.stdout.read() == "Stopping\n"
    assert process.returncode == 0
    assert not Path(f"/proc/{starting}").exists()
