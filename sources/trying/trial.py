"""One trial, as a run would do it but for what it sends and keeps."""

from __future__ import annotations

import time
from pathlib import Path

from sources.corrections import differences
from sources.definition import Source
from sources.errors import Held
from sources.limits import Limits
from sources.mapping import Mapped, map_file
from sources.runs.judging import Judge, Rejected
from sources.trying.outcome import SHOWN, Changes, Tried, TriedMessage, TriedRow
from sources.trying.request import Sample
from streams.decoder import Decoder

LIMITS = Limits(unpacked_bytes=256 << 20, rows=200_000, seconds=20, memory_bytes=768 << 20)
"""The most that a trial may take, whatever the source says."""

_LONGEST_TEXT = 2000


def tried(source: Source, decoder: Decoder, sample: Sample, folder: Path) -> Tried:
    """Map a file, compare it and judge what is to be sent, within `LIMITS`; `folder`: an empty one to work in."""
    try:
        mapped = map_file(bounded(source), sample.file, sample.name, folder / "mapped")
        messages, changes = _to_send(source, mapped, sample, folder)
    except Held as held:
        return Tried(held=held.reason)
    rejected, taken, accepted = Rejected(source.name, sample.name), list[TriedMessage](), 0
    rejected.all_unreadable(mapped.unreadable_file)
    for good in Judge(decoder, time.time_ns() // 1_000_000).keyed(messages, rejected):
        accepted += len(good)
        taken += [TriedMessage(row, text.decode()[:_LONGEST_TEXT]) for row, text, _, _ in good[: SHOWN - len(taken)]]
    refused = [TriedRow(each.line, each.field, each.reason, each.text) for each in rejected.rows[:SHOWN]]
    return Tried(
        "",
        mapped.rows,
        mapped.unreadable,
        mapped.messages,
        accepted,
        rejected.total,
        tuple(taken),
        tuple(refused),
        mapped.undeclared,
        changes,
    )


def bounded(source: Source) -> Source:
    """The same with limits that a trial may have."""
    mine = source.limits
    least = {name: min(getattr(mine, name), getattr(LIMITS, name)) for name in Limits.model_fields}
    return source.model_copy(update={"limits": Limits(**least)})


def _to_send(source: Source, mapped: Mapped, sample: Sample, folder: Path) -> tuple[Path, Changes | None]:
    """The file of messages, and what they change. Raises Held."""
    if source.corrections is None:
        return mapped.messages_file, None
    compared = folder / "compared"
    compared.mkdir(exist_ok=True)
    found = differences(sample.landed, mapped.messages_file, source.corrections, compared, "trial")
    return found.changes_file, Changes(found.first, found.corrected, found.retracted, found.repeated)
