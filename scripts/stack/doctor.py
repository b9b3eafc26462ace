"""`doctor`: checks the machine, the installation and the running stack, one line each."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from compose.embedded.engines import ENGINES
from compose.embedded.environments import REQUIREMENTS, cache_directory, is_complete
from compose.embedded.jar_cache import is_intact
from compose.embedded.jars import read_lock
from compose.embedded.leftovers import find_leftovers
from compose.embedded.machine import DISK_GIB, GIB, MEMORY_GIB, existing
from compose.embedded.ports import is_free, recall
from compose.embedded.runtime import RUN_TIME_SETS
from compose.embedded.stack import Stack
from compose.embedded.supervisor import ProgramState
from compose.errors import EngineError
from scripts.results import Column, Format, Result, Sheet, show


@dataclass(frozen=True)
class Check:
    """One thing looked at. `detail` says what was found and, if it is wrong, what to do."""

    name: str
    ok: bool
    detail: str


def examine(stack: Stack) -> list[Check]:
    """All checks. Reads every installed file once to verify its checksum; takes a few seconds."""
    parts: tuple[Callable[[Stack], Iterator[Check]], ...] = (_machine, _installation, _running)
    return [check for part in parts for check in part(stack)]


def show_checks(checks: list[Check], output: Format) -> None:
    """One row for each."""
    columns = [
        Column("ok", as_text=_mark, style=_colour),
        Column("check"),
        Column("found", wraps=True),
    ]
    sheet = Sheet(columns, [(check.ok, check.name, check.detail) for check in checks])
    show(Result([asdict(check) for check in checks], [sheet]), output)


def _mark(ok: bool) -> str:
    return "ok" if ok else "FAIL"


def _colour(ok: bool) -> str:
    return "green" if ok else "red"


def _machine(stack: Stack) -> Iterator[Check]:
    yield Check("python", sys.version_info[:2] == (3, 11), f"{platform.python_version()} (3.11 is needed)")
    yield Check("system", sys.platform == "linux", f"{platform.platform()} (Linux is needed)")
    setpriv = shutil.which("setpriv")
    yield Check("setpriv", setpriv is not None, setpriv or "missing; install util-linux")
    cores = os.cpu_count() or 1
    yield Check("cores", cores >= 2, f"{cores} (2 or more)")
    up = _states(stack) != {}
    available = psutil.virtual_memory().available / GIB
    needed = "" if up else f", {MEMORY_GIB} are needed"
    yield Check("memory", up or available >= MEMORY_GIB, f"{available:.1f} GB available{needed}")
    for name, place in (("disk: home", stack.layout.home), ("disk: cache", cache_directory())):
        free = shutil.disk_usage(existing(place)).free / GIB
        yield Check(name, free >= DISK_GIB, f"{free:.1f} GB free at {place}, {DISK_GIB} are needed")


def _installation(_stack: Stack) -> Iterator[Check]:
    cache = cache_directory()
    for name in ("service", "flink", "java17", "java25"):
        made = is_complete(name, cache)
        yield Check(name, made, "complete" if made else "not made yet; ./windowpane up makes it")
    lock = [jar for jar in read_lock() if jar.set in RUN_TIME_SETS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        intact = list(pool.map(lambda jar: is_intact(jar, cache / "maven"), lock))
    wrong = [jar.file_name for jar, fine in zip(lock, intact, strict=True) if not fine]
    detail = f"{len(lock)} files match their checksums"
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        detail = f"missing or damaged: {', '.join(wrong[:3])}{more}; delete them, ./windowpane up fetches them again"
    yield Check("jars", not wrong, detail)
    yield Check("requirements", REQUIREMENTS.is_dir(), str(REQUIREMENTS))


def _running(stack: Stack) -> Iterator[Check]:
    states = _states(stack)
    if states is None:
        yield Check("stack", False, "the supervisor runs but could not be asked; ./windowpane down ends it")
        return
    if not states:
        taken = [f"{name} {port}" for name, port in _ports(stack).items() if not is_free(port)]
        detail = f"in use: {', '.join(taken)}; a port that is not set is chosen anew at up" if taken else "free"
        yield Check("ports", not taken, detail)
        left = find_leftovers(stack.layout)
        yield Check("stack", not left, f"down, {len(left)} processes left over; ./windowpane down" if left else "down")
        return
    for name in ENGINES:
        answers = stack.answers(name)
        log = stack.layout.log / f"{name}.log"
        yield Check(name, answers, "answers" if answers else f"{states[name].state}, does not answer; see {log}")
    private = [path for path in _secret_files(stack) if path.exists() and path.stat().st_mode & 0o077]
    yield Check("secrets", not private, f"others can read {private[0]}; chmod 600" if private else "private")


def _states(stack: Stack) -> dict[str, ProgramState] | None:
    """Of every program; empty while the stack is down; None if its supervisor could not be asked."""
    try:
        return stack.states()
    except EngineError:
        return None


def _ports(stack: Stack) -> dict[str, int]:
    return {"web": stack.settings.port, **recall(stack.layout.ports)}


def _secret_files(stack: Stack) -> tuple[Path, ...]:
    layout = stack.layout
    return (layout.secrets, layout.environment, layout.supervisor_config, layout.etc / "s3proxy.conf")
