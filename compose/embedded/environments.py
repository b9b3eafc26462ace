"""Python environments of pinned packages, made once per user and shared between checkouts.

Standard library only: the launcher uses it before anything is installed. An environment is keyed by the hash of its
requirements, made under a lock, and counts only once its `.complete` marker is there. uv installs the packages because
it is several times faster than pip on these sets; pip brings uv, checked against its hash.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
MARKER = ".complete"


def cache_directory() -> Path:
    """Where everything installed is kept: WINDOWPANE_CACHE, else the user's cache directory."""
    chosen = os.environ.get("WINDOWPANE_CACHE")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "windowpane"


def digest(*contents: bytes) -> str:
    """A short key of some contents."""
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:12]


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; the kernel drops it when the process ends. Who has to wait says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another windowpane to be done with {path.with_suffix('')}", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(directory: Path, make: Callable[[Path], None]) -> Path:
    """`directory` as filled by `make`, made only if no earlier call completed it; safe between processes."""
    if (directory / MARKER).exists():
        return directory
    with lock(directory.with_name(directory.name + ".lock")):
        if not (directory / MARKER).exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            make(directory)
            (directory / MARKER).touch()
    return directory


def environment(name: str, say: Callable[[str], None], cache: Path | None = None) -> Path:
    """The environment of `requirements/<name>.txt`; its python is `bin/python`.

    Raises:
        subprocess.CalledProcessError: pip or uv failed; it has said why on stderr.
    """
    cache = cache or cache_directory()

    def make(directory: Path) -> None:
        say(f"Making the {name} environment in {directory}")
        _run(_uv(cache), "venv", "--quiet", "--allow-existing", "--python", sys.executable, directory)
        _install(cache, name, "--compile-bytecode", "--python", directory / "bin" / "python")

    return once(_place(cache, "env", name), make)


def package(name: str, say: Callable[[str], None], cache: Path | None = None) -> Path:
    """The packages of `requirements/<name>.txt` in a directory of their own, outside any environment.

    Raises:
        subprocess.CalledProcessError: pip or uv failed; it has said why on stderr.
    """
    cache = cache or cache_directory()

    def make(directory: Path) -> None:
        say(f"Fetching {name}")
        _install(cache, name, "--no-deps", "--python", sys.executable, "--target", directory)

    return once(_place(cache, "package", name), make)


def is_complete(name: str, cache: Path) -> bool:
    """Whether the environment or package directory of these requirements was made."""
    return any((_place(cache, kind, name) / MARKER).exists() for kind in ("env", "package"))


def _place(cache: Path, kind: str, name: str) -> Path:
    return cache / kind / f"{name}-{digest((REQUIREMENTS / f'{name}.txt').read_bytes())}"


def _install(cache: Path, name: str, *options: object) -> None:
    requirements = REQUIREMENTS / f"{name}.txt"
    _run(_uv(cache), "pip", "install", "--quiet", "--require-hashes", *options, "-r", requirements)


def _uv(cache: Path) -> Path:
    wanted = REQUIREMENTS / "uv.txt"

    def make(directory: Path) -> None:
        _run(sys.executable, "-m", "venv", directory)
        _run(directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--require-hashes", "--only-binary", ":all:", "-r", wanted)  # fmt: skip

    return once(_place(cache, "env", "uv"), make) / "bin" / "uv"


def _run(*command: object) -> None:
    """Run quietly; a VIRTUAL_ENV or PYTHONPATH of the caller must not lead pip or uv astray."""
    kept = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    subprocess.run([str(word) for word in command], check=True, env=kept)
