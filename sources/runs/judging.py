"""The stream's decoder judges each message of a file before anything is sent: what it rejects never is, as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import orjson
from cachetools import LRUCache, cached
from pyarrow import parquet

from sources.files import LONGEST_TEXT, REJECTED_KEPT, RejectedRow
from sources.runs.outbox import Panes
from streams.decoder import Accepted, Decoder, Excluded
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from streams.reasons import Reason, Rejection
from streams.refusal_envelope import refusal

BATCH_ROWS = 5_000

_SORTED = orjson.OPT_SORT_KEYS

REFUSALS_SENT = 10_000
"""Rejected rows of a file that go to the stream's rejected messages; more of them are counted only."""


@dataclass
class Rejected:
    """The rows of a file that are no messages: counted, the first ones kept, and put into envelopes."""

    source: str
    file: str
    total: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rows: list[RejectedRow] = field(default_factory=list)
    envelopes: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Each with what is the same whenever the same row is rejected again."""

    def unreadable(self, line: int | None, reason: str, text: str) -> None:
        """A row that cannot be read."""
        told = {"problem": reason, "text": text[:LONGEST_TEXT]}
        self._add(RejectedRow(line, "", reason, text), Rejection(None, Reason.CANNOT_BE_READ), told)

    def all_unreadable(self, rows: Path) -> None:
        """The rows of a file that could not be read; `rows`: Parquet of `line`, `reason` and `text`."""
        with parquet.ParquetFile(rows) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["line", "reason", "text"]):
                for line, reason, text in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    self.unreadable(line, reason, text or "")

    def message(self, line: int | None, rejection: Rejection, message: str) -> None:
        """A message that the decoder rejects."""
        told = {"message": orjson.Fragment(message) if len(message) <= LONGEST_TEXT else message[:LONGEST_TEXT]}
        self._add(RejectedRow(line, rejection.field or "", str(rejection.reason), message), rejection, told)

    def _add(self, row: RejectedRow, rejection: Rejection, told: Mapping[str, object]) -> None:
        told = {name: _whole(value) if isinstance(value, str) else value for name, value in told.items()}
        self.total += 1
        self.reasons[f"{row.field}: {row.reason}" if row.field else row.reason] += 1
        if len(self.rows) < REJECTED_KEPT:
            self.rows.append(RejectedRow(row.line, row.field, row.reason, row.text[:LONGEST_TEXT]))
        if len(self.envelopes) < REFUSALS_SENT:
            same = orjson.dumps([self.file, row.line, row.field, row.reason, _unnamed(row.text)])
            where = {"source": self.source, "file": self.file, "line": row.line, **told}
            self.envelopes.append((refusal(rejection, orjson.dumps(where)), same))


@cached(LRUCache(100), key=lambda definition: definition.digest, lock=Lock())
def decoder_of(definition: Definition) -> Decoder:
    """The decoder of a stream; threads share it."""
    return Decoder(decoding_plan(definition))


Judged = tuple[int | None, bytes, bytes | None, Panes]
"""A message that is accepted: its row in the file, if it has one, itself, its key, and the panes that it is of. A plain
tuple of plain values, as there are many: Python's search for circles would look at anything else again and again."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the messages of one stream. `now_ms`: when they would arrive; `panes`: those that a message is of."""

    decoder: Decoder
    now_ms: int
    panes: Callable[[Accepted], Panes] = lambda _: ()

    def keyed(self, messages: Path, rejected: Rejected, refused: set[str] | None = None) -> Iterator[list[Judged]]:
        """Batches of messages, in their order, that the decoder accepts. The others are put to `rejected`, and their
        ids, where they have any, to `refused`.

        What an exclusion keeps out is accepted: the job excludes it. What is no fact could not be corrected, so it is
        rejected whatever it is.
        """
        columns = ["row", "message"] if refused is None else ["row", "message", "id", "kind"]
        with parquet.ParquetFile(messages) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                rows, texts, *told = (batch.column(name).to_pylist() for name in columns)
                good: list[Judged] = []
                for place, text in enumerate(texts):
                    payload = text.encode("utf-8", "surrogatepass")
                    outcome = self.decoder.decode(payload, self.now_ms)
                    if isinstance(outcome, Excluded):
                        outcome = outcome.row
                    if isinstance(outcome, Accepted) and told and told[1][place] == "unfit":
                        outcome = Rejection(None, Reason.CANNOT_BE_READ)
                    if isinstance(outcome, Accepted):
                        good.append((rows[place], payload, self.decoder.key(outcome), self.panes(outcome)))
                        continue
                    rejected.message(rows[place], outcome, text)
                    if refused is not None:
                        refused.add(told[0][place])
                yield good


def _unnamed(text: str) -> str:
    """A message without what every comparison gives it anew."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _whole(text)
    if not isinstance(message, dict):
        return text
    return orjson.dumps({name: message[name] for name in message.keys() - {"id", "revision"}}, option=_SORTED).decode()


def _whole(text: str) -> str:
    """Without halves of characters."""
    return text.encode("utf-8", "replace").decode()
