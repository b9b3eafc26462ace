"""The command line as a process: its exit codes, and one line for what went wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.documentation import ROOT

COMMAND = [sys.executable, "-m", "scripts"]


def variables(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WINDOWPANE_")}
    return kept | {"PYTHONPATH": str(ROOT), "WINDOWPANE_HOME": str(home), **more}


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["windo"], "there is no command 'windo'; did you mean window?"),
        (["window", "health", "--last", "1h"], "there is no stack in "),
        (["status"], "there is no stack in "),
        (["logs", "kafak"], "there is no service 'kafak'; did you mean kafka?"),
    ],
)
def test_what_goes_wrong_is_one_line(words: list[str], line: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, check=False, env=variables(tmp_path), timeout=120
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"windowpane: {line}")
    assert len(done.stderr.splitlines()) == 1


TALKATIVE = """
import click
from scripts import cli
talk = click.Command("talk", callback=lambda: [click.echo("y" * 100) for _ in range(99_999)])
cli.cli.get_command = lambda *_: talk
cli.main()
"""


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TALKATIVE, "talk"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=variables(tmp_path),
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """As `./windowpane` has it for the process that it becomes."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.03, 0.1, 0.3, 0.6])
def test_ctrl_c_says_nothing(delay: float, tmp_path: Path) -> None:
    with sigint_blocked():
        process = subprocess.Popen(
            [*COMMAND, "doctor"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=variables(tmp_path)
        )
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode in (130, -signal.SIGINT), said.strip()) == (True, "")
