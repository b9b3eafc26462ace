"""Archives of what a JVM has learnt, so that the next one starts with half of the work.

They hold loaded classes (class data sharing); from Java 25 on also which code was hot and how it behaved (AOT cache,
JEP 515), so that it is compiled much earlier. A JVM without an archive writes one as it ends in order; `down`, or the
next `up`, moves it to the cache, from where every stack's JVMs of that class path and compiler use it. Which of the two
a program does stands in a file of arguments that its command names: the command itself never changes, so nothing is
restarted for it. A JVM ignores an archive that does not fit. One that no stack has started with for a month is removed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from compose.embedded.environments import digest, lock
from compose.embedded.secrets import write_private

# Ending of the file's name, and the options that use one and write one.
_CLASSES = ("jsa", "SharedArchiveFile", "ArchiveClassesAtExit")
_PROFILED = ("aot", "AOTCache", "AOTCacheOutput")
_KINDS = (_CLASSES, _PROFILED)
_KEPT_SECONDS = 30 * 86_400


def arguments_file(etc: Path, program: str) -> Path:
    """Where the program's arguments about archives are."""
    return etc / "jvm" / f"{program}.args"


def write_arguments(
    etc: Path, new: Path, cache: Path, program: str, java_home: Path, classpath: Sequence[Path | str], release: int
) -> None:
    """Say in the arguments file to use the archive in the cache, or to leave one in `new` at the end."""
    # What was learnt without the optimizing compiler is of no use to it.
    chosen = os.environ.get("JDK_JAVA_OPTIONS", "")
    key = digest(str(java_home).encode(), chosen.encode(), *(str(entry).encode() for entry in classpath))
    kind, use, write = _PROFILED if release >= 25 else _CLASSES
    name = f"{program}-{key}.{kind}"
    archive = cache / "classes" / name
    known = archive.exists()
    if known:
        with suppress(OSError):  # of somebody else, who may remove it
            os.utime(archive)
    option = f"{use}={archive}" if known else f"{write}={new / name}"
    arguments_file(etc, program).parent.mkdir(exist_ok=True)
    new.mkdir(exist_ok=True)
    # The JVM would name every class it cannot archive.
    write_private(arguments_file(etc, program), f'"-XX:{option}"\n-Xlog:disable\n-Xlog:all=error:stderr\n')


def being_written(etc: Path) -> bool:
    """Whether some JVM of the stack will leave an archive as it ends, which takes it half a minute."""
    return any(write in file.read_text() for file in (etc / "jvm").glob("*.args") for _, _, write in _KINDS)


def collect(new: Path, cache: Path) -> None:
    """Move what JVMs left in `new` to the cache, and remove what is not used there. Call while none of them runs.

    The JVM writes the header last, so an archive whose writer was killed begins with zeros and is dropped, as is a
    `.config` that an AOT cache was not made from.
    """
    for archive in sorted(new.glob("*")):
        with archive.open("rb") as file:
            complete = any(file.read(4))
        if not complete or archive.suffix == ".config":
            archive.unlink()
            continue
        target = cache / "classes" / archive.name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.move(archive, part)
        part.rename(target)
    for archive in (cache / "classes").glob("*"):
        with suppress(FileNotFoundError):  # another stack does the same
            if archive.stat().st_mtime < time.time() - _KEPT_SECONDS:
                archive.unlink()


def make_base_archive(java_home: Path) -> None:
    """The archive of the JDK's own classes, once: the runtimes in wheels come without. The others build on it."""
    if (java_home / "lib" / "server" / "classes.jsa").exists():
        return
    with lock(java_home.with_name("classes.lock")):
        # Without it everything works, only slower: a failure is not an error.
        subprocess.run([str(java_home / "bin" / "java"), "-Xshare:dump"], capture_output=True, check=False)
