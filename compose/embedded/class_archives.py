"""Archives of loaded classes (class data sharing), so that a JVM starts with half of the work.

A JVM without an archive writes one as it ends in order; the next `up` moves it to the cache, from where every stack's
JVMs of that class path use it. Which of the two a program does stands in a file of arguments that its command names:
the command itself never changes, so nothing is restarted for it. A JVM ignores an archive that does not fit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from compose.embedded.environments import digest, lock
from compose.embedded.secrets import write_private

__all__ = ["arguments_file", "collect", "make_base_archive", "write_arguments"]


def arguments_file(etc: Path, program: str) -> Path:
    """Where the program's arguments about archives are."""
    return etc / "jvm" / f"{program}.args"


def write_arguments(
    etc: Path, new: Path, cache: Path, program: str, java_home: Path, classpath: Sequence[Path | str]
) -> None:
    """Say in the arguments file to use the archive in the cache, or to leave one in `new` at the end."""
    key = digest(str(java_home).encode(), *(str(entry).encode() for entry in classpath))
    name = f"{program}-{key}.jsa"
    archive = cache / "classes" / name
    option = f"SharedArchiveFile={archive}" if archive.exists() else f"ArchiveClassesAtExit={new / name}"
    arguments_file(etc, program).parent.mkdir(exist_ok=True)
    new.mkdir(exist_ok=True)
    # The JVM would name every class it cannot archive.
    write_private(arguments_file(etc, program), f'"-XX:{option}"\n-Xlog:disable\n-Xlog:all=error:stderr\n')


def collect(new: Path, cache: Path) -> None:
    """Move what JVMs left in `new` to the cache. Call while none of them runs.

    The JVM writes the header last, so an archive whose writer was killed begins with zeros and is dropped.
    """
    for archive in sorted(new.glob("*.jsa")):
        with archive.open("rb") as file:
            whole = any(file.read(4))
        if not whole:
            archive.unlink()
            continue
        target = cache / "classes" / archive.name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.move(archive, part)
        part.rename(target)


def make_base_archive(java_home: Path) -> None:
    """The archive of the JDK's own classes, once: the runtimes in wheels come without. The others build on it."""
    if (java_home / "lib" / "server" / "classes.jsa").exists():
        return
    with lock(java_home.with_name("classes.lock")):
        # Without it everything works, only slower: a failure is not an error.
        subprocess.run([str(java_home / "bin" / "java"), "-Xshare:dump"], capture_output=True, check=False)
