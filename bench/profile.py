"""Flame graphs of the engines while a benchmark runs, by the JVM's flight recorder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from compose.embedded.layout import Layout
from compose.embedded.runtime import fetched_jars
from compose.embedded.supervisor import Supervisor
from scripts.console import download_progress
from streams.errors import WindowpaneError

_ENGINES = ("kafka", "taskmanager", "trino")
_NAME = "windowpane-bench"
_BUSY = ("settings=profile", "jdk.NativeMethodSample#enabled=false")
"""What native code does is mostly to wait."""


@contextmanager
def profiled(home: Path, directory: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Record the engines while the block runs: `<engine>.jfr` and `<engine>.html`, a flame graph, in `directory`.

    Raises:
        WindowpaneError: recording could not begin.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (converter,) = fetched_jars(("profiler",), download_progress)
    states = Supervisor(Layout(home)).states()
    engines = {name: psutil.Process(states[name].pid) for name in _ENGINES}
    try:
        for engine in engines.values():
            _jcmd(engine, "JFR.start", f"name={_NAME}", *_BUSY)
        yield
    finally:
        for name, engine in engines.items():
            recording = directory.resolve() / f"{name}.jfr"
            graph = recording.with_suffix(".html")
            try:
                _jcmd(engine, "JFR.stop", f"name={_NAME}", f"filename={recording}")
                options = ("--simple", "--norm", "--title", f"{name}: time in Java")
                _run(engine.exe(), "-jar", converter, *options, recording, graph)
                say(f"flame graph of {name}: {graph}")
            except (WindowpaneError, psutil.Error) as error:
                say(f"no flame graph of {name}: {error}")


def _jcmd(engine: psutil.Process, *words: str) -> None:
    _run(Path(engine.exe()).with_name("jcmd"), engine.pid, *words)


def _run(*words: object) -> None:
    try:
        subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True, timeout=60)
    except subprocess.CalledProcessError as error:
        raise WindowpaneError(f"{words[0]} failed: {' '.join((error.stderr or error.stdout).split()[:40])}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WindowpaneError(f"{words[0]} failed: {error}") from error
