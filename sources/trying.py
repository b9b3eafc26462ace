"""A sample tried: what a source would make of a file, and what the stream would take of that. Nothing is sent or kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyarrow import parquet

from sources.definition import Source
from sources.errors import Held
from sources.limits import Limits
from sources.mapping import Mapped, map_file
from streams.decoder import Accepted, Decoder

SHOWN = 50
"""Messages and rows of each kind that are shown; all are counted."""

LIMITS = Limits(unpacked_bytes=256 << 20, rows=200_000, seconds=20, memory_bytes=768 << 20)
"""The most that a trial may take, whatever the source says."""

_LONGEST_TEXT = 2000
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class TriedMessage:
    """A message that the stream would take. `line`: of the row that it was made of."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row that is no message, or a message that the stream would reject: `field` breaks which rule."""

    line: int | None
    field: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out. `held`: why nothing of the file would be taken; then all else is empty.

    `rows`: that could be read; `messages`: that were made of them; `accepted`, `rejected`: how many of them; `taken`,
    `refused`: the first of those, and of what could not be read. `undeclared`: columns that the source does not name.
    """

    held: str = ""
    rows: int = 0
    unreadable: int = 0
    messages: int = 0
    accepted: int = 0
    taken: tuple[TriedMessage, ...] = ()
    refused: tuple[TriedRow, ...] = ()
    undeclared: tuple[str, ...] = ()

    @property
    def rejected(self) -> int:
        """Rows that are no messages, and messages that are none for the stream."""
        return self.unreadable + self.messages - self.accepted


def try_source(source: Source, decoder: Decoder, file: Path, name: str, folder: Path) -> Tried:
    """Map a file and judge what is made of it, within `LIMITS`; `folder`: an empty one to work in."""
    try:
        mapped = map_file(bounded(source), file, name, folder)
    except Held as held:
        return Tried(held=held.reason)
    taken, refused = list[TriedMessage](), [*_unreadable(mapped)]
    accepted, arrived_ms = 0, time.time_ns() // 1_000_000
    for line, message in _messages(mapped):
        outcome = decoder.decode(message.encode("utf-8", "surrogatepass"), arrived_ms)
        if isinstance(outcome, Accepted):
            accepted += 1
            if len(taken) < SHOWN:
                taken.append(TriedMessage(line, message[:_LONGEST_TEXT]))
        elif len(refused) < SHOWN:
            refused.append(TriedRow(line, outcome.field or "", outcome.reason, message[:_LONGEST_TEXT]))
    return Tried(
        rows=mapped.rows,
        unreadable=mapped.unreadable,
        messages=mapped.messages,
        accepted=accepted,
        taken=tuple(taken),
        refused=tuple(refused),
        undeclared=mapped.undeclared,
    )


def bounded(source: Source) -> Source:
    """The same with limits that a trial may have."""
    mine = source.limits
    least = {name: min(getattr(mine, name), getattr(LIMITS, name)) for name in Limits.model_fields}
    return source.model_copy(update={"limits": Limits(**least)})


def _messages(mapped: Mapped) -> Iterator[tuple[int | None, str]]:
    with parquet.ParquetFile(mapped.messages_file) as file:
        for batch in file.iter_batches(_BATCH):
            yield from zip(batch.column("row").to_pylist(), batch.column("message").to_pylist(), strict=True)


def _unreadable(mapped: Mapped) -> Iterator[TriedRow]:
    with parquet.ParquetFile(mapped.unreadable_file) as file:
        shown = SHOWN
        for batch in file.iter_batches(SHOWN):
            for row in batch.slice(0, shown).to_pylist():
                yield TriedRow(row["line"], "", row["reason"], row["text"][:_LONGEST_TEXT])
            shown -= batch.num_rows
            if shown <= 0:
                return
