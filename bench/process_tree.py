"""A program run to its end, with what it and all its descendants use."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from streams.errors import WindowpaneError

_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Ended:
    """`begun` and `ended` are of the monotonic clock, which all processes of a machine share."""

    begun: float
    ended: float
    cpu_seconds: float
    peak_rss_bytes: int


class _Looks:
    """Looks at a tree of processes again and again; what one used counts up to the last look at it."""

    def __init__(self, root: psutil.Process) -> None:
        self._root = root
        self._used: dict[tuple[int, float], float] = {}
        self.peak = 0

    def tree(self) -> list[psutil.Process]:
        """Those that live now, the root last."""
        try:
            return [*self._root.children(recursive=True), self._root]
        except psutil.NoSuchProcess:
            return []

    def look(self) -> None:
        """Note what each has used so far."""
        resident = 0
        for process in self.tree():
            try:
                self._used[process.pid, process.create_time()] = sum(process.cpu_times()[:2])
                resident += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        self.peak = max(self.peak, resident)

    @property
    def cpu_seconds(self) -> float:
        """Of all that were ever seen."""
        return sum(self._used.values())


def run_measured(command: Sequence[str], environment: Mapping[str, str], log: Path, timeout_seconds: float) -> Ended:
    """Run a program, its output going to `log`.

    CPU seconds are the kernel's count of the process and of the descendants that were waited for, or what was seen of
    the whole tree, whichever is more: a JVM may end unwaited for.

    Raises:
        WindowpaneError: it failed, with the last line it wrote, or took too long.
    """
    with log.open("wb") as output:
        begun = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent)
    looks, over, late = _Looks(psutil.Process(process.pid)), threading.Event(), threading.Event()

    def look_on() -> None:
        while not over.wait(_LOOK_SECONDS):
            looks.look()
            if time.monotonic() - begun > timeout_seconds:
                late.set()
                for one in looks.tree():
                    one.kill()

    watcher = threading.Thread(target=look_on, name="process-tree", daemon=True)
    watcher.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        for one in looks.tree():
            one.kill()
        raise
    finally:
        over.set()
        watcher.join()
    ended = time.monotonic()
    process.returncode = os.waitstatus_to_exitcode(status)
    if late.is_set():
        raise WindowpaneError(f"was not done after {timeout_seconds:.0f} s")
    if process.returncode:
        raise WindowpaneError(f"ended with {process.returncode}: {_last_line(log)}")
    return Ended(begun, ended, max(looks.cpu_seconds, used.ru_utime + used.ru_stime), looks.peak)


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:300] if lines else "it wrote nothing"
