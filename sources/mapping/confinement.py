"""What takes the rights from a process before it touches a file of somebody else: Linux's own means, from the inside.

Limits of memory, processor time and file sizes always hold, else nothing runs. No network and no files beyond its own
are asked of the kernel beside (namespaces, Landlock); where it has none of them, what is read and run is still ours:
strict readers, and a SELECT that was judged, in a database without access to anything.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
_MAKE_AND_REMOVE = (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8)
_ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_TCP = 0b11
_OPEN_FILES = 64
_MACHINE = (Path("/proc/self/cgroup"), Path("/proc/meminfo"), Path("/sys/fs/cgroup"), Path("/sys/devices/system/cpu"))
"""How large the machine is, which DuckDB looks at before it is told how much of it to take."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def end_with_parent() -> None:
    """Have this process ended when its parent is."""
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit(memory_bytes: int, seconds: int, file_bytes: int) -> None:
    """Bound what this process may take, from now on: memory beside what it has, processor time, the size of a file.

    It is ended when its parent is.
    """
    end_with_parent()
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    for kind, most in (
        (resource.RLIMIT_AS, pages * resource.getpagesize() + memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def confine(readable: Iterable[Path], folder: Path) -> None:
    """Leave this process these files and Python's own to read, one folder to write in, and no network."""
    libc = _libc()
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _restrict_files(libc, [*readable], folder)
    with suppress(AttributeError):
        # Its own network has no way out; denied where the kernel lets only administrators make one.
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _restrict_files(libc: ctypes.CDLL, readable: list[Path], folder: Path) -> None:
    if platform.machine() not in ("x86_64", "aarch64"):
        return
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return
    every = _ALL_BY_VERSION[min(version, 3)]
    rules = _Ruleset(every, _TCP if version >= 4 else 0)
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if ruleset < 0:
        return
    try:
        for path in (*readable, *_MACHINE):
            _allow(libc, ruleset, path, _READ_FILE)
        for library in {sysconfig.get_path(each) for each in ("stdlib", "platstdlib", "purelib", "platlib")}:
            _allow(libc, ruleset, Path(library), _READ_FILE | _READ_DIR)  # what Python loads when it first needs it
        _allow(libc, ruleset, folder, every & (_READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _MAKE_AND_REMOVE))
        libc.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    with suppress(FileNotFoundError):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            beneath = _Beneath(rights, opened)
            libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0)
        finally:
            os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
