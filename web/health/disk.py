"""What the parts of a home take of the disk."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Condition
from typing import Any

from cachetools import TTLCache, cached

_DISK_SECONDS = 60.0
"""How long a measured use of the disk is told again: many files are looked at."""
_PARTS = {
    "kafka": "Messages in Kafka", "objectstore": "Tables in the object store", "postgres": "Catalog in PostgreSQL",
    "trino": "Trino", "checkpoints": "Flink's checkpoints", "flink-tmp": "Flink's temporary files", "log": "Logs",
}  # fmt: skip
"""Directory of the home, or of its `data` → what it holds."""


def disk_use(home: Path) -> dict[str, Any]:
    """Bytes that each part of a home takes, and what is free beside it. Files that vanish meanwhile count nothing."""
    roots = {name: home / name if name == "log" else home / "data" / name for name in _PARTS}
    with ThreadPoolExecutor(4) as pool:
        sizes = dict(zip(roots, pool.map(_size, roots.values()), strict=True))
    parts = [{"part": name, "holds": _PARTS[name], "bytes": size} for name, size in sizes.items() if size is not None]
    return {"home": str(home), "free": shutil.disk_usage(home).free, "parts": parts}


def _size(root: Path) -> int | None:
    if not root.is_dir():
        return None
    size = 0
    for folder, _, files in os.walk(root):
        for name in files:
            with suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_blocks * 512  # noqa: PTH118
    return size


@cached(TTLCache(1, _DISK_SECONDS), condition=Condition())
def kept_disk_use(home: Path) -> dict[str, Any] | None:
    """As `disk_use`, measured once a minute; None where this service runs without a home of its own."""
    return disk_use(home) if home.is_dir() else None
