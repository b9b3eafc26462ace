"""Processes of an earlier run of this home that outlived their supervisor. Usually none: each dies with its parent.

Ours are known by a variable in their environment that names the home, so no other process can be meant. PostgreSQL
overwrites its environment; it is known by the pid and start time in its own pid file.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil

from compose.embedded.layout import Layout

MARK = "WINDOWPANE_STACK"
PATIENCE = 10.0


def find_leftovers(layout: Layout) -> list[psutil.Process]:
    """All processes started for this home, whether or not a supervisor watches them."""
    processes = [process for process in psutil.process_iter() if _marked(process, layout.home)]
    postmaster = _postmaster(layout)
    return processes + ([postmaster] if postmaster else [])


def end_leftovers(layout: Layout) -> int:
    """End them: asked first, killed after ten seconds. How many there were."""
    processes = find_leftovers(layout)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=PATIENCE)
    return len(processes)


def remove_stale_pid_file(layout: Layout) -> None:
    """After a crash or a reboot: PostgreSQL does not start while the pid in its file is of any process of its user."""
    if _postmaster(layout) is None:
        (layout.postgres / "postmaster.pid").unlink(missing_ok=True)


def _marked(process: psutil.Process, home: Path) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(home))
    except (psutil.Error, OSError):
        return False


def _postmaster(layout: Layout) -> psutil.Process | None:
    """PostgreSQL's pid file holds the pid, the data directory and the start time, one a line."""
    try:
        lines = (layout.postgres / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        same = abs(process.create_time() - int(lines[2])) < 5 and "postgres" in process.name()
        return process if same else None
    except (psutil.Error, OSError, ValueError, IndexError):
        return None
