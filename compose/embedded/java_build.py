"""Compiles our JVM parts with Eclipse's compiler: one jar, no JDK, under two seconds. Nothing binary is kept in git."""

from __future__ import annotations

import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from compose.embedded.environments import digest, once
from compose.errors import InstallError

_JAR = "windowpane.jar"


def build_jar(
    sources: Path, resources: Path, classpath: Sequence[Path], java_home: Path, compiler: Path, cache: Path
) -> Path | None:
    """The jar of all `*.java` under `sources` plus the files under `resources`; None if there are no sources.

    Kept in `cache` under the hash of its inputs, so an unchanged source is compiled once.

    Raises:
        InstallError: the sources do not compile; the message is the compiler's first complaint.
    """
    java = sorted(sources.rglob("*.java"))
    if not java:
        return None
    extra = sorted(path for path in resources.rglob("*") if path.is_file()) if resources.exists() else []
    names = [str(path.relative_to(sources)).encode() for path in java]
    names += [str(path.relative_to(resources)).encode() for path in extra]
    contents = [path.read_bytes() for path in [*java, *extra]]
    jars = ",".join(sorted(path.name for path in classpath)).encode()
    key = digest(_JAR.encode(), *names, *contents, jars, compiler.name.encode())

    def make(directory: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            _compile(java, classpath, java_home, compiler, Path(scratch))
            with zipfile.ZipFile(directory / _JAR, "w", zipfile.ZIP_DEFLATED) as jar:
                for base, files in ((Path(scratch), sorted(Path(scratch).rglob("*.class"))), (resources, extra)):
                    for path in files:
                        jar.write(path, path.relative_to(base))

    return once(cache / "java" / key, make) / _JAR


def _compile(sources: Sequence[Path], classpath: Sequence[Path], java_home: Path, compiler: Path, target: Path) -> None:
    command = [java_home / "bin" / "java", "-jar", compiler, "-17", "-proc:none", "-nowarn", "-encoding", "UTF-8"]
    command += ["-classpath", ":".join(map(str, classpath)), "-d", target, *sources]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = [line for line in (done.stdout + done.stderr).splitlines() if line.strip("- ")]
        raise InstallError("the JVM part does not compile: " + " ".join(complaint[:3]))
