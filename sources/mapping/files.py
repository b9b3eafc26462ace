"""Maps a file in a process of its own, which may take so much and no more."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.definition import Source
from sources.errors import Held
from sources.mapping.child import Request, as_text
from sources.mapping.execution import judged_select
from sources.mapping.mothers import Answer, MotherError, ask

_LARGE_BYTES = 16 << 20
"""After a larger file memory is wanted for what comes next, more than the second that a new process takes."""

_WALL_SECONDS_PER_SECOND = 10
"""A process that waits for others' work may take so many seconds for each that it computes."""


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
    judged_select(source)
    folder.mkdir(parents=True, exist_ok=True)
    text = as_text(Request(source, file.resolve(), name, folder.resolve()))
    wait = source.limits.seconds * _WALL_SECONDS_PER_SECOND
    try:
        answer = ask(text, wait, keep=file.stat().st_size < _LARGE_BYTES)
    except MotherError as error:
        raise Held(f"the file could not be read or mapped: {error}; try again") from error
    if answer.late:
        raise Held(f"reading and mapping took more than {wait} s; raise limits.seconds if it may")
    return _mapped(folder, _counted(answer, source))


def _counted(answer: Answer, source: Source) -> dict[str, Any]:
    if answer.code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Held(
            f"reading and mapping took more than {source.limits.seconds} s of processor time, or all memory; "
            "make the mapping simpler, or raise limits.seconds or limits.memory_bytes"
        )
    try:
        counts = json.loads(answer.said)
    except ValueError:
        why = (answer.complaints.strip().splitlines() or [f"the process ended with {answer.code}"])[-1]
        raise Held(f"the file could not be read or mapped, most likely for want of memory: {why}") from None
    if "held" in counts:
        raise Held(str(counts["held"]))
    return dict(counts)


def _mapped(folder: Path, counts: dict[str, Any]) -> Mapped:
    return Mapped(folder, counts["rows"], counts["unreadable"], counts["messages"], tuple(counts["undeclared"]))
