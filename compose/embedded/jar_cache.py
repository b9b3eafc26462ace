"""What is in the Maven-shaped cache, and how fetching is shown: what commands need that fetch nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from compose.embedded.jars import Jar

Advance = Callable[[int], None]
"""Told of bytes as they arrive."""
Progress = Callable[[int, int], AbstractContextManager[Advance]]
"""Opens a display for (files, bytes)."""


def missing(jars: Sequence[Jar], cache: Path) -> list[Jar]:
    """Those not in the cache with their full size. Checksums were verified on arrival; `is_intact` checks again."""
    return [jar for jar in jars if not _has_size(cache / jar.path, jar.size)]


def is_intact(jar: Jar, cache: Path) -> bool:
    """Whether the cached file still has its locked SHA-256."""
    return is_jar(cache / jar.path, jar)


def is_jar(path: Path, jar: Jar) -> bool:
    """Whether a file is the locked one, by its SHA-256."""
    if not _has_size(path, jar.size):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
