"""What is to be sent of a file: mapped, judged, and compared with what was sent before. Nothing is sent here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sources.corrections import differences, withdraw
from sources.definition import Corrections, Source
from sources.drift import drift, from_json, holding
from sources.errors import Held
from sources.files import Decided, SourceFile
from sources.mapping import Mapped, map_file
from sources.objects import Objects
from sources.raw import Raw
from sources.runs.assembling import assemble
from sources.runs.judging import Judge, Rejected, decoder_of
from sources.runs.novelty import Novelty
from sources.runs.outbox import FILE, OutboxWriter
from sources.runs.pace import panes_of
from sources.sent import message_hash, note_new
from sources.states import State
from sources.store import SourceStore
from streams.definition import Definition
from streams.keys import message_keys

Stage = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Deciding:
    """Decides on files. Its methods raise LakeAwayError, RunLostError, and Held for a file that has to wait."""

    store: SourceStore
    raw: Raw
    objects: Objects
    now: Callable[[], datetime]

    def decide(
        self, source: Source, definition: Definition, file: SourceFile, run: int, folder: Path, stage: Stage
    ) -> SourceFile:
        """Keep what is to be sent of a file, and note that it will be; `folder`: an empty one, to work in."""
        stage("reading")
        path = folder / "file"
        assemble(self.raw, source, file, path)
        mapped = map_file(source, path, file.name, folder / "mapped")
        path.unlink()
        rejected = Rejected(source.name, file.name)
        rejected.all_unreadable(mapped.unreadable_file)
        stage("judging")
        work = _Work(self, source, definition, file, run, folder, mapped, rejected, self.store.states.get(source.name))
        return work.by_novelty() if source.corrections is None else work.by_differences(source.corrections, stage)


@dataclass(frozen=True, slots=True)
class _Work:
    """One file. What both ways of deciding share."""

    by: Deciding
    source: Source
    definition: Definition
    file: SourceFile
    run: int
    folder: Path
    mapped: Mapped
    rejected: Rejected
    state: State

    def by_novelty(self) -> SourceFile:
        """Everything that was not sent before is, whatever file it was in."""
        novelty = Novelty(self.definition, self.state.number, self.file.digest)
        new_messages = 0
        with self.by.store.changing() as connection, OutboxWriter(self._outbox) as outbox:
            for good in self._judge.keyed(self.mapped.messages_file, self.rejected):
                new = novelty.new(connection, [(row, payload) for row, payload, _, _ in good])
                keys = self._keys([payload for _, payload in new])
                outbox.add([((it[1], key), good[it[0]][3]) for it, key in zip(new, keys, strict=True)])
                new_messages += len(new)
            return self._decide(connection, outbox, None, {"new": new_messages})

    def by_differences(self, corrections: Corrections, stage: Stage) -> SourceFile:
        """What differs from the facts that were landed before is sent, as a correction of them."""
        stage("comparing")
        if self.file.accepts_losses:
            corrections = corrections.model_copy(update={"hold_if_lost": 1.0})
        landed = None
        if self.state.landed is not None:
            landed = self.folder / "landed-before.parquet"
            self.by.objects.fetch(self.state.landed, landed)
        told = f"{self.source.name} {self.file.digest} {self.file.id} {self.file.attempt}"
        found = differences(landed, self.mapped.messages_file, corrections, self.folder / "compared", told)
        stage("judging")
        refused = set[str]()
        with self.by.store.changing() as connection, OutboxWriter(self._outbox) as outbox:
            for good in self._judge.keyed(found.changes_file, self.rejected, refused):
                outbox.add([((payload, key), panes) for _, payload, key, panes in good])
            counts = {
                "new": outbox.count, "first": found.first, "corrected": found.corrected,
                "retracted": found.retracted, "repeated": found.repeated,
            }  # fmt: skip
            withdraw(landed, found, refused, corrections)
            return self._decide(connection, outbox, found.landed_file, counts)

    @property
    def _judge(self) -> Judge:
        return Judge(decoder_of(self.definition), int(self.by.now().timestamp() * 1000), panes_of(self.definition))

    @property
    def _outbox(self) -> Path:
        return self.folder / FILE

    def _keys(self, payloads: list[bytes]) -> list[bytes | None]:
        return message_keys(self.definition, payloads) or [None] * len(payloads)

    def _hold_all_bad(self) -> None:
        """A file of which no row is a message is not what its source expects."""
        bad = self.mapped.unreadable + self.mapped.messages
        if self.rejected.total and self.rejected.total >= bad:
            reasons = "; ".join(f"{reason} ({count:,})" for reason, count in self.rejected.reasons.most_common(3))
            raise AllRejectedError(f"all of its {self.rejected.total:,} rows are rejected: {reasons}", self.rejected)

    def _add_envelopes(self, connection: sa.Connection, outbox: OutboxWriter) -> None:
        """Those of rejected rows that were not sent before, for the same row of an earlier state of the file, say."""
        told = [message_hash(b"rejected", same) for _, same in self.rejected.envelopes]
        new = note_new(connection, self.state.number, list(dict.fromkeys(told)))
        for hash_, (envelope, _) in zip(told, self.rejected.envelopes, strict=True):
            if hash_ in new:
                new.discard(hash_)
                outbox.add([((envelope, None), ())])

    def _decide(
        self, connection: sa.Connection, outbox: OutboxWriter, landed: Path | None, counts: dict[str, int]
    ) -> SourceFile:
        """Nothing is put into the object store before it is known that the file does not wait."""
        self._hold_all_bad()
        columns = json.loads(self.mapped.columns_file.read_text()) if self.mapped.columns_file.exists() else None
        drifted = self._drift(columns)
        self._add_envelopes(connection, outbox)
        outbox.close()
        decided = Decided(
            self.source.digest,
            self._kept("outbox", self._outbox) if outbox.count else None,
            outbox.count,
            self._kept("landed", landed) if landed else None,
            {"rows": self.mapped.rows, "messages": self.mapped.messages, **counts, "rejected": self.rejected.total},
            columns,
            drifted,
            self.rejected.rows,
        )
        return self.by.store.files.decide(connection, self.file, self.run, decided)

    def _kept(self, kind: str, file: Path) -> str:
        """The key that something which was made of the file is kept by from now on."""
        key = f"{kind}/{self.source.name}/{self.file.id}-{self.run}.parquet"
        self.by.objects.put(key, file)
        return key

    def _drift(self, columns: Any) -> list[dict[str, Any]] | None:
        """What changed since the newest file that was taken. Raises Held if dates would be read as others: a person
        looks first, and then has the file taken by redriving it."""
        if self.state.columns is None or columns is None:
            return None
        changes = drift(from_json(self.state.columns), from_json(columns))
        used = {name for accepted in self.source.columns.values() for name in accepted}
        if not self.file.attempt and (wrong := holding(changes, used)):
            raise Held(
                f"{'; '.join(map(str, wrong))}; mend the mapping if it has to be, then: "
                f"windowpane sources redrive {self.source.name}"
            )
        return [change.as_json() for change in changes]


class AllRejectedError(Held):
    """No row of a file is a message."""

    def __init__(self, reason: str, rejected: Rejected) -> None:
        self.rejected = rejected
        super().__init__(reason)
