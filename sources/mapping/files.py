"""Maps a file in a process of its own, which may take so much and no more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.definition import Source
from sources.errors import Held
from sources.mapping.child import Request, as_text

_ROOT = Path(__file__).resolve().parent.parent.parent
_WALL_SECONDS_PER_SECOND = 10
"""A process that waits for others' work may take so many seconds for each that it computes."""

_MOST_SAID = 1 << 20


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a file gave.

    `rows`: that could be read, `unreadable`: that could not, `messages`: that the mapping made of them.
    `undeclared`: headers that [columns] does not name.
    """

    folder: Path
    rows: int
    unreadable: int
    messages: int
    undeclared: tuple[str, ...]

    @property
    def messages_file(self) -> Path:
        """Parquet: `row`, the line, and `message`, JSON text."""
        return self.folder / "messages.parquet"

    @property
    def unreadable_file(self) -> Path:
        """Parquet: `line`, `reason`, `text`."""
        return self.folder / "unreadable.parquet"

    @property
    def columns_file(self) -> Path:
        """JSON: the fingerprint of the file's columns."""
        return self.folder / "columns.json"


def map_file(source: Source, file: Path, name: str, folder: Path) -> Mapped:
    """Read a file as the source says and map it; the results are left in `folder`, which is made if it is not there.

    `name`: what the file is called by whoever sent it. Raises Held if nothing of it can be taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    request = Request(source, file.resolve(), name, folder.resolve())
    child = subprocess.Popen(
        [sys.executable, "-s", "-P", "-W", "ignore", "-m", "sources.mapping.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", env=_environment(), text=True,
        encoding="utf-8", errors="backslashreplace",
    )  # fmt: skip
    wait = source.limits.seconds * _WALL_SECONDS_PER_SECOND
    try:
        said, complaints = child.communicate(as_text(request), timeout=wait)
    except subprocess.TimeoutExpired:
        raise Held(f"reading and mapping took more than {wait} s; raise limits.seconds if it may") from None
    finally:
        child.kill()
        child.wait()
    return _mapped(folder, _answer(said, complaints, child.returncode, source))


def _answer(said: str, complaints: str, code: int, source: Source) -> dict[str, Any]:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Held(
            f"reading and mapping took more than {source.limits.seconds} s of processor time, or all memory; "
            "make the mapping simpler, or raise limits.seconds or limits.memory_bytes"
        )
    try:
        answer = json.loads(said[:_MOST_SAID])
    except ValueError:
        why = (complaints.strip().splitlines() or [f"the process ended with {code}"])[-1]
        raise Held(f"the file could not be read or mapped, most likely for want of memory: {why[:300]}") from None
    if "held" in answer:
        raise Held(str(answer["held"]))
    return dict(answer)


def _mapped(folder: Path, answer: dict[str, Any]) -> Mapped:
    return Mapped(folder, answer["rows"], answer["unreadable"], answer["messages"], tuple(answer["undeclared"]))


def _environment() -> dict[str, str]:
    """Nothing of ours but where Python finds things: what is secret stays here."""
    kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "LANG") if key in os.environ}
    own = {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    # Few threads and few arenas take little address space, which is what is bounded.
    few = {"OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
    return {**kept, **own, **few, "HOME": "/nonexistent"}
