"""A peer's program, run in its own environment and measured: the whole tree of its processes, and the broker."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import peer_programs
from bench.contenders import Contender
from bench.peer_programs.task import STARTED, Task
from bench.process_tree import run_measured
from bench.report import Metrics
from bench.results import Rows, read
from bench.usage import Usage
from compose.embedded.environments import cache_directory, environment
from compose.embedded.java_build import build_jar
from compose.embedded.layout import Layout
from compose.embedded.runtime import fetched_jars
from compose.embedded.settings import CHECKOUT, StackSettings
from compose.embedded.supervisor import Supervisor
from compose.errors import InstallError
from scripts.console import download_progress


@dataclass(frozen=True, slots=True)
class PeerTopic:
    """The topic that all read, from its beginning to `ends`, and whether quantiles are asked for."""

    bootstrap: str
    name: str
    ends: Mapping[int, int]
    quantiles: bool

    @property
    def messages(self) -> int:
        """How many it holds."""
        return sum(self.ends.values())


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a program is started with."""

    python: Path
    jars: tuple[str, ...]
    variables: Mapping[str, str]


def prepared(contender: Contender, say: Callable[[str], None]) -> Prepared:
    """Make the environment and fetch the jars of a peer, unless they are there. Raises InstallError."""
    try:
        python = environment(contender.environment, say) / "bin" / "python"
    except (subprocess.CalledProcessError, OSError) as error:
        raise InstallError(
            f"{contender.environment} could not be installed ({error}); run the command again"
        ) from error
    java = StackSettings().java17
    jars = fetched_jars(contender.jars, download_progress) if contender.jars else []
    if contender.compiled and java is not None:
        (compiler,) = fetched_jars(("compiler",), download_progress)
        sources = Path(peer_programs.__file__).parent / "java"
        built = build_jar(sources, sources / "resources", jars, java, compiler, cache_directory())
        jars += [built] if built else []
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("WINDOWPANE_", "PYTHON"))}
    variables |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    if java is not None:
        variables |= {"JAVA_HOME": str(java), "PATH": f"{java / 'bin'}{os.pathsep}{variables.get('PATH', '')}"}
    return Prepared(python, tuple(map(str, jars)), variables)


def run_peer(
    contender: Contender, topic: PeerTopic, home: Path, processes: int, timeout: float, say: Callable[[str], None]
) -> tuple[Rows, Metrics]:
    """A peer's program over the topic, in a directory of its own that is removed afterwards.

    Raises:
        WindowpaneError: it could not be installed, failed, or was not done in `timeout` seconds.
    """
    ready = prepared(contender, say)
    directory = Path(tempfile.mkdtemp(prefix=f"{contender.name}-", dir=Layout(home).data))
    rows, scratch, task_file = directory / "rows", directory / "scratch", directory / "task.json"
    try:
        rows.mkdir()
        scratch.mkdir()
        Task(
            topic.bootstrap, topic.name, topic.ends, topic.messages, str(rows), str(scratch),
            topic.quantiles, processes, ready.jars,
        ).save(task_file)  # fmt: skip
        program = f"bench.peer_programs.{contender.program}"
        with Usage([Supervisor(Layout(home)).states()["kafka"].pid]) as broker:
            command = [str(ready.python), "-m", program, str(task_file)]
            ended = run_measured(command, ready.variables, directory / "log", timeout)
        started = rows / STARTED
        steady = ended.ended - float(started.read_text()) if started.exists() else None
        cpu, rss = ended.cpu_seconds + broker.cpu_seconds, ended.peak_rss_bytes + broker.peak_rss_bytes
        return read(rows), peer_metrics(contender.name, topic.messages, ended.ended - ended.begun, steady, cpu, rss)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def peer_metrics(
    name: str, messages: int, seconds: float, steady: float | None, cpu_seconds: float, rss: int
) -> Metrics:
    """The metrics of one run; `steady` are the seconds from the first message on, where the program can tell."""
    return {
        **({} if steady is None else {f"{name}_messages_per_second": messages / steady}),
        f"{name}_messages_per_second_with_start": messages / seconds,
        f"{name}_messages_per_cpu_second": messages / cpu_seconds,
        f"{name}_peak_rss_bytes": float(rss),
    }
