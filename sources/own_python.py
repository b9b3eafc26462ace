"""How processes of our own are begun that touch files of others: with nothing of ours but where Python finds things."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def command(module: str) -> list[str]:
    """What runs a module."""
    return [sys.executable, "-s", "-P", "-W", "ignore", "-m", module]


def environment(**more: str) -> dict[str, str]:
    """What such a process may know: what is secret stays here."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in os.environ}
    own = {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    # Few threads and few arenas take little address space, which is what is bounded.
    few = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**kept, **own, **few, "HOME": "/nonexistent", **more}
