"""Whether this machine can run a stack: checked before anything is started, one clear line each."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import psutil

from compose.errors import MachineError

GIB = 1 << 30
DISK_GIB = 2
RUNNING_DISK_GIB = 0.1
"""What a stack that runs already needs to be configured and restarted."""
MEMORY_GIB = 5


def check_machine(home: Path) -> None:
    """Raise for what would keep a stack from running here.

    Raises:
        MachineError: wrong system, a missing tool, too little disk or memory.
    """
    if sys.platform != "linux":
        raise MachineError(
            f"the embedded stack runs on Linux, this is {sys.platform}; use a Linux machine or container"
        )
    if not shutil.which("setpriv"):
        raise MachineError("setpriv is missing; install util-linux")
    check_disk(home, DISK_GIB)
    available = psutil.virtual_memory().available
    if available < MEMORY_GIB * GIB:
        needed = f"{available / GIB:.1f} GB of memory are available, {MEMORY_GIB} GB are needed"
        raise MachineError(f"{needed}; stop something or use a larger machine")


def check_disk(home: Path, needed: float = RUNNING_DISK_GIB) -> None:
    """Raise MachineError if fewer GiB than needed are free where the home is or will be."""
    free = shutil.disk_usage(existing(home)).free
    if free < needed * GIB:
        raise MachineError(f"{free / GIB:.1f} GB of disk are free at {home}, {needed:g} GB are needed; make room")


def existing(path: Path) -> Path:
    """The path itself, or the nearest directory above that exists."""
    return path if path.exists() else existing(path.parent)
